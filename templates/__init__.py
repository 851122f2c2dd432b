"""Letters: one folder an audience, one file a letter."""
