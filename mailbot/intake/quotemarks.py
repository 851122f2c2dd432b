"""How mail programs mark what the sender did not write: the patterns, as tables by language.

Gives compiled patterns to `quotes`; holds no logic. Each is matched against one line of at most 300 characters, and
every gap is bounded, so that no text makes them slow. A new client or language is a row or a word here.
"""

import re

# Our letters carry this line at their top; what comes after it is ours.
REPLY_LINE = "──── 请在此线上方回复 · Reply above this line ────"
REPLY_LINE_TRADITIONAL = "──── 請在此線上方回覆 · Reply above this line ────"
# Any of these pieces tells the line even when a mail program wrapped or translated the rest; others' letters have the like.
REPLY_PIECES = ("请在此线上方回复", "請在此線上方回覆", "请在此线上方回覆", "eply above this line", "EPLY ABOVE THIS LINE")
REFERENCE = re.compile(r"\[ref:\d{4}-\d{1,9}\.[A-Za-z2-7]{1,40}")

# Longer lines are prose, never a mark.
MAX_MARK = 300

# `markup` begins with these the lines of elements that programs quote, sign or answer in; no letter holds such characters.
QUOTE_MARK = "\ufdd0"
SIGNATURE_MARK = "\ufdd1"
ANSWER_MARK = "\ufdd2"


def either(rows: str) -> str:
    """One alternative of all words in a table of rows."""
    return "|".join(row.strip().strip("|") for row in rows.strip().splitlines())


# Separators: "----- 原始邮件 -----", "--- Original Message ---"

_TITLES = either(r"""
    Original (?:Message|E-?Mail|Text|appointment)|Forwarded (?:message|by|mail|e-?mail|letter)|Repl(?:y|ied) Message
    Original Message processed
    原始邮件|原邮件|原邮件信息|邮件原件|源邮件|原始信件|原始消息|原始讯息|原始信息|回复的原邮件|回复的邮件|回复邮件信息|回复邮件
    邮件原文
    转发邮件|转发的邮件|转发邮件信息|转发信息|已转发邮件|已转发的邮件|被转发邮件信息|被转发的邮件|转发的原邮件|转发的消息
    原始郵件|原郵件|原始訊息|原始信件|原始信息|回覆的原郵件|回覆的郵件|轉寄郵件|轉寄的郵件|轉寄郵件信息|轉寄的信件|轉寄訊息|轉寄的訊息
    轉發的郵件|已轉發郵件
    元のメッセージ|元のメール|転送されたメッセージ|転送メッセージ|원본 메[시세]지|원본 메일|전달된 메[시세]지|전달된 메일
    Urspr(?:ü|ue)ngliche (?:Nachricht|E-Mail|Mail)|Original-?(?:Nachricht|Mail)|Weitergeleitete (?:Nachricht|Mail|E-Mail)
    Antwort[ -]Nachricht
    (?:Message|E-?mail|Courriel) (?:d['’]origine|original|initial|transféré)|Message transmis
    (?:Mensaje|Correo) (?:original|reenviado)|Mensagem (?:original|encaminhada|reencaminhada)|Messaggio (?:originale|inoltrato)
    (?:Oorspronkelijke?|Origineel|Doorgestuurd) (?:bericht|e-mail)
    (?:Исходное|Пересылаемое|Пересланное|Оригинальное|Перенаправленное) (?:сообщение|письмо)|Вихідне повідомлення
    (?:Ursprungligt|Vidarebefordrat) (?:meddelande|mail)|(?:Oprindelig|Videresendt|Opprinnelig) (?:meddelelse|besked|melding|mail)
    Originalmeddelande|Alkuperäinen viesti|Välitetty viesti|(?:Wiadomość|Treść) oryginalna|(?:Oryginalna|Przekazana) wiadomość
    Wiadomość przekazana
    (?:Orijinal|Özgün|İletilen|Yönlendirilen) (?:Mesaj|ileti|e-posta)|(?:Původní|Přeposlaná) (?:zpráva|e-mail)
    (?:Eredeti|Továbbított) üzenet
    Mesaj original|Mesaj redirecționat|Αρχικό μήνυμα|הודעה מקורית|رسالة أصلية|Thư gốc|Tin nhắn gốc|Pesan asli|ข้อความต้นฉบับ
""")
_SIGN = "[-–—_=─*]"
SEPARATOR = re.compile(
    rf"[\s>]{{0,20}}(?:{_SIGN}{{1,60}}\s{{0,5}}(?:{_TITLES})[^\n]{{0,40}}?\s{{0,5}}{_SIGN}{{1,60}}"
    rf"|{_SIGN}{{5,60}}\s{{0,5}}(?:Original|原件|原文)\s{{0,5}}{_SIGN}{{5,60}}"
    r"|(?:原始邮件|原始郵件|原始訊息|Original (?:Message|E-?mail))\s{0,5}[:：]?"
    r"|\[?Original Message processed by [^\n]{1,80})\s{0,40}\Z",
    re.IGNORECASE,
)
_APPLE = either("""
    Begin forwarded message|Forwarded message|开始转发的邮件|被转发的邮件|以下是转发的邮件|下面是被转发的邮件|開始轉寄郵件
    以下是被轉寄的郵件
    転送されたメッセージ|전달된 메시지|Anfang der weitergeleiteten (?:Nachricht|E-Mail)|Début du message (?:réexpédié|transféré)
    Inicio del mensaje reenviado|Início da mensagem (?:encaminhada|reencaminhada)|Inizio messaggio inoltrato
    Начало переадресованного сообщения|Begin doorgestuurd bericht|Vidarebefordrat brev|Start på videresendt besked|Videresendt melding
    Początek przekazywanej wiadomości|İletilen mesajın başlangıcı|Začátek přeposílané zprávy|Välitetty viesti alkaa
""")
APPLE_FORWARD = re.compile(rf"(?:{_APPLE})\s?[:：]\s{{0,5}}\Z", re.IGNORECASE)

