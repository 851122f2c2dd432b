"""How mail systems word what could not be delivered: the patterns, as tables by what they tell.

Gives compiled patterns to `bounces`; holds no logic. Every gap is bounded and the texts are cut before, so that no
letter makes them slow. A new mail system or language is a row or a word here.
"""

import re

from mailbot.intake.quotemarks import either

# ASCII alone: Chinese or Japanese words stand beside an address without a blank.
_ADDRESS = r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,8}"
ADDRESS = re.compile(_ADDRESS, re.IGNORECASE)
# Several, one after the other.
_ADDRESSES = rf"{_ADDRESS}(?:[>\]\"']?\s{{0,3}}[,;，；、]\s{{0,3}}[<\[\"']?{_ADDRESS}){{0,50}}"
# What stands glued to an address in X.400 and Exchange forms.
GLUED = re.compile(r"\A(?:.{0,40}[/;])?(?:smtp|rfc-?822|mailto)[=:]", re.IGNORECASE)

# Local parts that only machines use, without their punctuation; the second kind may also be a person at work.
DAEMONS = frozenset(
    either("""
    mailerdaemon|maildaemon|mdaemon|lotusnotesrouter|doublebounce|bounce|bouncehandler|deliverydaemon|mailsystem|mailadministrator
    maildeliverysystem|maildeliverysubsystem
""").split("|")
)
POSTMASTERS = frozenset(
    ("postmaster", "postmasters", "systemadministrator", "administrator", "sysadmin", "bounces", "ndr", "postacertificata")
)
EXCHANGE = "microsoftexchange"
DAEMON_NAMES = re.compile(r"\W{0,3}(?:mail deliver(?:y)? (?:sub)?system|mailer[- ]daemon|mail delivery service)", re.IGNORECASE)

