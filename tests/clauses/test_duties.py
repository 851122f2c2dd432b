"""Work that comes again each month, quarter or year, played with letters: statistics, analyses, plans, visits."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import update

from mailbot.lifecycle.ticket import Customer
from mailbot.store import alarms, customers, tickets
from models.tables import CustomerRow
from tests.clauses.company import BOSS, CHINA, CUSTOMER, SERVICE, SERVICE_HEAD, Company, company, moment

HANDLER = Company.handler("quality-dept")
NEW_YEARS_EVE, NEW_YEAR = datetime(2026, 12, 31, 16, tzinfo=CHINA), datetime(2027, 1, 4, 9, 30, tzinfo=CHINA)
DECEMBER = moment(1, 9, 30, month=12)


def close_case(firm: Company, subject: str, *orders: str) -> None:
    """A complaint of quality that is handled and closed at once."""
    firm.write(CUSTOMER, subject, f"{subject}，请处理。")
    for order in (*orders, "#解决\n已寄出新杯。", "#关闭\n已办结。"):
        firm.reply(HANDLER, firm.last(HANDLER, subject), order)


def customer(firm: Company, name: str, grade: str) -> int:
    """A customer on file."""
    with firm.pipeline.store.transaction() as tx:
        known = Customer(id=0, name=name, grade=grade, phone="010-62784321", contact="周敏", products="保温杯")
        return customers.add(tx, known, (f"{grade}@customer.example",), firm.now)


def rated(firm: Company, vote: str) -> None:
    """A complaint that was answered in December and rated by the customer."""
    firm.write(CUSTOMER, "质量：杯子漏水", "杯子漏水，请处理。")
    firm.reply(HANDLER, firm.last(HANDLER, "杯子漏水"), "#原因 密封圈老化")
    firm.reply(HANDLER, firm.last(HANDLER, "杯子漏水"), "#解决\n已寄出新杯。")
    firm.later(days=6)
    firm.reply(CUSTOMER, firm.last(CUSTOMER, "满意吗"), vote)


def test_s4_11_each_month_customer_service_reports_by_category_and_is_given_the_counts(tmp_path: Path) -> None:
    with company("feedback", tmp_path, moment(30)) as firm:
        close_case(firm, "质量：杯子漏水", "#原因 密封圈老化", "#责任 我方")
        close_case(firm, "质量：杯盖破裂")
        firm.at(DECEMBER)
        letter = firm.last(SERVICE, "每月客户反馈分析")
        for line in ("2026年11月的数据", "办结投诉：2", "按类别：产品质量2件", "按责任：我方责任1件、未认定1件"):
            assert line in letter.text, letter.text
        assert firm.due("task-1", 3) == "12-10 18:00"
        firm.reply(SERVICE, letter, "#完成任务 漏水最多，主要原因是密封圈老化，已换供应商。")
        assert firm.ticket(3).tasks[0].result == "漏水最多，主要原因是密封圈老化，已换供应商。"
        assert firm.ticket(3).status == "closed"


def test_s4_11_work_that_is_given_after_the_report_opens_the_case_again_until_it_is_done(tmp_path: Path) -> None:
    with company("feedback", tmp_path, moment(30)) as firm:
        firm.at(DECEMBER)
        letter = firm.last(SERVICE, "每月客户反馈分析")
        number = next(n for n in range(1, 4) if firm.ticket(n).tasks[0].kind == "monthly-report")
        firm.reply(SERVICE, letter, "完成")
        firm.reply(SERVICE, letter, f"#任务 改进 @{HANDLER} 换密封圈")
        assert firm.ticket(number).status == "open"
        firm.reply(HANDLER, firm.last(HANDLER, "换密封圈"), "完成")
        firm.reply(SERVICE, firm.last(SERVICE, "换密封圈"), "#评估 有效")
        assert firm.ticket(number).status == "closed"
        assert [kind for kind in firm.kinds(number) if kind in ("closed", "reopened")] == ["closed", "reopened", "closed"]
        with firm.pipeline.store.reading() as connection:
            assert tickets.strayed(connection) == tickets.verify(connection) == []


def test_s4_12_each_quarter_hidden_problems_are_looked_for_and_the_general_manager_judges_what_was_found(tmp_path: Path) -> None:
    with company("feedback", tmp_path, NEW_YEARS_EVE) as firm:
        close_case(firm, "质量：杯子漏水")
        firm.at(NEW_YEAR)
        letter = firm.last(SERVICE, "每季潜在问题与趋势分析")
        assert "（2027年第1季度）" in letter.subject
        assert "2026年第4季度的数据" in letter.text
        number = next(n for n in range(1, 5) if firm.ticket(n).tasks[0].kind == "trends")
        firm.reply(SERVICE, letter, "#完成任务 漏水集中在低温地区，密封圈不耐寒。")
        assert firm.ticket(number).status == "open"
        firm.reply(BOSS, firm.last(BOSS, "密封圈不耐寒"), "#评估 有效\n#任务 改进措施 @quality-dept 1月20日 换耐寒密封圈")
        assert firm.ticket(number).tasks[0].verdict == "effective"
        firm.reply(HANDLER, firm.last(HANDLER, "换耐寒密封圈"), "完成")
        assert firm.ticket(number).status == "open"
        firm.reply(SERVICE, firm.last(SERVICE, "换耐寒密封圈"), "#评估 有效")
        assert firm.ticket(number).status == "closed"


def test_s4_15_each_month_the_head_is_given_every_departments_rate_of_timely_registration_and_handling(tmp_path: Path) -> None:
    with company("feedback", tmp_path, moment(23)) as firm:
        firm.later(minutes=30)
        close_case(firm, "质量：杯子漏水")
        firm.write(CUSTOMER, "质量：杯盖破裂", "请处理。")
        firm.write(CUSTOMER, "杯子", "不满意。")
        firm.now = moment(1, 9, month=12)
        firm.later(minutes=30)
        letter = firm.last(SERVICE_HEAD, "每月及时率考核")
        assert "客户服务部登记及时率：3项中按时2项（67%）" in letter.text
        assert "质量部处理及时率：4项中按时2项（50%）" in letter.text
        firm.reply(SERVICE_HEAD, letter, "#完成任务 质量部两件逾期，已约谈")
        assert firm.ticket(5).status == "closed"


def test_s1_9_by_the_tenth_the_office_has_made_last_months_statistics_by_responsibility(tmp_path: Path) -> None:
    office, head = Company.handler("gm-office"), Company.head("gm-office")
    with company("enterprise", tmp_path, moment(27)) as firm:
        firm.write(CUSTOMER, "质量：布料色差", "布料色差明显，要求处理。")
        for who, order, to in (
            (HANDLER, "#责任 客户 储存不当", "新投诉"),
            (HANDLER, "#协商 重做色差部分", "新投诉"),
            (CUSTOMER, "同意", "重做色差部分"),
            (office, "#完成 综合意见", "综合意见"),
            (HANDLER, "#解决\n重做的布料今天发出。", "新投诉"),
            (SERVICE_HEAD, "同意", "请审批"),
            (HANDLER, "#关闭", "新投诉"),
        ):
            firm.later(hours=7 if who == office else 0)
            firm.reply(who, firm.last(who, to), order)
        assert firm.ticket().status == "closed"
        firm.now = moment(1, 9, month=12)
        firm.later(minutes=30)
        letter = firm.last(office, "上月结案统计")
        assert "办结投诉：1" in letter.text
        assert "按责任：客户责任1件" in letter.text
        assert firm.due("task-1", 2) == "12-10 18:00"
        firm.now = moment(10, 18, month=12)
        firm.later(minutes=30)
        firm.now = moment(11, 9, month=12)
        firm.later(minutes=30)
        assert "客户投诉案件统计表" in firm.last(head, "催办单").subject
        firm.reply(office, letter, "#完成任务 色差占全部；对策：入库前抽检；上月对策有效")
        assert firm.ticket(2).status == "closed"


def test_s1_14_every_key_account_has_a_relationship_plan_each_quarter_and_the_vice_president_reviews_it(tmp_path: Path) -> None:
    vice = "vice-president@company.example"
    with company("enterprise", tmp_path, NEW_YEARS_EVE) as firm:
        customer(firm, "清河商贸", "key")
        customer(firm, "永安百货", "key")
        customer(firm, "小店", "ordinary")
        firm.later(minutes=30)
        firm.at(NEW_YEAR)
        letters = [letter for letter in firm.inbox(SERVICE) if "大客户关系维护" in letter.subject]
        assert ["清河商贸" in letter.subject for letter in letters] == [True, False]
        assert ["永安百货" in letter.subject for letter in letters] == [False, True]
        assert "联系人：周敏" in letters[0].text
        assert firm.due("task-1", 2) == "01-18 09:00"
        firm.reply(SERVICE, letters[0], "#完成任务 每月回访一次，专人跟单。")
        firm.reply(vice, firm.last(vice, "专人跟单"), "#评估 无效 没有写明联系谁")
        firm.reply(SERVICE, firm.last(SERVICE, "没有写明联系谁"), "#完成任务 每月回访周敏一次。")
        firm.reply(vice, firm.last(vice, "回访周敏"), "#评估 有效")
        assert [firm.ticket(number).status for number in (2, 3)] == ["closed", "open"]


def test_s1_14_a_key_account_is_served_sooner_and_its_third_complaint_is_an_early_warning(tmp_path: Path) -> None:
    with company("enterprise", tmp_path) as firm:
        customer(firm, "清河商贸", "key")
        firm.write(CUSTOMER, "质量：布料色差", "布料色差明显。")
        assert firm.due("accepted") == "11-16 14:00"
        for _ in range(3):
            assert not any("通报" in letter.subject for letter in firm.inbox(BOSS))
            firm.write("key@customer.example", "质量：布料破损", f"第{_ + 1}次发现布料破损。")
        assert firm.due("accepted", 2) == "11-16 12:00"
        for who in (BOSS, SERVICE_HEAD, Company.handler("sales-dept")):
            assert "000004" in firm.last(who, "通报").subject


def test_s2_6_the_years_visit_plan_is_approved_by_the_general_manager_and_its_visits_are_tasks_with_dates(tmp_path: Path) -> None:
    with company("after-sales", tmp_path, NEW_YEARS_EVE) as firm:
        firm.later(minutes=30)
        firm.at(NEW_YEAR)
        plan = firm.last(SERVICE, "年度走访计划")
        firm.reply(SERVICE, plan, "#完成任务 一季度走访清河商贸，二季度走访永安百货。")
        assert firm.ticket(1).status == "open"
        firm.reply(BOSS, firm.last(BOSS, "一季度走访清河商贸"), "#评估 有效")
        approved = firm.last(SERVICE, "评估为有效")
        firm.reply(SERVICE, approved, "#任务 走访 3月10日 清河商贸\n#任务 走访 @technical-dept 5月12日 永安百货")
        assert [firm.due(f"task-{serial}", 1) for serial in (2, 3)] == ["03-10 23:59", "05-12 23:59"]
        engineer = Company.handler("technical-dept")
        firm.reply(
            engineer, firm.last(engineer, "永安百货"), "#完成任务\n走访人员：张工\n会见人员：王经理\n走访发现：仓库太潮\n已看过仓库。"
        )
        visit = firm.ticket(1).tasks[2]
        assert [visit.data[field] for field in ("visitors", "met", "findings")] == ["张工", "王经理", "仓库太潮"]
        assert [due.name for due in firm.ticket(1).running] == ["task-2"]


def test_s2_6_every_key_customer_is_visited_once_a_year(tmp_path: Path) -> None:
    with company("after-sales", tmp_path, NEW_YEARS_EVE) as firm:
        customer(firm, "清河商贸", "key")
        customer(firm, "永安百货", "ordinary")
        firm.write("key@customer.example", "质量：杯子漏水", "杯子漏水，请处理。")
        firm.later(minutes=30)
        firm.at(NEW_YEAR)
        letters = [letter for letter in firm.inbox(SERVICE) if "重点顾客走访" in letter.subject]
        assert [letter.subject.partition("] ")[2][:16] for letter in letters] == ["重点顾客走访：清河商贸（2027"]
        assert "质量：杯子漏水" in letters[0].text.partition("该客户最近的投诉")[2]
        assert firm.due("task-1", 2) == "12-31 18:00"
        firm.at(NEW_YEAR.replace(day=5))
        assert sum("重点顾客走访" in letter.subject for letter in firm.inbox(SERVICE)) == 1


def test_s2_6_a_major_complaint_raises_a_visit_of_its_own(tmp_path: Path) -> None:
    with company("after-sales", tmp_path) as firm:
        firm.write(CUSTOMER, "质量：杯子漏水", "杯子漏水，请处理。")
        firm.reply(HANDLER, firm.last(HANDLER, "杯子漏水"), "#级别 重大")
        assert [(task.kind, task.owner) for task in firm.ticket().tasks] == [("visit", "customer-service")]
        assert firm.due("task-1") == "11-23 10:00"
        assert "顾客走访" in firm.last(SERVICE, "任务1").subject


def test_s2_7_each_quarter_satisfaction_is_analysed_with_the_scores_at_hand(tmp_path: Path) -> None:
    with company("after-sales", tmp_path, datetime(2026, 12, 24, 10, tzinfo=CHINA)) as firm:
        rated(firm, "4，还可以")
        firm.at(NEW_YEAR)
        letter = firm.last(SERVICE, "季度满意度分析")
        assert "2026年第4季度的数据" in letter.text
        assert "客户满意率：1人中1人满意（100%）" in letter.text
        assert "平均分：总体评价 4.0" in letter.text
        number = next(n for n in range(1, 4) if firm.ticket(n).tasks[0].kind == "satisfaction-analysis")
        firm.reply(SERVICE, letter, "#完成任务 满意率稳定，物流评价偏低。")
        assert firm.ticket(number).status == "closed"


def test_s0_7_once_a_year_the_rates_go_to_the_management_review(tmp_path: Path) -> None:
    with company("laboratory", tmp_path, datetime(2026, 12, 24, 10, tzinfo=CHINA)) as firm:
        rated(firm, "2，太慢")
        firm.at(NEW_YEAR)
        letter = firm.last(SERVICE, "年度满意度统计")
        assert "客户满意率：1人中0人满意（0%）" in letter.text
        assert "处理及时率：" in letter.text
        firm.reply(SERVICE, letter, "#完成任务 满意率85%，合格率99%，及时率97%。")
        firm.reply(BOSS, firm.last(BOSS, "满意率85%"), "#评估 有效 已列入管理评审")
        assert firm.ticket(1).status == "closed"


def test_a_duty_that_can_not_be_opened_is_on_alarm_and_stops_no_other_and_is_made_up_for(tmp_path: Path) -> None:
    def damage(firm: Company, sales: str) -> None:
        with firm.pipeline.store.transaction() as tx:
            tx.execute(update(CustomerRow).values(sales=sales))

    with company("after-sales", tmp_path, NEW_YEARS_EVE) as firm:
        customer(firm, "清河商贸", "key")
        damage(firm, "no number")
        firm.later(minutes=30)
        firm.at(NEW_YEAR)
        assert {"年度走访计划", "季度满意度分析"} <= {
            letter.subject.partition("] ")[2].partition("（")[0] for letter in firm.inbox(SERVICE)
        }
        with firm.pipeline.store.reading() as connection:
            assert "duty key-visit" in {alarm.name for alarm in alarms.running(connection)}
        damage(firm, "6000000")
        firm.later(minutes=30)
        assert "清河商贸" in firm.last(SERVICE, "重点顾客走访").subject
        with firm.pipeline.store.reading() as connection:
            assert "duty key-visit" not in {alarm.name for alarm in alarms.running(connection)}
