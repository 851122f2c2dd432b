"""Orders about tasks: given, done, verified, returned, recalled. Each has its handler in `tasks`."""

from mailbot.lifecycle.order_row import Order

ROWS: tuple[Order, ...] = ()
