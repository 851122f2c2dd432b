"""Lifecycle: what happens to a ticket (classify, decide, escalate)."""
