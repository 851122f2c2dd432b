"""Orders about the case itself: registered, reviewed, customer and survey. Each has its handler in `registration`."""

from mailbot.lifecycle.order_row import Order
from mailbot.procedures.rules import Labels

ROWS: tuple[Order, ...] = (
    Order(
        name="reviewed",
        word=Labels("审核", "審核", "reviewed"),
        also=("已审核", "已審核", "审核通过", "審核通過", "審核完成", "review"),
        does=Labels("登记已审核：属实、完整", "登記已審核：屬實、完整", "The registration is genuine and complete"),
        example=Labels("#审核", "#審核", "#reviewed"),
        who="head",
    ),
    Order(
        name="rated",
        word=Labels("评价", "評價", "rated"),
        also=("客户评价", "客戶評價", "满意度", "滿意度", "回访", "回訪", "rating", "satisfaction"),
        argument="text",
        takes_rest="always",
        does=Labels(
            "记录客户在电话回访中的评价（1至5分）和原话",
            "記錄客戶在電話回訪中的評價（1至5分）和原話",
            "Records the customer's rating by phone, 1 to 5, and the words",
        ),
        example=Labels("#评价 5 客户说处理及时", "#評價 5 客戶說處理及時", "#rated 5 quick help, she says"),
    ),
)
