"""The commands' code, one file for each kind of work; imported when a command is called."""
