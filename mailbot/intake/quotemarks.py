"""How mail programs mark what the sender did not write: the patterns, as tables by language.

Gives compiled patterns to `quotes`; holds no logic. Each is matched against one line of at most 300 characters, and
every gap is bounded, so that no text makes them slow. A new client or language is a row or a word here.
"""

import re

# Our letters carry this line at their top; what comes after it is ours.
REPLY_LINE = "──── 请在此线上方回复 · Reply above this line ────"
# Any of these pieces tells the line even when a mail program wrapped or translated the rest.
REPLY_PIECES = ("请在此线上方回复", "請在此線上方回覆", "请在此线上方回覆", "Reply above this line")
REFERENCE = re.compile(r"\[ref:\d{4}-\d{1,9}\.[A-Za-z2-7]{1,40}")


def either(rows: str) -> str:
    """One alternative of all words in a table of rows."""
    return "|".join(row.strip().strip("|") for row in rows.strip().splitlines())


_TITLES = either(r"""
    Original(?: (?:Message|E-?Mail|Text|appointment))?|Forwarded message|Forwarded by|Repl(?:y|ied) Message
    原始邮件|原邮件|原邮件信息|邮件原件|原件|源邮件|原始信件|原始消息|原始讯息|回复的原邮件|回复的邮件
    转发邮件|转发的邮件|转发邮件信息|转发信息|已转发邮件|被转发邮件信息|转发的原邮件
    原始郵件|原郵件|原始訊息|回覆的原郵件|回覆的郵件|轉寄郵件|轉寄的郵件|轉寄郵件信息|轉寄的信件|轉寄訊息
    元のメッセージ|転送されたメッセージ|원본 메[시세]지|전달된 메[시세]지
    Urspr(?:ü|ue)ngliche (?:Nachricht|E-Mail|Mail)|Original-?Nachricht|Weitergeleitete Nachricht
    Message (?:d['’]origine|original|initial|transféré)|Mensaje (?:original|reenviado)
    Mensagem (?:original|encaminhada)|Messaggio (?:originale|inoltrato)|Oorspronkelijke? bericht
    Исходное сообщение|Пересылаемое сообщение|Пересланное сообщение|Оригинальное сообщение
    Ursprungligt meddelande|Oprindelig meddelelse|Opprinnelig melding|Wiadomość oryginalna|Orijinal Mesaj|Původní zpráva
""")
_SIGN = "[-–—_=─*]"
# "----- 原始邮件 -----", "--- Original Message ---"; the commonest also without line signs.
SEPARATOR = re.compile(
    rf"[\s>]{{0,20}}(?:{_SIGN}{{1,60}}\s{{0,5}}(?:{_TITLES})[^\n]{{0,40}}?\s{{0,5}}{_SIGN}{{1,60}}"
    r"|(?:原始邮件|原始郵件|原始訊息|Original Message)\s{0,5}[:：]?)\s{0,40}\Z",
    re.IGNORECASE,
)
_APPLE = either("""
    Begin forwarded message|开始转发的邮件|被转发的邮件|開始轉寄郵件|転送されたメッセージ|Anfang der weitergeleiteten (?:Nachricht|E-Mail)
    Début du message (?:réexpédié|transféré)|Inicio del mensaje reenviado|Início da mensagem (?:encaminhada|reencaminhada)
    Inizio messaggio inoltrato|Начало переадресованного сообщения|Begin doorgestuurd bericht
""")
APPLE_FORWARD = re.compile(rf"(?:{_APPLE})\s?[:：]\s{{0,5}}\Z", re.IGNORECASE)

FROM_NAMES = either("""
    From|发件人|发信人|發件人|寄件者|寄件人|寄信人|差出人|送信者|보낸 ?사람|보낸이|От|От кого
    De|Von|Da|Van|Från|Fra|Od|Kimden|Gönderen|Lähettäjä|Expéditeur|Remitente|Mittente|Absender
""")
_OTHER = either("""
    Sent|Date|To|Cc|Subject|Reply-To|发送时间|发件时间|发送日期|时间|日期|收件人|抄送|抄送人|主题|主 {0,4}题|主　题
    標題|主旨|發送時間|寄件日期|傳送時間|寄送時間|收件者|收信人|副本|主題|送信日時|日付|日時|宛先|件名|보낸 ?날짜|날짜|받는 ?사람|제목|참조
    Gesendet|Datum|An|Betreff|Envoyé|Date|À|A|Objet|Enviado(?: el| em)?|Enviada(?: em)?|Fecha|Data|Para|Asunto|Assunto
    Inviato|Ogg|Oggetto|Отправлено|Дата|Кому|Тема|Копия|Verzonden|Aan|Onderwerp|Skickat|Till|Ämne|Sendt|Til|Emne
    Wysłano|Do|Temat|Gönderilme|Kime|Konu
""")
_LEAD = r"[\s>|*•-]{0,20}"
_COLON = r"\s{0,6}\*{0,2}\s{0,4}[:：|]\*{0,2}"
FROM_FIELD = re.compile(rf"{_LEAD}(?:{FROM_NAMES}){_COLON}\s{{0,5}}\S", re.IGNORECASE)
OTHER_FIELD = re.compile(rf"{_LEAD}(?:{_OTHER}){_COLON}", re.IGNORECASE)
ANY_FIELD = re.compile(rf"{_LEAD}(?:{FROM_NAMES}|{_OTHER}){_COLON}", re.IGNORECASE)
# A rule above such a block belongs to it (Outlook underscores, Exmail and Aliyun hyphens).
RULE = re.compile(r"[\s>]{0,20}[_\-–—=─]{5,200}\s{0,20}\Z")

