"""The order that lets a ladder of notices rest. Its handler stands in `ladder`."""

from mailbot.lifecycle.order_row import Order
from mailbot.procedures.rules import Labels

ROWS: tuple[Order, ...] = (
    Order(
        name="ack",
        word=Labels("收到", "收到", "ack"),
        also=("已收到", "收到了", "知悉", "已知悉", "知道了", "已阅", "已閱", "acknowledge", "acknowledged", "received", "noted"),
        argument="day",
        required=False,
        does=Labels(
            "表示已收到提醒，到您写明的日期（不写则到下一工作日下班）之前不再催促",
            "表示已收到提醒，到您寫明的日期（不寫則到下一個工作日下班）之前不再催促",
            "Says you have seen the notice; no more of them until the day you name, or else the end of the next working day",
        ),
        example=Labels("#收到 {day}", "#收到 {day}", "#ack {day}"),
        bare=True,
    ),
)
