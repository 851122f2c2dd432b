"""Orders about decisions: approvals, agreement, cause, responsibility. Each has its handler in `decisions`."""

from mailbot.lifecycle.order_row import Order
from mailbot.procedures.rules import Labels

FOUND: tuple[Order, ...] = (
    Order(
        name="cause",
        word=Labels("原因", "原因", "cause"),
        also=("原因分析", "调查结果", "調查結果", "调查结论", "調查結論", "causes", "investigated", "investigation"),
        argument="text",
        takes_rest="always",
        does=Labels(
            "记下查明的原因，客户看不到", "記下查明的原因，客戶看不到", "Records what caused the problem; the customer does not see it"
        ),
        example=Labels("#原因 密封圈批次不良", "#原因 密封圈批次不良", "#cause a faulty batch of seals"),
    ),
    Order(
        name="report",
        word=Labels("报告", "報告", "report"),
        also=("调查报告", "調查報告", "原因报告", "原因報告", "reported"),
        argument="text",
        takes_rest="always",
        does=Labels("提交调查报告，呈总经理", "提交調查報告，呈總經理", "Files the investigation report; it goes to the general manager"),
        example=Labels("#报告 调查经过和结论如下……", "#報告 調查經過和結論如下……", "#report what we found is this ..."),
    ),
    Order(
        name="responsibility",
        word=Labels("责任", "責任", "responsibility"),
        also=("责任方", "責任方", "责任归属", "責任歸屬", "liability", "responsible", "fault"),
        argument="responsibility",
        does=Labels(
            "认定责任方：我方、客户、供应商、无责任，后面可写部门或人员",
            "認定責任方：我方、客戶、供應商、無責任，後面可寫部門或人員",
            "Settles who is responsible: own, customer, supplier or none; a department or person may follow",
        ),
        example=Labels("#责任 我方 质量部", "#責任 我方 品質部", "#responsibility own quality-dept"),
    ),
    Order(
        name="validity",
        word=Labels("有效性", "有效性", "validity"),
        also=("投诉有效性", "投訴有效性", "投诉性质", "投訴性質", "justification"),
        argument="validity",
        does=Labels(
            "认定投诉有效、待改进或无效，并答复客户；下方正文写明理由",
            "認定投訴有效、待改進或無效，並答覆客戶；下方內文寫明理由",
            "Finds the complaint valid, to be improved or invalid, and answers the customer; the text below says why",
        ),
        example=Labels("#有效性 待改进", "#有效性 待改進", "#validity to-be-improved"),
        tells=True,
    ),
    Order(
        name="amount",
        word=Labels("金额", "金額", "amount"),
        also=("涉及金额", "涉及金額", "赔偿金额", "賠償金額", "sum"),
        argument="amount",
        does=Labels(
            "记下涉及金额，审批权限随之确定", "記下涉及金額，審批權限隨之確定", "Records the sum at stake; it decides who approves"
        ),
        example=Labels("#金额 1200", "#金額 1200", "#amount 1200"),
    ),
    *(
        Order(
            name=name,
            word=Labels(cn, tw, en),
            also=also,
            argument="text",
            does=Labels(f"登记{what_cn}", f"登記{what_tw}", f"Records {what_en}"),
            example=Labels(f"#{cn} {example[0]}", f"#{tw} {example[0]}", f"#{en} {example[1]}"),
        )
        for name, cn, tw, en, also, what_cn, what_tw, what_en, example in (
            ("product", "产品", "產品", "product", ("产品名称", "產品名稱", "品名"), "产品名称", "產品名稱", "the product", ("A1", "A1")),
            (
                "batch",
                "批号",
                "批號",
                "batch",
                ("批次", "生产批号", "生產批號", "lot"),
                "生产批号",
                "生產批號",
                "the batch number",
                ("B2611", "B2611"),
            ),
            (
                "place",
                "地点",
                "地點",
                "place",
                ("发生地点", "發生地點", "where"),
                "发生地点",
                "發生地點",
                "where it happened",
                ("3-2", "shop 3"),
            ),
            (
                "happened",
                "时间",
                "時間",
                "happened",
                ("发生时间", "發生時間", "when"),
                "发生时间",
                "發生時間",
                "when it happened",
                ("2026-11-18", "18 Nov"),
            ),
        )
    ),
    Order(
        name="done",
        word=Labels("完成", "完成", "done"),
        also=("已完成", "milestone"),
        argument="milestone",
        does=Labels(
            "报告本公司流程中的某一步已完成", "報告本公司流程中的某一步已完成", "Reports a step of the company's own procedure as done"
        ),
        example=Labels("#完成 样品检验", "#完成 樣品檢驗", "#done sample-tested"),
    ),
    Order(
        name="verify",
        word=Labels("验证", "驗證", "verify"),
        also=("验证结果", "驗證結果", "效果验证", "效果驗證", "verified", "verification"),
        argument="verdict",
        does=Labels(
            "验证措施是否有效；无效则退回责任部门重做",
            "驗證措施是否有效；無效則退回責任部門重做",
            "Says whether the measures worked; if not, the department has to do it again",
        ),
        example=Labels("#验证 有效", "#驗證 有效", "#verify effective"),
    ),
    Order(
        name="co",
        word=Labels("协同", "協同", "co"),
        also=("协办", "協辦", "协同部门", "協同部門", "co-handle", "cohandling"),
        argument="colleague",
        does=Labels("请另一部门协同办理", "請另一部門協同辦理", "Asks another department to help with the case"),
        example=Labels("#协同 质量部", "#協同 品質部", "#co quality-dept"),
    ),
)
ASKED: tuple[Order, ...] = (
    Order(
        name="ask",
        word=Labels("询问", "詢問", "ask"),
        also=("请客户补充", "請客戶補充", "问客户", "問客戶", "question"),
        argument="text",
        takes_rest="always",
        does=Labels(
            "向客户提问；客户答复之前时限暂停",
            "向客戶提問；客戶答覆之前時限暫停",
            "Asks the customer something; the deadlines stand still until the answer",
        ),
        example=Labels("#询问 请提供订单号", "#詢問 請提供訂單編號", "#ask What is the order number?"),
    ),
    Order(
        name="propose",
        word=Labels("协商", "協商", "propose"),
        also=("征求意见", "徵求意見", "协商方案", "協商方案", "proposal", "proposed"),
        argument="text",
        takes_rest="always",
        does=Labels(
            "把处理意见发给客户，请其同意", "把處理意見寄給客戶，請其同意", "Sends the customer what you propose and asks for agreement"
        ),
        example=Labels("#协商 我们为您换新，并承担运费", "#協商 我們為您換新，並負擔運費", "#propose We replace it and pay the shipping."),
    ),
    Order(
        name="agree",
        word=Labels("已同意", "已同意", "agree"),
        also=("客户同意", "客戶同意", "客户已同意", "客戶已同意", "已达成一致", "已達成一致", "agreed", "agreement"),
        does=Labels("记下客户在电话中已同意", "記下客戶在電話中已同意", "Records that the customer agreed, by phone for instance"),
        example=Labels("#已同意", "#已同意", "#agree"),
    ),
    Order(
        name="extend",
        word=Labels("延期", "延期", "extend"),
        also=("申请延期", "申請延期", "延长", "延長", "extension", "postpone", "delay"),
        argument="dated",
        does=Labels(
            "征求客户同意延期；客户同意后时限才顺延",
            "徵求客戶同意延期；客戶同意後時限才順延",
            "Asks the customer to agree to a later day; only a yes moves the deadline",
        ),
        example=Labels("#延期 {day} 配件到货较晚", "#延期 {day} 零件較晚到貨", "#extend {day} the part arrives late"),
        tells=True,
    ),
    Order(
        name="progress",
        word=Labels("进展", "進展", "progress"),
        also=("处理进展", "處理進展", "进度", "進度", "update"),
        argument="text",
        takes_rest="always",
        does=Labels("把处理进展告诉客户", "把處理進展告訴客戶", "Tells the customer how far the case is"),
        example=Labels("#进展 新件已在途中", "#進展 新件已在途中", "#progress The new part is on its way."),
    ),
)
APPROVED: tuple[Order, ...] = (
    Order(
        name="approve",
        word=Labels("批准", "核准", "approve"),
        also=("同意", "审批通过", "審批通過", "approved", "批准同意"),
        argument="number",
        required=False,
        does=Labels(
            "批准送审的内容，随即生效；不止一项时写明编号",
            "核准送審的內容，隨即生效；不只一項時寫明編號",
            "Approves what waits for you, by its number where there are several; it takes effect at once",
        ),
        example=Labels("#批准", "#核准", "#approve"),
        bare=True,
    ),
    Order(
        name="refuse",
        word=Labels("驳回", "駁回", "refuse"),
        also=("退回", "不批准", "不同意", "不核准", "refused", "disapprove"),
        argument="text",
        takes_rest="always",
        does=Labels(
            "驳回送审的内容，连同原因退给起草人", "駁回送審的內容，連同原因退給起草人", "Sends it back to its author with the reason"
        ),
        example=Labels("#驳回 赔偿金额偏高", "#駁回 賠償金額偏高", "#refuse The sum is too high."),
    ),
)
ROWS: tuple[Order, ...] = (*FOUND, *ASKED, *APPROVED)
