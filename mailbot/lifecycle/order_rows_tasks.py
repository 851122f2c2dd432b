"""Orders about tasks: giving one, reporting it done, judging its result. Their handlers stand in `tasks`."""

from mailbot.lifecycle.order_row import Order
from mailbot.procedures.rules import Labels

ROWS: tuple[Order, ...] = (
    Order(
        name="task",
        word=Labels("任务", "任務", "task"),
        also=("交办", "交辦", "布置任务", "分派任務", "派工", "todo", "to-do"),
        argument="task",
        takes_rest="always",
        does=Labels(
            "布置一项任务：种类、@负责人、期限、内容；负责人和期限可以不写，下方正文是说明，客户看不到",
            "交辦一項任務：種類、@負責人、期限、內容；負責人和期限可以不寫，下方內文是說明，客戶看不到",
            "Gives a task: kind, @whom, by when, what; whom and when may be left out, the text below describes it and stays inside",
        ),
        example=Labels(
            "#任务 改进措施 @质量部 {day} 更换密封圈",
            "#任務 改進措施 @品質部 {day} 更換密封圈",
            "#task improvement @Quality {day} Replace the seals",
        ),
    ),
    Order(
        name="finish",
        word=Labels("完成任务", "完成任務", "finish"),
        also=("任务完成", "任務完成", "办结任务", "finished", "completed"),
        argument="numbered",
        takes_rest="always",
        does=Labels(
            "报告任务已完成：任务编号（只有一项时可不写）和结果，客户看不到",
            "回報任務已完成：任務編號（只有一項時可不寫）和結果，客戶看不到",
            "Reports a task as done: its number (not needed for the only one) and the result; the customer does not see it",
        ),
        example=Labels("#完成任务 2 已更换全部密封圈", "#完成任務 2 已更換全部密封圈", "#finish 2 All seals are replaced"),
    ),
    Order(
        name="judge",
        word=Labels("评估", "評估", "judge"),
        also=("效果评估", "效果評估", "评估结果", "評估結果", "evaluate", "evaluation", "assess"),
        argument="judgement",
        takes_rest="always",
        does=Labels(
            "评估任务的效果：编号（只有一项时可不写）、有效或无效、说明；无效则重做",
            "評估任務的效果：編號（只有一項時可不寫）、有效或無效、說明；無效則重做",
            "Judges a task's result: its number (not needed for the only one), effective or not, and why; ineffective: it is done again",
        ),
        example=Labels("#评估 2 有效", "#評估 2 有效", "#judge 2 effective"),
    ),
)