# Blocks of header fields

FROM_NAMES = either("""
    From|发件人|发信人|發件人|寄件者|寄件人|寄信人|差出人|送信者|보낸 ?사람|보낸이|발신|От|От кого|Від|De la|Dari|Từ|Người gửi|Από|מאת
    من|จาก
    De|Von|Da|Van|Från|Fra|Od|Kimden|Gönderen|Lähettäjä|Expéditeur|Remitente|Mittente|Absender|Odesílatel|Nadawca|Feladó|Expeditor
    Afzender
""")
_SENT = either("""
    Sent|Date|发送时间|发件时间|发送日期|发件日期|时间|日期|日　期|發送時間|發送日期|寄件日期|傳送時間|傳送日期|寄送時間|寄信日期|時間
    送信日時|日付|日時|보낸 ?날짜|날짜|일시
    Gesendet|Datum|Envoyé(?: le)?|Enviado(?: el| em| a)?|Enviada(?: em)?|Fecha|Data|Inviato|Отправлено|Дата|Дата отправки|Надіслано
    Verzonden|Skickat|Sendt|Dato|Wysłano|Wysłane|Gönderilme(?: Tarihi)?|Gönderildi|Tarih|Lähetetty|Päivämäärä|Päiväys|Odesláno
    Datum a čas
    Elküldve|Küldve|Dátum|Trimis|Dată|Đã gửi|Ngày|Gửi|Dikirim|Tanggal|Ημερομηνία|Στάλθηκε|תאריך|נשלח|تاريخ|วันที่|ส่ง
""")
_SUBJECT = either("""
    Subject|主题|主 {0,4}题|主　题|標題|标题|主旨|主題|件名|제목|Betreff|Objet|Asunto|Assunto|Ogg|Oggetto|Тема|Onderwerp|Ämne|Emne
    Temat|Konu|Aihe
    Předmět|Tárgy|Subiect|Chủ đề|Tiêu đề|Subjek|Perihal|Θέμα|נושא|الموضوع|เรื่อง
""")
_TO = either("""
    To|收件人|收件者|收信人|宛先|받는 ?사람|수신|An|À|A|Para|Кому|Кому|Aan|Till|Til|Do|Kime|Alıcı|Vastaanottaja|Komu|Címzett|Către|Đến
    Kepada
    Destinataire|Destinatario|Destinatário|Empfänger|Προς|אל|إلى|ถึง
""")
_COPY = either("""
    Cc|Bcc|Reply-To|抄 {0,4}送|抄送人|抄　送|副本|密送|참조|Копия|Копія|Copie(?: à)?|Kopie|Kopia|Kopi|Kopio|Bilgi|DW|Másolat|Organization
    Importance|Attachments
""")
_LEAD = r"[\s>|*•-]{0,20}"
_COLON = r"\s{0,6}\*{0,2}\s{0,4}[:：﹕|]\*{0,2}"
# QQ Mail may set a hundred blanks before a name.
FROM_FIELD = re.compile(rf"{_LEAD}(?:{FROM_NAMES}){_COLON}\s{{0,200}}\S", re.IGNORECASE)
SENT_FIELD = re.compile(rf"{_LEAD}(?:{_SENT}){_COLON}", re.IGNORECASE)
SUBJECT_FIELD = re.compile(rf"{_LEAD}(?:{_SUBJECT}){_COLON}", re.IGNORECASE)
TO_FIELD = re.compile(rf"{_LEAD}(?:{_TO}){_COLON}", re.IGNORECASE)
OTHER_FIELD = re.compile(rf"{_LEAD}(?:{_SENT}|{_SUBJECT}|{_TO}|{_COPY}){_COLON}", re.IGNORECASE)
ANY_FIELD = re.compile(rf"{_LEAD}(?:{FROM_NAMES}|{_SENT}|{_SUBJECT}|{_TO}|{_COPY}){_COLON}", re.IGNORECASE)
# The time a letter was sent, in words that no parcel's label or form has.
_SENT_ONLY = either("""
    Sent|发送时间|发件时间|發送時間|送信日時|보낸 ?날짜|Gesendet|Envoyé|Enviad[oa]|Inviato|Отправлено|Verzonden|Skickat|Sendt
    Wysłano|Odesláno
""")
SENT_ONLY = re.compile(rf"{_LEAD}(?:{_SENT_ONLY})", re.IGNORECASE)
# A whole block on one line, as flattened HTML has it.
ONE_LINE_BLOCK = re.compile(
    rf"(?=[^\n]{{0,300}}@){_LEAD}(?:{FROM_NAMES}){_COLON}[^\n]{{1,120}}\s\*{{0,2}}(?:{_SENT}|{_TO}){_COLON}[^\n]{{0,20}}(?:\d|@)",
    re.IGNORECASE,
)
# A rule above such a block belongs to it (Outlook underscores, Exmail and Aliyun hyphens).
RULE = re.compile(r"[\s>]{0,20}[_\-–—=─]{5,200}\s{0,20}\Z")
# Outlook's own rule, and the fields below it in a language the tables lack.
OUTLOOK_RULE = "_" * 32
FOREIGN_FIELD = re.compile(r"\*{0,2}[^\W\d_][^:：\n]{0,29}[:：]\*{0,2}\s?\S")

