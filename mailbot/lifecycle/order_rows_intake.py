"""Orders about the case itself: registered, reviewed, customer and survey. Each has its handler in `registration`."""

from mailbot.lifecycle.order_row import Order

ROWS: tuple[Order, ...] = ()
