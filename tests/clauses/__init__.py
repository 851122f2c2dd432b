"""Every clause of the written procedures, played with letters."""
