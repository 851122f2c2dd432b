"""Due moments against an oracle that walks: `python -m tests.deadlines --cases 100000`."""
