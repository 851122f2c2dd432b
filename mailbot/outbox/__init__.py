"""Outbox: from a decision to the letter on its way (compose, enqueue, send)."""
