"""Orders about goods: allowance, return, what really came back, shares of the loss, recall. Handlers: `goods` and `recall`."""

from mailbot.lifecycle.order_row import Order
from mailbot.procedures.rules import Labels

ROWS: tuple[Order, ...] = (
    Order(
        name="allowance",
        word=Labels("折让", "折讓", "allowance"),
        also=("销货折让", "銷貨折讓", "折扣", "discount"),
        argument="amount",
        takes_rest="always",
        does=Labels(
            "申请折让：金额和原因；批准后开出折让证明单，分送有关部门",
            "申請折讓：金額和原因；核准後開出折讓證明單，分送有關部門",
            "Asks for an allowance: the sum and the reason; once approved, the note goes to those concerned",
        ),
        example=Labels("#折让 1200 色差在可接受范围内", "#折讓 1200 色差在可接受範圍內", "#allowance 1200 slight difference in colour"),
    ),
    Order(
        name="return",
        word=Labels("退货", "退貨", "return"),
        also=("成品退货", "成品退貨", "申请退货", "申請退貨", "returning"),
        argument="quantity",
        takes_rest="always",
        does=Labels(
            "申请退货：数量和原因；批准后开出退货单，分送有关部门",
            "申請退貨：數量和原因；核准後開出退貨單，分送有關部門",
            "Asks for a return: the quantity and the reason; once approved, the note goes to those concerned",
        ),
        example=Labels("#退货 100 件 表面划伤", "#退貨 100 件 表面刮傷", "#return 100 pieces scratched surface"),
    ),
    Order(
        name="returned",
        word=Labels("实退", "實退", "returned"),
        also=("实退数量", "實退數量", "实收", "實收", "已退回"),
        argument="counted",
        takes_rest="always",
        does=Labels(
            "报告实际退回的数量，任务不止一项时先写编号；超出允许差异的，先请示再算",
            "回報實際退回的數量，任務不只一項時先寫編號；超出允許差異的，先請示再算",
            "Reports what really came back, after the task's number where there are several; too much of it is asked about first",
        ),
        example=Labels("#实退 2 98 件", "#實退 2 98 件", "#returned 2 98 pieces"),
    ),
    Order(
        name="shares",
        word=Labels("分摊", "分攤", "shares"),
        also=("责任分摊", "責任分攤", "损失分摊", "損失分攤", "share", "split"),
        argument="shares",
        who="head",
        does=Labels(
            "按比例分摊损失：各部门或人员的百分比，合计100%",
            "按比例分攤損失：各部門或人員的百分比，合計100%",
            "Shares the loss: a percentage for each department or person, 100 % in all",
        ),
        example=Labels("#分摊 质量部 70%，销售部 30%", "#分攤 品質部 70%，銷售部 30%", "#shares quality-dept 70%, sales-dept 30%"),
    ),
    Order(
        name="recall",
        word=Labels("召回", "召回", "recall"),
        also=("产品召回", "產品召回", "回收", "下架召回"),
        argument="text",
        takes_rest="always",
        does=Labels(
            "召回产品：下面逐行写产品、编号、批号、规格、包装、退回方式，附照片；批准后立即通知所有经销商",
            "召回產品：下面逐行寫產品、編號、批號、規格、包裝、退回方式，附照片；核准後立即通知所有經銷商",
            "Recalls a product: below, a line each for product, code, batch, specification, packaging, how to return, "
            "and a picture attached; once approved, every dealer is told at once",
        ),
        example=Labels("#召回 产品：有机菠菜", "#召回 產品：有機菠菜", "#recall product: organic spinach"),
    ),
)
