"""How mail systems word their delivery reports: the patterns, as tables.

Gives compiled patterns to `bounces`; holds no logic. Every gap is bounded, so that no text makes them slow. A new mail
system is a row or a word here.
"""

import re

from mailbot.intake.quotemarks import either

# Local parts from which nobody but a mail system writes; those from which people write too; those of systems of any kind.
DAEMONS = re.compile(r"(?:mailer|mail|mai1er)[-_.]?daemon|mdaemon|double[-_.]?bounce|bounces?\Z", re.IGNORECASE)
POSTMASTERS = re.compile(r"post[-_.]?master|mail[-_.]?(?:delivery|system|robot)|ndr\Z|non[-_.]?delivery", re.IGNORECASE)
SYSTEMS = re.compile(r"mail[-_.]?admin|mailer|delivery|(?:system[-_.]?)?admin(?:istrator)?|root\Z|no[-_.]?reply|system\Z", re.IGNORECASE)
DAEMON_NAMES = re.compile(
    r"mail deliver\w{0,3} (?:system|subsystem|service)|mailer.daemon|system administrator|mail administrator|internet mail delivery"
    r"|邮件(?:投递|递送|系统)|系统退信|退信|郵件(?:傳遞|投遞)",
    re.IGNORECASE,
)
SUBJECTS = re.compile(
    r"^\s{0,5}(?:(?:re|回复|答复|\*{1,3}spam\*{1,3}|\[spam\])\s?[:：]?\s?)?[\"“'\[【<*]{0,3}(?:"
    + either(r"""
    undeliver(?:able|ed)|non[- ]?deliver(?:able|y)|un(?:able|successful) (?:to )?deliver|not deliver(?:ed|able)|nondeliverable
    (?:(?:e-?)?mail|(?:e-?mail )?message)? ?(?:delivery|sending) (?:has |is |was )?(?:fail(?:ed|ure|ing)|fault|problem|error|unsuccessful)
    (?:mail|message)? ?deliver\w{0,3} (?:status|notification|report|system error|has (?:been )?(?:failed|delayed)|delayed|incomplete|error)
    (?:mail|message|e-?mail|messages?) (?:could |can|was |has )?(?:not|n't|never) (?:be |been )?(?:sent|deliver|received)
    (?:mail|message) (?:delivery|transmission|system) (?:failed|failure|error|problem|report|notification)
    mail (?:system|status|error|failure)|e?mail (?:could )?not (?:be )?delivered
    message (?:status|undeliverable|rejected|delayed|bounced|returned)
    delivery|failure(?:[ -](?:notice|delivery))?|failed (?:mail|delivery|to deliver|message)|could not (?:send|deliver)
    cannot (?:send|deliver)
    return(?:ed|ing) (?:e-?mail|mail|message|to sender)|returned|(?:user|mailbox|address|recipient) unknown
    unknown (?:user|recipient|address)
    warning: (?:could not send|message|e-?mail)|error (?:sending|delivering)|bounced?:? |rejected (?:mail|message)|mail quota
    service message
    (?:your )?(?:message|mail|e-?mail) (?:to|was|could|not|has)\b.{0,80}(?:not|fail|reject|undeliver|return|delay)|unzustellbar
    (?:系统|系統)?退[信件]|.{0,20}(?:邮件|郵件|信件|邮箱).{0,12}(?:退回|退信|失败|失敗|无法|無法|未能|被拒|延迟|延遲)|来自.{0,30}的?退信
    來自.{0,30}的?退信
    无法投递|投递(?:失败|状态)|未送达|無法(?:傳遞|投遞|遞送|送達)|未傳遞|傳遞(?:狀態通知|失敗)|未传递|传递状态
    メール(?:システム)?エラー|.{0,20}(?:配信|配送|送信)(?:不能|エラー|でき(?:ません|ない)|失敗)
    .{0,10}(?:メール|メッセージ)を?.{0,8}(?:配信|送信|お届け).{0,10}(?:ません|ない)
    (?:non|échec de la) (?:remis|remise|distribution)|message non|no se (?:puede|pudo|ha podido) entregar|mensaje no|devoluci|rückläufer
    unzustellbare|mail delivery|mancata consegna|messaggio non|não foi poss[ií]vel|falha na entrega|onbestelbaar|недоставленн
    не доставлено
    ошибка доставки|сообщение не|배달 ?실패|반송|olevererat|unable to deliver|problem delivering|delivery to
""")
    + ")",
    re.IGNORECASE,
)
# Words by which mail systems begin their reports, or name the cause.
TEXTS = re.compile(
    either(r"""
    this is the (?:qmail-send program|mail system|postfix program|mail delivery|machine generated)
    created automatically by mail delivery software
    could(?: not|n't) be (?:delivered|sent|completed|forwarded)
    (?:not|unable to|cannot|can't|failed to|could ?n[o']t) (?:deliver|send|be delivered)
    deliver(?:y|ing) (?:to|of) .{1,200}(?:failed|delayed|not possible)|was(?:n't| not) (?:delivered|sent|able to)
    has not been delivered|undeliverable
    delivery (?:has )?failed|delivery (?:error|problem|failure)|delivery to the following|fatal errors|delivery errors|not listed in
    (?:user|recipient|mailbox|address|account|domain|host)s? (?:is |was |are )?(?:unknown|not found|invalid|rejected)
    (?:mailbox|account|host)s? (?:is |was |are )?(?:unavailable|disabled|full)
    (?:unknown|invalid|no such|bad|non-?existent) (?:user|recipient|mailbox|address|account|domain|host|local)|no mailbox here
    (?:does not|doesn't) (?:exist|have an? )|over (?:its |his |the )?quota|quota (?:exceeded|full)|mailbox (?:is )?(?:full|exceeds)
    returned to sender
    following (?:recipient|address|message|destination)|unrouteable|unrouted|permanent(?:ly)? (?:error|fail)
    relay(?:ing)? (?:denied|not)|not accepted
    rcpt to:|reason for (?:failure|non)|error (?:message )?below|remote (?:server|host) (?:said|returned)
    your (?:e-?mail |mail )?message (?:was|could|did)
    退信|退回|无法(?:投递|发送|送达|将)|未能(?:送达|投递|发送)|投递失败|发送失败|收件人(?:不存在|地址|邮箱|拒)|用户不存在
    邮箱(?:不存在|已满)|(?:無法|未能)(?:投遞|傳遞|遞送|送達)
    (?:配信|送信|お届け)(?:でき|に失敗|不能)|エラー|見つかりません|宛先|unzustellbar|nicht (?:zugestellt|erreichbar)|n'a pas pu
    non (?:remis|distribué)
    no (?:se )?(?:pudo|puede|ha podido)|non (?:è stato|consegn)|não (?:foi|pôde)|не (?:удалось|может|доставлен)|배달|반송
"""),
    re.IGNORECASE,
)
DELAYS = re.compile(
    either(r"""
    \bdelay(?:ed|s)?\b|will (?:be retried|keep trying|continue (?:to try|trying)|retry|try again)|not yet been delivered
    has not been delivered yet
    still being (?:retried|attempted)|warning message only|do not need to resend|don't need to resend|delivery attempts will continue
    temporar(?:y|ily) (?:problem|failure|undeliver)|could not (?:yet )?be delivered (?:yet|for the last)|延迟|延遲|稍后重试|系统会继续
    尚未送达|将继续尝试|繼續嘗試
"""),
    re.IGNORECASE,
)
# A report that gave up says so, even where it once spoke of delays.
GAVE_UP = re.compile(
    r"permanent|giving up|given up|gave up|too (?:long|many)|no (?:further|longer)|returned to sender"
    r"|has failed|expired|undeliverable|fatal"
    r"|放弃|不再",
    re.IGNORECASE,
)
# Where the returned letter begins in a free text: failed addresses stand above it.
RETURNED = re.compile(
    r"^[-\s*=>_]{0,60}(?:"
    + either(r"""
    below this line is a copy of the message|this is a copy of (?:the|your) message
    (?:the )?original (?:message|mail|e-?mail) (?:follows|headers|text|begins)
    (?:the )?headers? of (?:the|your) (?:original )?(?:message|mail)
    (?:original|returned|undelivered|unsent|unsended|bounced) (?:message|mail)\s?(?:follows|below|-|:|$)
    unsent message (?:below|follows)|(?:message|mail) (?:headers?|text|contents?) (?:follow|below)
    copy of (?:the )?(?:original )?message
    text of (?:the )?(?:message|mail)|received message follows|the following is a copy
    begin(?:ning)? (?:of )?(?:original|returned|message)|your message (?:reads|follows)
    message header|header of message|原邮件|原始邮件|原信件|原始信件|原郵件|原始郵件|return-path: ?<?[^\n]{0,120}@
    received: (?:from|by|\()
""")
    + r")[^\n]{0,120}$",
    re.IGNORECASE | re.MULTILINE,
)
# Lines on which a report names a failed recipient, whatever else they say.
NAMING = re.compile(
    r"rcpt to|(?:final|original|failed|intended|affected|bad|invalid|unknown)[- ]?(?:recipient|address|user|mailbox)|recipients?\b"
    r"|addressed to"
    r"|(?:user|mailbox|address|account|message|mail|deliver\w{0,4}|sent|send) (?:to|for|unknown)|\bto:"
    r"|unknown|not found|does(?:n't| not) exist|no such|\b5\d\d\b"
    r"|收件人|收信人|收件者|无法|無法|未能|失败|失敗|不存在|退回|宛先|送信先|以下",
    re.IGNORECASE,
)
# Lines with addresses that failed nothing: whom to ask, who sent, what system reports.
ASIDE = re.compile(
    r"(?:mail )?from\b|\bsender|reply-to|contact|assistance|help|postmaster|support|abuse|report(?:ing|ed)"
    r"|message-id|received:|generat|\bmta\b|envelope"
    r"|发件人|寄件者|寄件人|联系|聯絡|客服|管理员|管理員|差出人",
    re.IGNORECASE,
)
# What a cause in words means (RFC 3463 §3), for reports without a status.
CAUSES = (
    (re.compile(r"quota|mailbox (?:is )?full|mailfolder is full|over limit|已满|空间不足|容量|いっぱい", re.IGNORECASE), "5.2.2"),
    (
        re.compile(
            r"(?:domain|host)\w? ?(?:name)? ?(?:not found|unknown|does not exist)|unrouteable|no such (?:domain|host)|域名不存在",
            re.IGNORECASE,
        ),
        "5.1.2",
    ),
    (
        re.compile(
            r"(?:user|recipient|mailbox|address|account)\w{0,2} (?:is |was )?(?:unknown|not found|invalid|unavailable|rejected)"
            r"|(?:unknown|invalid|no such|bad) (?:local )?(?:user|recipient|mailbox|address|account)"
            r"|no mailbox here|does(?:n't| not) (?:exist|have)"
            r"|couldn't be found|not listed|不存在|无此用户|找不到|見つかりません",
            re.IGNORECASE,
        ),
        "5.1.1",
    ),
    (re.compile(r"too (?:large|big)|size limit|exceeds .{0,30}size|过大|超过.{0,10}大小", re.IGNORECASE), "5.3.4"),
    (re.compile(r"spam|blocked|blacklist|policy|prohibited|relay(?:ing)? denied|access denied|拒收|拒绝|垃圾", re.IGNORECASE), "5.7.1"),
)