# The line by which a reply introduces what it quotes; it may be wrapped over up to four lines.
_VERBS = either(r"""
    \bwrote|\bwrites|写道|寫道|写到|寫到|\bschrieb(?:en)?[^:]{0,120}|\ba écrit|\bécrit|\bescribió|\bescreveu
    \bha scritto|\bhanno scritto|\bscrisse|\bpisze|\bnapisał(?:\(a\)|a)?|\bpíše|\bnapsal(?:\(a\)|a)?|пишет|написал(?:\(а\)|а)?
    \bschreef[^:]{0,120}|\bskrev[^:]{0,120}|\bkirjoitti|\byazdı|のメール|のメッセージ|は書きました|が書きました|님이 작성|작성|님이 씀
""")
_TIME = r"(?:\d{1,2}[:.h]\d{2}|\d{4}|\d{1,2}[/.\-]\d{1,2})"
# Japanese and Russian Gmail name only moment and address.
ATTRIBUTION_END = re.compile(
    rf"(?:{_VERBS})\s{{0,3}}[:：]\Z|(?:写道|寫道|のメール|님이 작성)\s{{0,3}}[，,]?\Z"
    rf"|{_TIME}[^\n]{{0,200}}<[^\s<>]{{1,200}}@[^\s<>]{{1,200}}>\s?[:：]\Z",
    re.IGNORECASE,
)
ATTRIBUTION_ENDINGS = (":", "：", "，", ",", "道", "ル", "성")
# Without "> " lines below it, only a line as exact as a program's own introduces a quote: people write "客服写道：" too.
EXACT = re.compile(r"@|\d{1,2}[:：.h]\d{2}")
# A wrapped attribution is one phrase; a line that ends a sentence is the sender's own.
SENTENCE_ENDINGS = (".", "!", "?", "。", "！", "？")
_OPENINGS = "On|At|Am|Den|Le|El|Em|Il|Op|Dnia|W dniu|Dne|Na|Vào|På"
ATTRIBUTION_START = re.compile(
    rf"(?=[^\n]{{0,300}}{_TIME})(?:{_OPENINGS})\s"
    r"|[^\n]{0,80}(?:在|于|於)\s?\d{4}|\d{4}\s{0,2}[年/.\-]\s{0,2}\d{1,2}|[^\n]{0,60}<[^\s<>]{1,200}@|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    "|(?:пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)",
    re.IGNORECASE,
)

# RFC 3676 §4.3, also as mail programs mistreat it.
SIGNATURE = re.compile(r"\s{0,3}-- ?\Z|\s{0,3}—{2} ?\Z|__\Z")
_DEVICE_ZH = (
    r"(?:发自|發自|寄自|来自|來自|从|從|由|用|通过|透過|传送自|傳送自)(?:我的|于我的)[^。！？!?\n]{1,50}"
    r"|(?:发自|發自|寄自) ?[A-Za-z][^。！？!?\n]{1,50}"
)
_DEVICES = either(r"""
    Sent (?:from|with|by|using|via) .{1,80}|Get(?:ting)? Outlook for .{1,80}|Sent on the go.{0,60}
    Von mein(?:em|er) .{1,40} gesendet|Gesendet (?:von|mit) .{1,60}|Envoyé (?:de|depuis|à partir) .{1,60}
    Enviado (?:desde|do|de|pelo|a partir) .{1,60}|Inviato (?:da|dal) .{1,60}|Verzonden (?:vanaf|met|vanuit) .{1,60}
    Отправлено (?:с|из) .{1,60}|Skickat från .{1,60}|Sendt fra .{1,60}|Wysłane z .{1,60}
    .{1,30}から送信|(?:나의 )?(?:iPhone|iPad)에서 보냄
    (?:签名)?由 ?网易邮箱大师 ?(?:定制|发送)?|获取 ?Outlook for .{1,40}|下载 ?Outlook .{1,40}
""")
DEVICE = re.compile(rf"[\s(\[（【|]{{0,10}}(?:{_DEVICE_ZH}|{_DEVICES})[\s)\]）】|]{{0,10}}\Z", re.IGNORECASE)
QUOTED = re.compile(r"\s{0,3}(?:[>＞]|&gt;)")
WORDS = re.compile(r"[^\W_]")
