"""Orders about decisions: approvals, agreement, cause, responsibility. Each has its handler in `decisions`."""

from mailbot.lifecycle.order_row import Order

ROWS: tuple[Order, ...] = ()
