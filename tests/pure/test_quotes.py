"""What the sender newly wrote. Whole letters of every client are in tests/letters (reply-*)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.intake import quotes
from mailbot.intake.quotemarks import ANSWER_MARK, QUOTE_MARK, SIGNATURE_MARK
from mailbot.intake.quotes import REPLY_LINE, REPLY_LINE_TRADITIONAL

# Any lines but such as hold marks of our own: those the reader sets itself.
LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "> quoted",
                "On Nov 16, 2026, Bob wrote:",
                "-- ",
                "发自我的iPhone",
                "------ 原始邮件 ------",
                "发件人: Bob",
                "主题: x",
                "",
                "_" * 32,
                REPLY_LINE,
            ]
        ),
        st.text(st.characters(exclude_characters=QUOTE_MARK + SIGNATURE_MARK + ANSWER_MARK), max_size=20),
    ),
    max_size=20,
).map("\n".join)

STAYS = [
    "I told you on Monday:\nit is broken.",
    "From: the start it was broken.\nTo be honest, I am angry.",
    "价格：100 元\n数量：2\n型号：X1",
    "主题：打印机\n日期：昨天\n它坏了。",
    "- first\n- second\n--- third ---",
    "a > b\nand b < a",
    "我的手机号是 555\n发自内心地感谢。",
    "Sent back twice already.\nStill broken.",
    "在2026年买的打印机坏了。",
    "您好：\n我于2026年10月1日购买了打印机，客服写道：\n不予退货。\n我不同意。",
    "Hello,\nOn 16 Nov 2026 I bought a printer.\nThen Bob wrote:\nsorry.",
    "收件人：张三\n地址：北京\n请改地址",
    "--\nAlice",
    "> everything is quoted",
    "发自我的iPhone",
    "From: what I can see, it broke.\nTo: be honest, I am sorry.",
    "您好：\n我于2026年10月1日 10:30打电话，客服写道：\n不予退货。\n我不同意。",
    "寄件人：张三\n收件人：李四\n寄件时间：2026年11月1日\n请查一下。",
    "On Monday 16 Nov 2026 at 10:30 I called and then Bob wrote:\nsorry, no refund.\nI disagree.",
    "I wrote to bob@company.example on 16 Nov 2026 at 10:30:\nplease help.\nNo answer.",
    "On 16/11/2026 at 9:19, Bob wrote: no refund.\nI disagree.",
    "Sent from my desk, which is easier than my phone.\nHello",
    "Sent from the warehouse on Monday\nbut not here.",
    "下载Outlook后无法登录\n请帮忙",
    "通过EMS寄出\n还没到",
    "来自Alice的投诉\n见下",
    "用我的手机号登录\n不行",
    "从我的角度看\n应该退货",
    "Time: 10:30\nFrom: Shanghai\nTo: Beijing\nFlight MU5101 was late.",
    "| 型号 | 数量 |\n| --- | --- |\n| X1 | 2 |",
    "*Original*\nThe old part.\n*New*\nThe new part.",
    "first part\n____________________________________\nsecond part",
    "2026年11月3日 10:30：\n收到坏的",
    "2026年11月1日 10:30快递员写道：不予退货\n我不同意",
    "From: Shanghai To: Gate 5\nThe bus was late.",
]


@pytest.mark.parametrize("text", STAYS)
def test_nothing_is_cut_from(text: str) -> None:
    assert quotes.cut(text)[0] == text.strip()


@pytest.mark.parametrize(
    "device",
    [
        "发自我的iPhone",
        "发自我的小米手机",
        "發自我的 iPhone",
        "从我的华为手机发送",
        "Sent from my iPhone",
        "Sent from Outlook for Android",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Отправлено с iPhone",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
        "(发自我的小米手机)",
        "发自 Windows 版邮件应用",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "由网易邮箱大师定制",
        "获取适用于 iOS 的 Outlook",
        "來自我的iPhone",
        "來自vivo手機",
        "从 Windows 版邮件发送",
        "通过我的vivo手机发送",
        "Sent from my Samsung Galaxy smartphone.",
        "Sent from Mail<https://go.microsoft.com/fwlink/?LinkId=550986> for Windows 10",
        "Sent with [Proton Mail](https://proton.me/) secure email.",
        "Sent from my cell, please excuse any typos.",
        "Diese Nachricht wurde von meinem Android-Gerät mit 1&1 Mail gesendet.",
        "Télécharger Outlook pour iOS<https://aka.ms/o0ukef>",
        "Verstuurd vanaf mijn iPhone",
        "Wysłane z iPhone'a",
    ],
)
def test_device_line_is_no_text(device: str) -> None:
    assert quotes.cut(f"请退货。\n\n{device}\n")[0] == "请退货。"


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, Nov 16, 2026 at 10:00 AM Bob <bob@company.example> wrote:",
        "On 16 Nov 2026, at 10:00, Bob\n<bob@company.example>\nwrote:",
        "在 2026年11月16日，10:00，Bob <bob@company.example> 写道：",
        "Bob <bob@company.example> 于2026年11月16日周一 10:00写道：",
        "2026年11月16日 上午10:00，Bob <bob@company.example> 寫道：",
        "Am 16.11.2026 um 10:00 schrieb Bob:",
        "Am Mo., 16. Nov. 2026 um 10:00 Uhr schrieb Bob <\nbob@company.example>:",
        "Le 16/11/2026 à 10:00, Bob a écrit :",
        "El 16/11/2026 a las 10:00, Bob escribió:",
        "Em seg., 16 de nov. de 2026 às 10:00, Bob <bob@company.example> escreveu:",
        "Il giorno lun 16 nov 2026 alle ore 10:00 Bob <bob@company.example> ha scritto:",
        "Op ma 16 nov 2026 om 10:00 schreef Bob <bob@company.example>:",
        "16.11.2026 10:00, Bob пишет:",
        "2026年11月16日(月) 10:00 Bob <bob@company.example>:",
        "2026년 11월 16일 (월) 오전 10:00, Bob <bob@company.example>님이 작성:",
        '在 2026-11-16 10:00:00，"公司客服" <bob@company.example> 写道：',
        "公司客服\n<bob@company.example> 于2026年11月16日周一 10:00写道：",
        "在 2026/11/16 10:00，“Bob”<bob@company.example> 写入:",
        "---- On Mon, 16 Nov 2026 10:00:00 +0800 Bob <bob@company.example> wrote ----",
        "Bob <bob@company.example> schrieb am Mo., 16.\nNov. 2026, 10:00:",
        "Le lun. 16 nov.\n2026 à 10:00, Bob <bob@company.example> a écrit :",
        "Bob <bob@company.example> escreveu (segunda, 16/11/2026 à(s) 10:00):",
        "ma 16. marrask. 2026 klo 10.00 Bob (bob@company.example) kirjoitti:",
        "Bob <bob@company.example>, 16 Kas 2026 Pzt, 10:00 tarihinde şunu yazdı:",
        "2026. nov. 16., H 10:00 Bob <bob@company.example> ezt írta:",
        "Vào Th 2, 16 thg 11, 2026 lúc 10:00 Bob <bob@company.example> đã viết:",
        "Mon 16 Nov 2026 10:00, Bob <bob@company.example> in no known language:",
        "On Tue, Apr 11, 2017 at 10:07 PM Bob\n\n<\nmailto:Bob <bob@company.example>\n> wrote:",
    ],
)
@pytest.mark.parametrize("quote", ["> old\n> words", "old\nwords"])
def test_line_that_introduces_a_quote_is_no_text(attribution: str, quote: str) -> None:
    assert quotes.cut(f"Yes.\n\n{attribution}\n\n{quote}\n")[0] == "Yes."


@pytest.mark.parametrize(
    "line", ["Bob Smith wrote:", "公司客服写道：", "2026/11/16 Bob <bob@company.example>", "On 16 November 2026, Bob wrote:"]
)
def test_line_without_a_moment_introduces_only_a_marked_quote(line: str) -> None:
    assert quotes.cut(f"Yes.\n\n{line}\n> old\n")[0] == "Yes."
    assert quotes.cut(f"Yes.\n\n{line}\nnew\n")[0] == f"Yes.\n\n{line}\nnew"


@pytest.mark.parametrize("own", ["Order 12345 is late", "编号 12345 还没到", "On Friday 16 I called you", "Subject: my printer"])
@pytest.mark.parametrize(
    "introduction",
    [
        "On Mon, Nov 16, 2026 at 10:00 AM Bob <\nbob@company.example> wrote:",
        "Bob <bob@company.example> 于2026年11月16日周一 10:00写道：",
        "公司客服\n<bob@company.example> 于2026年11月16日周一 10:00写道：",
        "Bob <bob@company.example> schrieb am Mo., 16.\nNov. 2026, 10:00:",
    ],
)
def test_line_right_above_an_introduction_is_the_sender_s(own: str, introduction: str) -> None:
    assert quotes.cut(f"{own}\n{introduction}\n> old")[0] == own


def test_introduction_on_the_sender_s_own_line_is_parted_from_it() -> None:
    assert quotes.cut("reply--- On Wed, Nov 18, 2026 at 3:59 PM, bob@company.example wrote:\n> Hi")[0] == "reply"


def test_introduction_on_the_quote_s_own_line_begins_the_quote() -> None:
    assert quotes.cut("Yes.\n\n  On Mon, Nov 16, 2026 at 9:59 AM, Bob<bob@company.example> wrote:   Dear Alice,\nold")[0] == "Yes."


@pytest.mark.parametrize(
    ("introduction", "sign"),
    [
        ("Monday, November 16, 2026, 9:59:10 AM, you wrote:\n", "CC>"),
        ("On 16 Nov 2026 at 9:59, Bob wrote:", "|"),
        ('>>>>> "Bob" == Bob Li <bob@company.example> writes:\n', "    Bob>"),
    ],
)
def test_sign_below_an_introduction_marks_a_quote(introduction: str, sign: str) -> None:
    assert quotes.cut(f"{introduction}\n{sign} old\n{sign}\n{sign} words\n\nYes.")[0] == "Yes."
    assert quotes.cut(f"It prints:\n\n{sign} boot\n{sign} stop")[0] == f"It prints:\n\n{sign} boot\n{sign} stop"


@pytest.mark.parametrize(
    "introduction",
    [
        "Quoting Bob Li <bob@company.example>:",
        "Zitat von bob@company.example:",
        '"Bob" <bob@company.example> wrote in message\nnews:4711@company.example...',
        '"Bob" bob@company.example – 16. November 2026 09:05',
    ],
)
def test_line_without_moment_or_verb_introduces_a_marked_quote(introduction: str) -> None:
    assert quotes.cut(f"Yes.\n\n{introduction}\n> old")[0] == "Yes."


def test_groupwise_s_line_opens_a_quote_without_marks() -> None:
    assert quotes.cut("Yes.\n\n>>> Bob <bob@company.example> 11/16/2026 4:42 PM >>>\nold words")[0] == "Yes."


def test_notes_old_header_opens_the_earlier_letter() -> None:
    head = '"Bob" <bob@company.example>\n11/16/2026 09:05 AM\n\nTo\n<alice@customer.example>\ncc\n\nSubject\nPump'
    assert quotes.cut(f"Yes.\n\n{head}\n\nold words")[0] == "Yes."


def test_rest_of_a_quoted_line_that_a_program_broke_is_no_text() -> None:
    broken = "> We will send the courier on Friday between nine and eleven in the morn,\nplease have the printer ready\n> Bob"
    assert quotes.cut(f"Yes.\n\n{broken}")[0] == "Yes."
    assert quotes.cut("> May we send the courier on Friday between nine and eleven in the morning?\nyes\n> Bob")[0] == "yes"


@pytest.mark.parametrize(
    "separator",
    [
        *(
            "-----Original Message-----",
            "------------------ 原始邮件 ------------------",
            "---- 回复的原邮件 ----",
            "-----原始郵件-----",
            "原始邮件",
            "-----Ursprüngliche Nachricht-----",
        ),
        *(
            "---------- Forwarded message ---------",
            "Begin forwarded message:",
            "发件人: Bob\n收件人: Alice\n主题: x",
            "*From:* Bob\n*Sent:* Monday",
            "De : Bob\nEnvoyé : lundi",
            "Von: Bob\nGesendet: Montag",
        ),
        *(
            "寄件者： Bob\n寄件日期： 2026\n主旨： x",
            "差出人: Bob\n送信日時: 2026",
            "보낸 사람: Bob\n날짜: 2026\n제목: x",
            "От: Bob\nОтправлено: 2026",
            "________________________________\n发件人: Bob\n发送时间: 今天",
        ),
    ],
)
def test_everything_after_a_separator_is_quoted(separator: str) -> None:
    assert quotes.cut(f"同意。\n\n{separator}\nold words\n")[0] == "同意。"


@pytest.mark.parametrize(
    "line",
    [
        REPLY_LINE,
        REPLY_LINE_TRADITIONAL,
        f"> {REPLY_LINE}",
        "请在此线上方回复",
        "— Reply above this line —",
        "[ref:2026-000123.abcdefghijklmnopqrstuvwxyz]",
    ],
)
def test_our_own_line_ends_the_new_text(line: str) -> None:
    assert quotes.cut(f"Done.\n\n{line}\nold words, not quoted\n")[0] == "Done."


def test_answer_below_our_line_is_found_where_nothing_stands_above() -> None:
    assert quotes.cut(f"On Nov 16, 2026, Mailbot wrote:\n> {REPLY_LINE}\n> old\n\nDone.")[0] == "Done."


def test_answers_between_quotes_are_all_kept() -> None:
    fresh, quoted = quotes.cut("On Nov 16, 2026, Bob wrote:\n> When?\n\nFriday.\n\n> Where?\n\nHere.\n-- \nAlice")
    assert fresh == "Friday.\n\nHere."
    assert "> When?" in quoted
    assert "Alice" in quoted


def test_signature_before_the_quote_is_no_text() -> None:
    assert quotes.cut("Yes.\n-- \nAlice\nTel. 555\n\nOn Nov 16, 2026, Bob wrote:\n> old")[0] == "Yes."


def test_answer_below_a_separator_and_its_marked_quote_is_kept() -> None:
    text = "------- Original Message -------\nOn Monday, November 16th, 2026 at 10:00, Bob <bob@company.example> wrote:\n> When?\n\nFriday."
    assert quotes.cut(text)[0] == "Friday."


def test_outlook_s_rule_opens_a_header_of_any_language() -> None:
    assert quotes.cut("Yes.\n" + "_" * 32 + "\nNga: Bob\nMë: 16 Nov 2026 10:00\nLënda: x\n\nold")[0] == "Yes."


@pytest.mark.parametrize("end", ["", "\n\n---- 回复的原邮件 ----\nold"])
def test_card_of_empty_cells_is_a_signature(end: str) -> None:
    assert quotes.cut("同意。\n\n| |\n张三\n|\n|\nalice@customer.example\n|" + end)[0] == "同意。"


def test_footer_of_a_mailing_list_is_no_text() -> None:
    assert quotes.cut("Yes.\n" + "_" * 47 + "\nusers mailing list\nusers@company.example")[0] == "Yes."


def test_quote_that_only_the_html_shows_is_no_text() -> None:
    html = "<div>Yes.</div><blockquote type=cite><div>old words</div></blockquote>"
    assert quotes.cut_either("Yes.\nold words", html) == ("Yes.", "> old words")
    linked = html.replace("old", "<a href=https://company.example/x>old</a>")
    assert quotes.cut_either("Yes.\nold <https://company.example/x> words", linked)[0] == "Yes."
    assert quotes.cut_either("Yes, and more.\nold words", html)[0] == "Yes, and more.\nold words"


@given(LINES)
def test_words_are_never_all_cut(text: str) -> None:
    assert any(map(str.isalnum, quotes.cut(text)[0])) == any(map(str.isalnum, text))


@given(LINES)
def test_no_line_is_lost(text: str) -> None:
    fresh, quoted = quotes.cut(text)
    kept = {line.strip() for line in (fresh + "\n" + quoted).splitlines()}
    assert {line.strip() for line in text.replace("\xa0", " ").splitlines()} <= kept | {""}
