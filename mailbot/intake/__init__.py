"""Intake: from the mailbox to the ticket (fetch, parse, screen, thread)."""
