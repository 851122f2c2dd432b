"""The words `show` prints a procedure with, in the three languages. A test keeps the three lists alike."""

from mailbot.settings import LetterLanguage

# fmt: off
EN = {
    "hours": "Office hours", "between": " to ", "calendar-cn": "public holidays of mainland China", "calendar-none": "no public holidays",
    "known": ", make-up working days known until the end of {year}",
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday", "sun": "Sunday",
    "responsible": "Who is responsible", "category": "Category", "department": "Department", "helps": "Helps",
    "deadlines": "Deadlines", "clause": "Clause", "what": "What", "within": "Within", "after": "After", "owner": "Owner",
    "remark": "Remark", "ladder": "When it is late", "when": "When", "told": "Who is told", "letter": "Letter", "timeline": "Timeline",
    "lead": "responsible department", "mailbot": "mailbot", "promise": "a date told to the customer counts instead", "and": "; ",
    "unless": "void once reached: {what}", "sends": "mailbot sends the letter {when}",
    "at-due": "when it is due", "before-due": "{span} before it is due", "after-due": "{span} late",
    "share-before": "with {percent} % of the working time left",
    "one-wd": "1 working day", "many-wd": "{n} working days", "one-h": "1 working hour", "many-h": "{n} working hours",
    "one-m": "1 working minute", "many-m": "{n} working minutes", "one-d": "1 day", "many-d": "{n} days",
    "department-head": "head of the department", "customer-service-head": "head of customer service", "general-manager": "general manager",
    "reminder": "reminder", "urging-notice": "urging notice", "escalation": "escalation",
    "signature": "Approved by: ____________________    Date: ______________",
    "milestone-received": "Complaint received", "milestone-classified": "Sorted", "milestone-accepted": "Accepted",
    "milestone-declined": "Declined", "milestone-assigned": "Assigned to a department", "milestone-first-answered": "First answer",
    "milestone-investigated": "Investigated", "milestone-planned": "Plan filed", "milestone-approved": "Approved",
    "milestone-agreed": "Agreed with the customer", "milestone-promised": "Date told to the customer", "milestone-resolved": "Solved",
    "milestone-verified": "Verified", "milestone-reported-back": "Result reported", "milestone-answered": "Customer told the result",
    "milestone-surveyed": "Satisfaction asked", "milestone-closed": "Closed",
}

ZH_CN = {
    "hours": "工作时间", "between": "至", "calendar-cn": "按中国大陆法定节假日", "calendar-none": "不计法定节假日",
    "known": "，调休安排已知至 {year} 年底",
    "mon": "周一", "tue": "周二", "wed": "周三", "thu": "周四", "fri": "周五", "sat": "周六", "sun": "周日",
    "responsible": "责任部门", "category": "类别", "department": "牵头部门", "helps": "协同部门",
    "deadlines": "时限", "clause": "条款", "what": "事项", "within": "期限", "after": "起算", "owner": "责任人", "remark": "说明",
    "ladder": "逾期升级", "when": "时点", "told": "通知", "letter": "函件", "timeline": "时间线",
    "lead": "责任部门", "mailbot": "系统", "promise": "已告知客户预计日期的，以该日期为准", "and": "；",
    "unless": "{what}后不再要求", "sends": "系统{when}自动发函",
    "at-due": "到期时", "before-due": "到期前 {span}", "after-due": "逾期 {span}",
    "share-before": "剩余 {percent}% 工作时间时",
    "one-wd": "1 个工作日", "many-wd": "{n} 个工作日", "one-h": "1 个工作小时", "many-h": "{n} 个工作小时",
    "one-m": "1 个工作分钟", "many-m": "{n} 个工作分钟", "one-d": "1 天", "many-d": "{n} 天",
    "department-head": "部门负责人", "customer-service-head": "客户服务部负责人", "general-manager": "总经理",
    "reminder": "提醒", "urging-notice": "催办单", "escalation": "升级通知",
    "signature": "批准人：____________________    日期：______________",
    "milestone-received": "收到投诉", "milestone-classified": "分类", "milestone-accepted": "受理",
    "milestone-declined": "不受理", "milestone-assigned": "分配到责任部门", "milestone-first-answered": "首次答复",
    "milestone-investigated": "查明原因", "milestone-planned": "提交方案", "milestone-approved": "批准",
    "milestone-agreed": "与客户商定", "milestone-promised": "告知预计日期", "milestone-resolved": "解决",
    "milestone-verified": "验证", "milestone-reported-back": "结果上报", "milestone-answered": "结果告知客户",
    "milestone-surveyed": "满意度回访", "milestone-closed": "结案",
}

ZH_TW = {
    "hours": "工作時間", "between": "至", "calendar-cn": "按中國大陸法定節假日", "calendar-none": "不計法定節假日",
    "known": "，調休安排已知至 {year} 年底",
    "mon": "週一", "tue": "週二", "wed": "週三", "thu": "週四", "fri": "週五", "sat": "週六", "sun": "週日",
    "responsible": "責任部門", "category": "類別", "department": "牽頭部門", "helps": "協同部門",
    "deadlines": "時限", "clause": "條款", "what": "事項", "within": "期限", "after": "起算", "owner": "責任人", "remark": "說明",
    "ladder": "逾期升級", "when": "時點", "told": "通知", "letter": "函件", "timeline": "時間線",
    "lead": "責任部門", "mailbot": "系統", "promise": "已告知客戶預計日期者，以該日期為準", "and": "；",
    "unless": "{what}後不再要求", "sends": "系統{when}自動發函",
    "at-due": "到期時", "before-due": "到期前 {span}", "after-due": "逾期 {span}",
    "share-before": "剩餘 {percent}% 工作時間時",
    "one-wd": "1 個工作日", "many-wd": "{n} 個工作日", "one-h": "1 個工作小時", "many-h": "{n} 個工作小時",
    "one-m": "1 個工作分鐘", "many-m": "{n} 個工作分鐘", "one-d": "1 天", "many-d": "{n} 天",
    "department-head": "部門主管", "customer-service-head": "客戶服務部主管", "general-manager": "總經理",
    "reminder": "提醒", "urging-notice": "催辦單", "escalation": "升級通知",
    "signature": "核准人：____________________    日期：______________",
    "milestone-received": "收到投訴", "milestone-classified": "分類", "milestone-accepted": "受理",
    "milestone-declined": "不受理", "milestone-assigned": "分派到責任部門", "milestone-first-answered": "首次答覆",
    "milestone-investigated": "查明原因", "milestone-planned": "提交方案", "milestone-approved": "核准",
    "milestone-agreed": "與客戶商定", "milestone-promised": "告知預計日期", "milestone-resolved": "解決",
    "milestone-verified": "驗證", "milestone-reported-back": "結果上報", "milestone-answered": "結果告知客戶",
    "milestone-surveyed": "滿意度回訪", "milestone-closed": "結案",
}
# fmt: on

WORDS: dict[LetterLanguage, dict[str, str]] = {"en": EN, "zh-CN": ZH_CN, "zh-TW": ZH_TW}
