"""One-word answers to the question which category a complaint is of: taken, and never sent to the customer."""

import pytest
from msgspec.structs import replace

from mailbot.lifecycle.orders import Reply, parse_reply
from tests.pure.orders_cast import CONTEXT

ASKED = replace(CONTEXT, choices=("service", "quality"))


def category(text: str) -> str | None:
    """The category of a reply that is one sound answer."""
    reply = parse_reply(text, ASKED)
    return reply.orders[0].category if [order.name for order in reply.orders] == ["category"] and not reply.text else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "service"),
        ("２", "quality"),
        (" 2。", "quality"),
        ("价格", "price"),
        ("交付时间", "delivery"),
        ("質量", "quality"),
        ("Delivery.", "delivery"),
        ("“服务问题”", "service"),
        ("other", "other"),
        ("价格\n\n王芳", "price"),
        ("2\n--\nBob", "quality"),
    ],
)
def test_a_word_or_a_number_answers(text: str, expected: str) -> None:
    assert category(text) == expected


@pytest.mark.parametrize(
    "text", ["质量我们会查。", "3", "Price list attached", "1 台新机今天寄出", "", "质量\n" + "我们会尽快给您换新的，请放心。" * 4]
)
def test_anything_else_is_no_answer(text: str) -> None:
    assert category(text) is None


def test_an_answer_above_a_letter_is_refused_and_nothing_reaches_the_customer() -> None:
    reply = parse_reply("质量\n" + "我们会尽快给您换新的，请放心。" * 4, ASKED)
    assert (reply.text, [problem.reason for problem in reply.problems]) == ("", ["text-below-answer"])


def test_a_number_that_is_not_offered_is_refused_with_the_categories() -> None:
    reply = parse_reply("3", ASKED)
    assert [(problem.reason, problem.choices) for problem in reply.problems] == [
        ("unknown-category", ("Quality", "Service", "Price", "Delivery", "Other"))
    ]


@pytest.mark.parametrize("text", ["1", "质量", "price", "７"])
def test_an_answer_to_no_question_is_not_sent_to_the_customer(text: str) -> None:
    reply = parse_reply(text, CONTEXT)
    assert (reply.text, reply.orders, [problem.reason for problem in reply.problems]) == ("", (), ["no-question"])


@pytest.mark.parametrize("text", ["5 台已补发", "质量问题我们认\n新件今天寄出", "价格\n我们按九折退您差价。"])
def test_a_letter_to_the_customer_stays_one_when_nothing_was_asked(text: str) -> None:
    assert parse_reply(text, CONTEXT) == Reply(text, (), ())


def test_an_order_above_goes_before_an_answer() -> None:
    reply = parse_reply("#category price", ASKED)
    assert [order.category for order in reply.orders] == ["price"]