# Notes' old form: name, moment, and the fields' names each on a line of its own.
NOTES_TO = re.compile(r"\s{0,80}(?:To|收件人|收件者|An|À|Para|宛先)\s{0,80}\Z")
NOTES_SUBJECT = re.compile(r"\s{0,80}(?:Subject|主题|主旨|Thema|Betreff|Objet|Asunto|件名)\s{0,80}\Z")

# The line by which a reply introduces what it quotes; it may be wrapped over several lines.

_VERBS = either(r"""
    \bwrote|\bwrites|写道|寫道|写到|寫到|写入|寫入|撰写|撰寫|\bschrieb(?:en)?[^:]{0,120}
    \bgeschrieben|\ba écrit|\bécrit|\bescribió
    \bescreveu[^:]{0,120}|\bha scritto|\bhanno scritto|\bscrisse|\bpisze|\bnapisał(?:\(a\)|a)?|\bpíše|\bnapsal(?:\(a\)|a)?|пишет
    написал(?:\(а\)|а)?|пише
    \bschreef[^:]{0,120}|\bskrev[^:]{0,120}|\bkirjoitti|\byazdı|のメール|のメッセージ|は書きました|が書きました|さんは書|님이 작성
    작성|님이 씀|님이 보낸 메일
    \bezt írta[^:]{0,120}|\bírta|\ba scris|đã viết|\bmenulis|έγραψε|כתב/ה|כתב|كتب|เขียนว่า
""")
_HOUR = r"\d{1,2}\s?[:.hH时時：]\s?\d{2}"
_YEAR = r"(?:19|20)\d\d"
TIME = re.compile(rf"{_HOUR}|{_YEAR}|\d{{1,2}}[/.\-]\d{{1,2}}")
MOMENT = re.compile(
    rf"(?=[^\n]{{0,300}}{_HOUR})[^\n]{{0,300}}(?:{_YEAR}|\d{{1,2}}[/.\-]\s?\d{{1,2}}|\d{{1,2}}\s?月|\b\d{{1,2}}\.?\s[^\W\d]{{3,12}}|[^\W\d]{{3,12}}\s\d{{1,2}}\b)"
)
# "<bob@company.example>", also with a link repeated inside or a break after the bracket.
BRACKETED = re.compile(
    r"[<＜(（\[]\s{0,3}(?:mailto:)?[^\s<>@]{1,100}@[^\s<>@]{1,200}?\s{0,2}(?:<?\s?mailto:[^\s<>]{1,200}>?)?\s{0,3}[>＞)）\]]"
)
ADDRESS = re.compile(r"[\w.+'=-]{1,100}@[\w-]{1,100}\.\w")
BARE_ADDRESS = re.compile(r"\s{0,5}([\w.+'=-]{1,100})@[\w.-]{1,100}\s{0,5}\Z")
# Usenet programs name the message, not the moment: "Bob wrote in message news:4711@company.example..."
_IN_MESSAGE = (
    r"(?:wrote in (?:message|news)|schrieb im Newsbeitrag|schrieb in Nachricht|a écrit dans le message|escribió en el mensaje"
    r"|ha scritto nel messaggio)\b[^\n]{0,150}"
)
_CLOSE = r"[\s\"”'’)*]{0,5}"
VERB_END = re.compile(
    rf"(?:{_VERBS}|{_IN_MESSAGE}(?=[:.]\s?\Z))(?:[^\n]{{0,60}}{_HOUR}[^\n]{{0,10}}(?=[:：﹕]\s?\Z))?{_CLOSE}[:：﹕，,.]?\s?\Z",
    re.IGNORECASE,
)
VERB_COLON = re.compile(rf"(?:{_VERBS}){_CLOSE}[:：﹕]\s?\Z", re.IGNORECASE)
# Horde, IMP and Evolution say whom they quote, and no moment.
CITING = re.compile(
    r"\s{0,3}(?:Quoting|Zitat von|Zitiere|Citando(?: a)?|Mensaje citado por|Citation de|Citerar|Citat fra|Цитирую|引用|引述)\s{1,2}"
    r"[^\n]{0,120}@[^\n]{1,120}[:：]\s{0,3}\Z"
)
# An introduction that begins with its moment and has no name of its own.
NAMELESS = re.compile(r"[于於]\s?20\d\d[\d\s年月日/.\-:：,，周週星期一二三四五六上下午晚()（）]{6,40}(?:写道|寫道)\s?[:：]\s?\Z")
# Supercite's own introduction, after which each line begins with the writer's name.
SUPERCITED = re.compile(r"\s{0,3}>{3,6} [^\n]{1,100} == [^\n]{1,160}(?:writes|wrote):\s{0,3}\Z")
# GroupWise writes ">>> Bob <bob@company.example> 11/16/2026 10:00 AM >>>" above a quote without marks.
GROUPWISE = re.compile(rf"\s{{0,3}}>{{3}} [^\n>][^\n]{{2,200}}{_HOUR}[^\n>]{{0,12}}>{{3}}\s{{0,3}}\Z")
# Other signs that begin a quoted line, told only by the introduction above it.
OTHER_MARK = re.compile(r"[ \t]{0,8}([^\W\d_]{1,12}>|[|:%\]}])(?=\s|\Z)")
HOUR_END = re.compile(rf"{_HOUR}(?::\d\d)?\Z")
COLONS = (":", "：", "﹕")
COLON_END = re.compile(r"[:：﹕]\s?\Z")
DASHED = re.compile(rf"\s{{0,3}}-{{2,60}}\s{{0,3}}[^\n]{{1,200}}(?:{_VERBS}){_CLOSE}[:：]?\s{{0,3}}-{{2,60}}\s{{0,3}}\Z", re.IGNORECASE)
# What a wrapped introduction can end in, for a first look.
ATTRIBUTION_ENDINGS = (":", "：", "﹕", "，", ",", "道", "ル", "성", "wrote", ">", "-", "...")
# How programs begin an introduction.
OPENING = re.compile(
    r"(?:On|At|In|Am|Den|Le|El|Em|Il|Op|Dnia|W dniu|Dne|På|Vào|Pada|În|Στις|Wiadomość|Message|[^\W\d]{2,4}\.?,)\s[^\n]{0,80}?\d"
    r"|[在于於]\s?\d{4}|\d{4}\s?[年년/.\-]\s?\d|\d{1,2}[./]\s?\d{1,2}[./]\s?\d|\d{1,2}\s[^\W\d]{3,10}\.?\s\d{4}",
    re.IGNORECASE,
)
# People write of themselves; programs never do.
PROSE = re.compile(
    r"\b(?:I|I'm|we|you|he|she|they|then|called|told|asked|because|which|ich|wir|je|nous|yo|eu|io|ik|jag|jeg)\b"
    r"|[我您你他她](?:们|們)?|[贵貴]司|[贵貴]公司|电话|電話|打给|收到|购买|購買|签收|如下|内容|內容"
    # "Your Shop" may be a sender's name, "your shop" is not.
    r"|(?-i:\b(?:your|our|my|his|her|their|votre|notre|nos|vos|meine?|unsere?|vuestr[oa]|nuestr[oa]|vostr[oa]|nostr[oa])\b)",
    re.IGNORECASE,
)
# A wrapped introduction is one phrase; a line that ends a sentence is the sender's own ("nov." and "23." end none).
SENTENCE_ENDINGS = ("!", "?", "。", "！", "？")
_MONTHS = (
    "sept|janv|févr|avril|juil|août|marrask|lokak|syysk|elok|heinäk|kesäk|toukok|huhtik|maalisk|helmik|tammik|jouluk|нояб|сент|февр|июня"
)
FULL_STOP = re.compile(rf"(?<![^\W\d])(?!(?:{_MONTHS})\.)[^\W\d]{{4,12}}\.\Z|[^\W\d]{{11}}\.\Z", re.IGNORECASE)
# An introduction that goes on in the quote without a line break (Yahoo on phones, Hushmail).
_WROTE = "wrote|schrieb|a écrit|escribió|escreveu|ha scritto|写道|寫道"
RUN_ON = re.compile(
    rf"\s{{0,5}}(?:(?:On|At|Am|Le|El|Em|Il|Op)\s|[在于於]?\s?(?:20\d\d[-/年]|[周週星][^\n]{{1,8}}月))[^\n]{{4,60}}?{_HOUR}[^\n]{{0,80}}?"
    rf"(?:<[^\s<>]{{1,100}}@[^\s<>]{{1,100}}>\s?(?:{_WROTE})\s?[:：]|[\"”]\s{{1,3}}wrote:(?=\S))\s{{0,5}}\S",
    re.IGNORECASE,
)
# Where a program glued its introduction to the sender's last line.
GLUED = re.compile(
    r"(?<=[^\s-])\s{0,3}-{0,5}\s?(?=On (?:[A-Z][a-z]{2,8},? )?(?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}|\d{1,2}[/.-]\d{1,2})"
    r"|[在于於]\s?20\d\d[-/年]\s?\d{1,2}[-/月][^\n]{1,100}<[^\s<>]{1,100}@)"
)

# Lines of any kind

# A quoted line that a mail program may have broken: long, and no sentence ends it; and what its rest looks like.
BROKEN = re.compile(r"\s{0,3}>[^\n]{58,298}[^\W\d_][,;]?\Z")
REST_OF_BROKEN = re.compile(r"[a-zß-öø-ÿа-яё][^\n]{0,60}\Z")
QUOTED = re.compile(rf"\s{{0,3}}(?:[>＞{QUOTE_MARK}]|&gt;)")
EMPTY_OR_QUOTED = re.compile(rf"\s*\Z|{QUOTED.pattern}")
WORDS = re.compile(r"[^\W_]")
DIGIT = re.compile(r"\d")
WORD = re.compile(r"\w+")
