"""Orders by mail: the table parses itself, people may type sloppily, and nothing mistyped reaches a customer."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.lifecycle.carry_out import HANDLERS
from mailbot.lifecycle.order_words import BY_WORD, ORDERS, Order
from mailbot.lifecycle.orders import OrderContext, Problem, may, parse_reply, table, word
from mailbot.settings import LetterLanguage, Member
from tests.pure.orders_cast import BOB, CAROL, CHEN, CONTEXT, TODAY, only, wrong

LANGUAGES: tuple[LetterLanguage, ...] = ("zh-CN", "zh-TW", "en")
ARGUMENT = {
    "none": "", "text": " as agreed", "colleague": " 李四", "category": " price", "severity": " major", "day": " 2026-12-01",
    "dated": " 2026-12-01 parts are late", "amount": " 1,200.50 元", "responsibility": " supplier Acme", "validity": " invalid",
    "verdict": " ineffective", "milestone": " 样品检验",
    "task": " 改进措施 @质量部 2026-12-01 更换密封圈", "numbered": " 2 all done", "judgement": " 2 ineffective too weak",
    "case": " 2026-000123 @质量部 2026-12-01 缺照片", "number": " 2",
    "quantity": " 1,000 件 表面划伤",
    "counted": " 任务2 98件", "shares": " 质量部 62.5%，李四 37.5%",
}  # fmt: skip


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_every_word_of_every_order_parses(order: Order) -> None:
    for spelling in order.words:
        for line in (f"#{spelling}", f"＃{spelling}", f"# {spelling.upper()}", f"\ufeff\u3000＃ {spelling}"):
            assert only(line + ARGUMENT[order.argument]).name == order.name


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_every_example_parses_to_itself(order: Order) -> None:
    examples = [order.shown(language, TODAY) for language in LANGUAGES]
    given = [only(example) for example in examples]
    assert {one.name for one in given} == {order.name}
    assert [one.line for one in given] == examples


def test_an_example_names_a_day_that_has_not_passed() -> None:
    promise = next(order for order in ORDERS if order.name == "promise")
    assert [promise.shown(language, date(2027, 3, 9)) for language in LANGUAGES] == ["#预计 3月9日", "#預計 3月9日", "#promise 9 Mar"]


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_an_order_without_its_argument_is_refused(order: Order) -> None:
    reply = parse_reply(f"#{order.word.en}", CONTEXT)
    wants = order.argument != "none" and order.required
    assert [problem.reason for problem in reply.problems] == (["missing-argument"] if wants else [])


@pytest.mark.parametrize("order", [o for o in ORDERS if o.argument == "none"], ids=lambda order: order.name)
def test_an_order_with_something_it_does_not_take_is_refused(order: Order) -> None:
    assert wrong(f"#{order.word.zh_cn} 不了").reason == "unexpected-argument"


def test_no_two_orders_share_a_word() -> None:
    assert len(BY_WORD) == len({(w, order.name) for w, order in BY_WORD.items()}) == len({w.casefold() for o in ORDERS for w in o.words})


def test_every_order_can_be_carried_out() -> None:
    assert {order.name for order in ORDERS} == HANDLERS.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_table_and_the_links_use_words_that_parse(language: LetterLanguage) -> None:
    rows = table(language, TODAY)
    assert [row["name"] for row in rows] == [order.name for order in ORDERS]
    for row in rows:
        assert row["word"] == word(row["name"], language)
        assert only(row["example"]).name == row["name"]
        assert row["example"].startswith(f"#{row['word']}")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("＃状态：已解决", "resolve"),
        ("#状态 已解决", "resolve"),
        ("#状态已解决", "resolve"),
        ("＃狀態：已關閉", "close"),
        ("#status resolved", "resolve"),
        ("#Status: Closed.", "close"),
        ("- #accept", "accept"),
        ("1. #accept", "accept"),
        ("• ＃受理。", "accept"),
        ("＃接受 。", "accept"),
        ("*#accept*", "accept"),
        ("“#受理”", "accept"),
        ("【#受理】", "accept"),
        ("\u200b\u200e#accept\u00a0", "accept"),
        ("## accept", "accept"),
        ("#️⃣accept", "accept"),
        ("＃ＡＣＣＥＰＴ！", "accept"),
    ],
)
def test_how_people_type_orders(line: str, name: str) -> None:
    assert only(line).name == name


@pytest.mark.parametrize(
    ("line", "nearest"),
    [("# accpt", "accept"), ("#reslove", "resolve"), ("#受里", "受理"), ("#ncte hello", "note"), ("#解决不了", "解决了")],
)
def test_a_mistyped_order_is_answered_with_the_nearest(line: str, nearest: str) -> None:
    assert wrong(f"{line}\nDear Alice") == Problem(line, "unknown-order", nearest)


@pytest.mark.parametrize("line", ["#", "＃＃", "# 。", "#1024 blue cups", "#@*!", "#状态 未知", "#不受理了吧"])
def test_no_line_at_the_top_with_a_sign_is_text(line: str) -> None:
    assert wrong(f"{line}\nDear Alice").line == line


def test_what_has_no_near_word_is_answered_with_all() -> None:
    assert wrong("#xyzzyx").choices == tuple(order.word.en for order in ORDERS)


def test_text_below_the_orders_goes_to_the_customer() -> None:
    reply = parse_reply("\n#accept\n\n ＃类别：价格\n\nDear Alice,\n\n# not an order\nBob\n", CONTEXT)
    assert [order.name for order in reply.orders] == ["accept", "category"]
    assert reply.text == "Dear Alice,\n\n# not an order\nBob"


def test_text_without_orders_is_all_text() -> None:
    assert parse_reply("Dear Alice,\nfixed.", CONTEXT).text == "Dear Alice,\nfixed."


@pytest.mark.parametrize("line", ["#close", "＃关闭", "- # Resolved!", "#clsoe", "#转质量部", "#状态：已解决"])
def test_an_order_below_the_text_is_refused(line: str) -> None:
    problem = wrong(f"Dear Alice,\n{line}\nBob")
    assert (problem.line, problem.reason) == (line, "misplaced")


@pytest.mark.parametrize("line", ["#1 the lid", "# not an order", "#转换器坏了", "Order #close", "> #close", "#", "##", "# Blue cups"])
def test_other_lines_with_a_sign_below_the_text_are_text(line: str) -> None:
    assert line in parse_reply(f"Dear Alice,\n{line}\nBob", CONTEXT).text


@pytest.mark.parametrize("text", ["受理", "Close.", " resolved \n", "帮助"])
def test_an_order_without_its_sign_is_not_sent_to_the_customer(text: str) -> None:
    assert wrong(text).reason == "unmarked"


@pytest.mark.parametrize("text", ["收到", "收到。", "Ack", "#收到", "知道了！\n\n李四", "＃ack"])
def test_a_word_alone_acknowledges_a_notice(text: str) -> None:
    assert only(text).name == "ack"


def test_an_acknowledgement_in_a_sentence_is_a_letter_to_the_customer() -> None:
    reply = parse_reply("收到您的来信，我们正在查。", CONTEXT)
    assert (reply.orders, reply.text) == ((), "收到您的来信，我们正在查。")


def test_an_acknowledgement_takes_a_day() -> None:
    assert only("#收到 12月1日").day == date(2026, 12, 1)
    assert wrong("#收到 昨天").reason == "bad-date"


@pytest.mark.parametrize("text", ["受理\n您好", "Resolved, thank you.", "Please close the lid."])
def test_a_letter_with_an_order_word_in_it_is_a_letter(text: str) -> None:
    assert parse_reply(text, CONTEXT).text == text


def test_a_note_keeps_the_whole_letter_inside() -> None:
    reply = parse_reply("#accept\n#备注：客户很急，请快\n第二行\n\n第三行", CONTEXT)
    assert reply.text == ""
    assert reply.orders[1].text == "客户很急，请快\n第二行\n\n第三行"


def test_a_plan_may_stand_below_its_order() -> None:
    reply = parse_reply("＃方案\n1. 换泵\n2. 试机", CONTEXT)
    assert (reply.orders[0].text, reply.text) == ("1. 换泵\n2. 试机", "")


def test_a_reason_on_the_line_leaves_the_text_to_the_customer() -> None:
    reply = parse_reply("#decline out of warranty\nDear Alice", CONTEXT)
    assert (reply.orders[0].text, reply.text) == ("out of warranty", "Dear Alice")


def test_a_reason_below_the_order_is_the_reason_and_not_sent_twice() -> None:
    reply = parse_reply("#decline\nout of warranty", CONTEXT)
    assert (reply.orders[0].text, reply.text) == ("out of warranty", "")


@pytest.mark.parametrize("inner", ["#note checked", "#plan send a part"])
def test_an_internal_order_with_an_answer_below_is_asked_back(inner: str) -> None:
    assert wrong(f"#resolve\n{inner}\nDear Alice, it is fixed.").reason == "text-not-allowed"
    assert [order.name for order in parse_reply(f"#resolve\n{inner}", CONTEXT).orders] == ["resolve", inner[1:5]]


def test_every_note_is_kept_but_a_repeated_order_counts_once() -> None:
    reply = parse_reply("#note one\n#note two\n#accept\n#受理", CONTEXT)
    assert [(order.name, order.text) for order in reply.orders] == [("note", "one"), ("note", "two"), ("accept", "")]


@pytest.mark.parametrize("second", ["#reopen", "＃催办", "#promise 1 Dec"])
def test_orders_that_undo_each_other_are_refused(second: str) -> None:
    problem = wrong(f"#close\n{second}")
    assert (problem.line, problem.reason) == (second, "contradiction")


@pytest.mark.parametrize(
    "lines", ["#类别 价格\n#category quality", "#转 李四\n#转 质量部", "#预计 12月1日\n#预计 12月2日", "#级别 重大\n#级别 一般"]
)
def test_one_order_with_two_arguments_is_refused(lines: str) -> None:
    assert wrong(lines).reason == "contradiction"


def test_every_problem_is_told_up_to_a_limit() -> None:
    assert [problem.reason for problem in parse_reply("#accpt\n#category blue\n#close\n#reopen", CONTEXT).problems] == [
        "unknown-order", "unknown-category", "contradiction"
    ]  # fmt: skip
    assert len(parse_reply("#nonsense\n" * 500, CONTEXT).problems) == 20


@pytest.mark.parametrize(("member", "allowed"), [(BOB, False), (CAROL, True), (CHEN, True)])
def test_only_heads_and_managers_urge(member: Member, *, allowed: bool) -> None:
    assert may("urge", member) is allowed
    reply = parse_reply("#催办", OrderContext(CONTEXT.members, CONTEXT.procedure, TODAY, author=member))
    assert [problem.reason for problem in reply.problems] == ([] if allowed else ["not-allowed"])


pieces = st.one_of(
    st.sampled_from(
        [
            "#",
            "＃",
            " ",
            "\n",
            "\u3000",
            "：",
            ":",
            "\ufeff",
            "- ",
            "1. ",
            "状态",
            "accept",
            "转",
            "备注",
            "12月1日",
            "价格",
            "解决",
            "\u2028",
            "?",
            "#️⃣",
        ]
    ),
    st.sampled_from([w for order in ORDERS for w in order.words]),
    st.text(max_size=6),
)
texts = st.lists(pieces, max_size=12).map("".join)


@settings(deadline=None)
@given(texts)
def test_any_text_is_read_without_an_error(text: str) -> None:
    reply = parse_reply(text, CONTEXT)
    assert not (reply.problems and reply.text)
    assert all(order.name in HANDLERS for order in reply.orders)


@settings(deadline=None)
@given(st.sampled_from(["", " ", "\n\n", "\u3000", "\ufeff", "- ", "2) "]), st.sampled_from("#＃"), texts, texts)
def test_a_first_line_with_a_sign_never_reaches_the_customer(before: str, sign: str, line: str, below: str) -> None:
    first = sign + "".join(line.splitlines())
    reply = parse_reply(f"{before}{first}\n{below}", CONTEXT)
    assert first not in reply.text.splitlines()
    assert reply.orders or reply.problems