# Titles of reports as they begin.
SUBJECTS = re.compile(
    r"\s*(?:\[[^\]\n]{1,30}\]\s*)?(?:"
    + either(r"""
    undeliver(?:able|ed)|(?:e-?mail )?delivery (?:status notification|failure|failed|has failed|report|delayed|unsuccessful|incomplete)
    delivery (?:status|notification|problem|error|aborted|is delayed|was unsuccessful)|permanent delivery failure
    (?:mail|message|e-?mail) delivery (?:failed|failure|system|problem|warning|error|notification|delayed|status|subsystem)
    (?:mail )?non[- ]?deliver(?:y|able)|failure (?:notice|delivery)|(?:mail )?failure notification|mail failure
    (?:your )?(?:mail|message|e-?mail)(?: to \S{1,200})? (?:undeliverable|not delivered|was not delivered|could not be (?:delivered|sent))
    (?:your )?(?:mail|message|e-?mail) (?:couldn't be delivered|rejected|returned|blocked|failed|system error)
    returned (?:e?-?mail|to sender|message)|undelivered mail|warning: (?:could not send|message \S{1,80} delayed|\S{3,200} - user)
    (?:e-?mail|message) (?:could )?not (?:be )?(?:delivered|sent)|automatically rejected mail|rejected mail|failed mail|failed:
    (?:mail|message|e-?mail) status ?[-:] ?undeliver
    postmaster notify|error sending (?:message|mail)|systems? bounce|投[递遞]状[态態]
    mail (?:failed, returning|status report|receive error|error|not delivered)|error delivering|delayed mail|send failed
    (?:系统|邮件|郵件|系統)?退信|邮件(?:投递|发送|传输|传送)?(?:失败|异常)|邮件(?:无法|未能|没有)(?:投递|送达|发送|传递)
    (?:無法|无法)(?:投递|送达|传递|传送|發送|投遞|送達|傳遞|遞送|傳送)|投[递遞]失[败敗]|未(?:送达|送達|传递|傳遞|送出|投递)
    .{0,40}(?:邮件|郵件)被?退[回件]|来自.{0,40}退信|來自.{0,40}退信|退件|被退回|传递失败|传递(?:状态|延迟)|传送失败|寄信失败|发信失败
    傳遞狀態通知|郵件傳遞失敗|郵件無法|郵件系統退信|配信不能|配送不能|配信エラー|配信失敗
    (?:メール|メッセージ).{0,12}(?:エラー|失敗|できません)|未配信
    unzustellbar|nicht zugestellt|zustellung fehlgeschlagen|non remis|échec de la remise|notification d'échec|courrier non distribué
    no se puede entregar|no entregado|correo no entregado|notificación de (?:estado|error)|não foi possível entregar
    não é possível entregar
    mensagem não entregue|non recapitabile|mancato recapito|mancata consegna|onbestelbaar|niet bezorgd|kunde inte levereras|olevererbart
    nedoruč|kézbesíthetetlen|nelivrabil|toimittaminen epäonnistui|ikke lever|δεν είναι δυνατή|לא ניתן ל|تعذر|ไม่สามารถส่ง|không thể gửi
    kan ikke leveres|nie można dostarczyć|niedostarczon|teslim edilemedi|не удалось доставить|недоставлен|недоставка
    ваше сообщение не доставлено|сообщение не доставлено|배달되지 않음|전송 실패|메일.{0,12}(?:실패|못했|않았)|\[?반송
    avviso di (?:mancata consegna|non accettazione)
    (?:邮件|郵件)(?:部分)?(?:投[递遞]失[败敗]|(?:投[递遞])?延[迟遲])
""")
    + ")",
    re.IGNORECASE,
)
# In the title of a letter that a daemon sent, these are enough.
TROUBLE = re.compile(
    either("""
    deliver|return|frozen|reject|fail|error|warning|bounce|unknown|delay|not listed|zustell|fehler|remise|distribu|entreg|consegn|recapit
    bezorg|kézbes|doruč|teslim|levere|доставл|배달|전송|반송|送達|配信|エラー|投递|投遞|退|失败|失敗|无法|無法
"""),
    re.IGNORECASE,
)
# The title of an answer is ours.
ANSWER = re.compile(r"\s*(?:re|aw|sv|回复|回覆|答复)\s?[:：]", re.IGNORECASE)
# The words by which mail systems begin their reports.
TEXTS = re.compile(
    either(r"""
    this is the (?:\w{1,20} ){0,6}(?:program|mail system|mail delivery)|created automatically by (?:the )?(?:mail|smtp)
    machine generated message
    (?:could not|couldn't|cannot|can't|can not|was not|wasn't|not) be (?:successfully )?delivered(?: to)?|not be delivered
    deliver(?:y|ed)? to the following|not delivered to|delivery (?:has )?failed|delivery attempts
    delivery of (?:your )?(?:e-?mail|message)
    (?:was|were|is) undeliverable|undeliverable (?:to|address|message|mail)
    i'm afraid i wasn't able to deliver|(?:(?:wasn't|weren't|not)(?: been)? |\bun)able to (?:deliver|send)|(?:wasn't|isn't|not) delivered
    (?:did|do|could) not reach|could not (?:deliver|send)|cannot be (?:sent|delivered)|failed to (?:deliver|send)|delivery failure
    permanent fatal errors?|transient (?:non-)?fatal errors?|transcript of (?:the )?session|delivery status notification
    returned mail follows|(?:message|mail|letter) (?:was|has been|is) returned
    following recipients?|failed recipients?|failed addresses|returned to (?:the |its )?sender|been returned
    (?:encountered|had) delivery (?:problems|errors)
    was (?:automatically )?rejected|no such user|user unknown|unknown user|mailbox (?:is )?(?:full|unavailable)|over quota|quota exceeded
    had permanent|has not (?:yet )?been delivered|not yet been delivered|is delayed|will (?:be retried|retry)
    resolver\.adr|[#;'] ?<?[45]\d\d[ -]#?[45]\.\d\.\d|#[45]\.\d\.\d{1,3} smtp;
    (?:抱歉|很抱歉|您好|用户)[，,：:！! ]?.{0,20}您(?:的|发送的|发出的|寄出的)?邮件|您的邮件(?:无法|未能|被退回|没有)
    发送的邮件.{0,20}(?:退回|失败|无法|未能)
    (?:无法|未能|不能)(?:投递|发送|送达|传递|投送)|(?:由于|因).{0,10}原因.{0,10}退[回信]|系统退信|退信(?:原因|信息|代码|说明)
    邮件被系统退回
    无法将您的邮件|投递到.{0,80}失败|自动(?:生成|发送|产生)的退信|被退回(?:来了)?|(?:没有|未能?)(?:成功)?(?:发送|送达|投递|寄达)
    传递(?:失败|延迟)|對以下
    传递到这些收件人|以下收件人
    的(?:邮件|郵件|信件).{0,40}(?:暂未送达|暫未送達|投递失败|发送失败|投遞失敗|傳送失敗)|失败的收件人|(?:没有|未能?)到达下列收件人
    无法识别收件人
    (?:無法|未能)(?:投遞|傳遞|遞送|送達|寄達|傳送)|退信原因|郵件.{0,10}退[回件]
    送信できません|配信できません|お届けできません|届けることができません|送信に失敗|配信に失敗|配信不能
    konnte(?:n)? (?:leider )?nicht (?:\S{1,60} ){0,8}?(?:zugestellt|übermittelt)|nicht zugestellt|zustellung.{0,40}fehlgeschlagen
    n'a (?:pas )?pu être (?:remis|délivré|livré|distribué)|n'a pas pu etre|impossible de (?:remettre|livrer)|échec de la remise
    no se (?:ha podido|pudo|puede) entregar|no ha sido entregado|não (?:pôde|foi possível).{0,30}(?:ser )?entreg|non è stato possibile
    impossibile recapitare|non è stato recapitato|kon niet worden (?:afgeleverd|bezorgd)
    не (?:может быть|могло быть|было|удалось).{0,20}достав
    невозможно доставить|전송할 수 없|배달하지 못|배달되지|전송되지 (?:않|못)|전송하지 못|반송되
    errore nella consegna|è stato rilevato un errore
"""),
    re.IGNORECASE,
)
# A delay by its title, or by its text; a final failure that tells of earlier attempts is no delay.
DELAY_SUBJECT = re.compile(
    either(r"""
    delay(?:ed)?\b|delivery (?:incomplete|warning)|warning: could not send|延迟|延遲|遅延|verzöger|retard|retras|в пути|задерж
"""),
    re.IGNORECASE,
)
# Before such a word in a title, a delay is meant; behind it, the returned letter's own title is told.
FAILED_SUBJECT = re.compile(
    either("""
    undeliver|non[- ]?deliver|fail|return|reject|退|失[败敗]|无法|無法|未(?:送[达達]|传递|傳遞)|配信不能|unzustell|fehlgeschlagen
    non remis|échec
    no se puede|no entregado|não entregue|non recapit|onbestel|niedostarcz|не удалось|недостав|반송|실패
"""),
    re.IGNORECASE,
)
DELAYS = re.compile(
    either(r"""
    will (?:be retried|keep trying|continue to (?:try|be)|retry|try again|be attempted)|not yet been delivered
    attempts will (?:continue|be made)
    has not been delivered yet|still being (?:retried|attempted)|warning message only|do not need to resend|advisory[- ]only
    (?:been|is) postponed
    delivery is delayed|temporary problem delivering|还会继续|稍后(?:会|将|再)?重试|系统(?:将|会)?继续|尚未(?:送达|投递|传递)
    (?:将|会|系统会?)继续(?:尝试|投递|发送)
    尚未傳遞|將繼續嘗試|延迟(?:投递|送达|传递)|投递(?:已)?延迟|引き続き.{0,20}試み|再送を試み|wird weiterhin versucht|seguirá intentando
"""),
    re.IGNORECASE,
)
FINAL = re.compile(
    either("""
    permanent (?:error|fatal|failure)|failed permanently|giving up|given up|not going to try again|no further attempts|will not be retried
    could not be delivered for (?!more than)|不再(?:重试|尝试)|永久(?:性)?(?:错误|失败)
"""),
    re.IGNORECASE,
)
# From here on a report speaks of those it failed for.
TRIGGERS = re.compile(
    either(r"""
    following(?: \w{1,20}){0,3} (?:recipient|address|e-?mail|user|destination|person|group|mailbox)
    following(?: \S{1,20}){0,3} (?:recipient|address)
    did not reach|(?:n't|not|un)(?: been| be)? ?deliver(?:ed|able)? +to\b|not be (?:\w{1,20} )?delivered|unable to deliver
    failed to deliver
    could not (?:be )?deliver|undeliverable|delivery (?:to |has failed)|failed (?:recipient|address)|intended recipient|rejected by
    these recipients|permanent fatal errors|以下|这些收件人|無法傳遞|无法(?:送达|投递|发送|传递)|退信|被退回|次の|以下の|下記
    folgenden?|suivants?|siguientes?|seguent[ei]|seguintes|volgende|следующ|адрес|다음
"""),
    re.IGNORECASE,
)
# A heading over addresses that had luck, or still have a chance, and the lines below it.
SPARED = re.compile(
    r"^(?![^\n]{0,200}(?:\bnot\b|n't|\bun|fail|未|没|沒|不))[^\n]{0,120}"
    r"(?:success|transient non-fatal|delayed|still being retried|relayed|成功|延[迟遲]|已送[达達])[^\n]{0,120}[:：-]\s{0,8}\n"
    r"(?:[ \t]{0,80}\S[^\n]*(?:\n|\Z)){1,200}",
    re.IGNORECASE | re.MULTILINE,
)
# A line that says so of the address in it.
LUCKY = re.compile(
    r"^(?![^\n]{0,200}(?:\bno\b|\bnot\b|\bbut\b|n't|\bun|fail|[45]\d\d|未|没|沒|不))[^\n]{0,120}@[^\n]{0,120}(?:success|succeeded|成功)[^\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
# Where a letter without a mail system's signature gives an address to be reached at.
CONTACT = re.compile(
    r"^[^\w\n]{0,6}(?:my |our |我的|联系|聯絡|电子|電子)?(?:e-?mail(?: address)?|mail|邮箱|信箱|邮件|电邮|電郵|メール)\s?[:：].*$",
    re.IGNORECASE | re.MULTILINE,
)
# Without these a postmaster's letter about something undelivered speaks of goods.
MAIL_WORDS = re.compile(
    r"e-?mail|message|\bmail|recipient|\buser\b|smtp|邮件|郵件|信件|邮箱|收件|メール|nachricht|mensaje|messaggio|bericht|сообщени|письм|메일",
    re.IGNORECASE,
)
# An address that begins its line, behind no more than signs: "<a@b>: host …", "  * a@b", "(expanded from: <a@b>)".
LEADING = re.compile(
    rf"^[^\w\n@]{{0,12}}(?:expanded from:\s{{0,3}}<?|\[?smtp:|mailto:)?({_ADDRESSES})(?=[\s<>\]\[)(:;,.'\"|，：。）*]|$)",
    re.IGNORECASE | re.MULTILINE,
)
# An address behind the word that says whose it is.
_LABELLED = (
    r"(?<![a-z])(?:"
    + either(r"""
    rcpt(?: to)?|recipients?(?: address)?(?:\(s\))?|addressed to|deliver(?:ed|y|able)?(?: \w{1,12}){0,3} to|undeliverable(?: +to| address)?
    e-?mail address
    address|user|mailbox|account|(?:message|mail|sent|send|not|found) (?:to|for)|error-for|expanded from|generated (?:from|by)|smtp|\bto
    rejected
    收件(?:人|者|地址|邮箱|信箱)|收信人|邮件地址|邮箱地址|地址|用户|邮箱|送达|投递到|发送到|发往|寄给|退回|宛先|あて先|送信先|アドレス
    получател\w{0,4}|адрес\w{0,4}|destinataires?|empf[äa]nger|destinat[aá]ri[oa]s?|an|à|a|utente|수신자|받는 ?사람
""")
    + r")(?:邮件|地址|邮箱|信箱){0,2}[\"'\s:：=<\[(（*“「【]{1,12}("
    + _ADDRESSES
    + ")"
)
LABELLED = re.compile(_LABELLED, re.IGNORECASE)
# The same where the address ends its line, as it does in no sentence of a person.
LABELLED_LINE = re.compile(r"^[ -~]{0,80}?" + _LABELLED + r"[>\])\"'.:]{0,3}\s{0,8}$", re.IGNORECASE | re.MULTILINE)
# What a server was told: no person writes so.
DIALOGUE = re.compile(rf"\brcpt(?: to)?[:=]\s?[<\[]({_ADDRESS})[>\]]", re.IGNORECASE)
# A name without its domain, alone on an indented line, as AOL and GroupWise write their own users.
LOCAL = re.compile(r"^[ \t]{1,12}([a-z0-9][a-z0-9._-]{1,40})[ \t]{0,8}(?=$|\()", re.IGNORECASE | re.MULTILINE)
# "550 5.1.1 <a@b>... User unknown"
REPLIED = re.compile(rf"^\W{{0,4}}[45]\d\d[ -](?:[45]\.\d\.\d{{1,3}} )?<?({_ADDRESS})>?(?:\.\.\.|:)", re.IGNORECASE | re.MULTILINE)
# The address we wrote to, behind the one an alias made of it.
ORIGIN = re.compile(
    rf"({_ADDRESS})>?[:,]?\s{{0,20}}\(?(?:ultimately )?(?:generated|expanded) from:?\s{{0,10}}<?({_ADDRESS})", re.IGNORECASE
)
# Lines that name the one who wrote, or who could help.
NOT_FAILED = re.compile(
    r"^\W{0,6}(?:from|sender|sent by|reply-to|return-path|contact|发件人|发信人|寄件人|寄件者|差出人|送信者|от|von|de)\W", re.IGNORECASE
)
# Where the returned letter begins in a free text: failed addresses stand above it.
RETURNED = re.compile(
    r"^[-\s>|*=#_~]{0,80}(?:"
    + either(r"""
    (?:below |beneath )?this line is a copy|below the next line is a copy|below is a copy
    this is a copy of (?:the|your) (?:e-?mail|message)
    (?:the )?original message (?:follows|headers?|details|attached|as received|was|body|text|is attached)
    (?:the )?headers? of the original message
    -{2,60} ?(?:original|returned|old|forwarded) (?:e-?mail|message|text)|unsent message (?:below|follows)
    (?:the )?(?:message|mail) (?:text|headers?|body|contents?) (?:follows?|is|removed)|returned mail(?: follows| -|-{2,60})
    start of (?:returned )?message
    -- the header and|old message:|your message reads|included is a copy|a copy of (?:the|your) (?:original )?message
    message contents follow
    the first \d{1,4} lines of|a summary of the undelivered
    原邮件(?:内容|正文|信息头|头|附件)|原始邮件(?:标头|头|内容|信息头)|原信件|附件中的内容|邮件原文|原郵件|原始郵件|以下是(?:原|您发送的)
    return-path:|received: (?:from|by|\()|original message headers
""")
    + ").{0,160}$",
    re.IGNORECASE | re.MULTILINE,
)
RETURNED_ID = re.compile(rb"(?:^[> \t|]{0,6}|\?)(?:original-)?message-id[ \t]{0,4}:\s{0,6}<([^<>\s]{1,500})>", re.IGNORECASE | re.MULTILINE)
# RFC 3463 codes; not the pieces of an IP address.
STATUS = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?!\.?\d)")
REPLY_CODE = re.compile(r"(?<![\d.])([45])[0-7]\d(?=[ \-:;#\]),]|$)", re.MULTILINE)
# The same, as a report of failure has them: a number alone may be a price.
FAILURE_CODE = re.compile(r"(?<![\d.])(?:5\.[0-7]\.\d{1,3}(?!\.?\d)|55\d[ -](?:#?5\.\d|[<\w]\S{0,80} \S))")
# What only persons write to someone: a question, a greeting on its own line.
LETTER = re.compile(
    either(r"""
    [?？](?:\s|\Z)|^(?:hello|hi|hallo|guten tag|hola|bonjour|ciao)(?: \w{1,20})?[,!.]?\s{0,3}$
    ^[^\w\n]{0,3}(?:(?:kind|best|warm) )?(?:regards|thanks|thank you|cheers|yours|sincerely)\b
    mit freundlichen|grüß|cordialement
    saludos|saluti|atenciosamente|с уважением|此致|谢谢|謝謝|よろしくお願い|감사합니다|请帮|麻烦
"""),
    re.IGNORECASE | re.MULTILINE,
)
# The status that the words mean where no code is given (RFC 3463 §3).
MEANINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "5.2.2",
        re.compile(
            either(r"""
    (?:box|folder|account)\b[^.\n]{0,60}\bfull\b|quota|已满|已滿|空间不足|容量|exceeded.{0,20}storage|voll\b|casella.{0,20}piena
    pleine|llen[oa]\b|chei[oa]\b|переполнен|いっぱい|초과|\bvol\b
"""),
            re.IGNORECASE,
        ),
    ),
    (
        "5.1.2",
        re.compile(
            r"host\s{1,6}(?:is )?(?:unknown|not\s{1,5}found)|unknown host|name service error|no mx|unroute?able"
            r"|(?<!or )domain.{0,20}not (?:exist|found)|域名.{0,6}(?:不存在|错误|无法)",
            re.IGNORECASE,
        ),
    ),
    (
        "5.1.1",
        re.compile(
            either(r"""
    user unknown|unknown (?:or illegal )?(?:local )?(?:user|recipient|address|alias|mailbox)
    no such (?:user|recipient|mailbox|address|person)
    not (?:a )?(?:found|known|valid|exist|recogni[sz]ed)
    n't (?:exist|be found|have)|不存在|没有(?:这个|该)|无此|查[无無]|無此|該当|見つかりません|存在しない|invalid (?:user|recipient
    mailbox)|disabled
    not listed|unbekannt|existiert nicht|inconnu|n'existe pas|desconocid|no existe|não existe|sconosciut|non esiste|onbekend|bestaat niet
    неизвест|не существует|nieznany|존재하지|böyle bir|ukendt|okänd
"""),
            re.IGNORECASE,
        ),
    ),
    ("5.7.1", re.compile(r"spam|blocked|blacklist|policy|denied|rejected|拒收|拒绝|垃圾|黑名单", re.IGNORECASE)),
)
