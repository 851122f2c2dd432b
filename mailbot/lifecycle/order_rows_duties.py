"""The order of spot checks. Its handler stands in `duties`."""

from mailbot.lifecycle.order_row import Order
from mailbot.procedures.rules import Labels

ROWS: tuple[Order, ...] = (
    Order(
        name="finding",
        word=Labels("问题", "問題", "finding"),
        also=("抽查问题", "抽查問題", "发现问题", "發現問題", "findings"),
        argument="case",
        takes_rest="always",
        does=Labels(
            "登记抽查发现的问题：受理编号、@负责人、期限、问题；负责人和期限可以不写，问题作为任务交办并跟踪到评估",
            "登記抽查發現的問題：受理編號、@負責人、期限、問題；負責人和期限可以不寫，問題作為任務交辦並追蹤到評估",
            "Registers a finding of a spot check: case number, @whom, by when, what; it becomes a task and is followed until it is judged",
        ),
        example=Labels(
            "#问题 2026-000123 没有记录原因", "#問題 2026-000123 沒有記錄原因", "#finding 2026-000123 The cause is not recorded"
        ),
    ),
)
