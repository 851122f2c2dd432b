"""Schema changes, oldest first; `HEAD` is what this version of mailbot works with."""

HEAD = "0007"
