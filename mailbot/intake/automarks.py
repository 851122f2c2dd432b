"""How automatic mail words itself: answers of machines, receipts, invitations, complaints about spam; tables by language.

Gives compiled patterns to `screen`; holds no logic. Every gap is bounded and the texts are cut before. A new language
is a row or a word here.
"""

import re

from mailbot.intake.quotemarks import either

# What an answering machine puts into the subject, by language; tied to a colon, a bracket or the end of the line.
_AUTO_TITLES = either("""
    自动(?:回复|答复|应答|回信|回覆)|自動(?:回覆|回復|答覆|回信|応答|返信|應答)|自動送信|不在(?:通知|連絡|応答)|外出(?:自动)?回复
    auto[ -]generated|auto(?:matic|mated|matically generated)?[ -]?(?:e?mail )?(?:reply|response|answer|responder)|auto ?reply message
    out[ -]of[ -](?:the[ -])?office(?: (?:auto ?-?reply|reply|response|notification|message))?
    vacation (?:reply|response|auto ?-?reply|message|notice)
    away from (?:the |my )?(?:office|mail)(?: message)?|automatische (?:antwort|e-?mail-?antwort|rückantwort)
    automatisch erstellte antwort
    abwesenheits(?:notiz|nachricht|meldung|info|assistent)|abwesenheit|réponse automatique|message d['’]absence|absence du bureau
    absent du bureau
    respuesta autom[áa]tica|fuera de (?:la )?oficina|ausente de la oficina|ausencia de la oficina|resposta autom[áa]tica
    ausência tempor[áa]ria
    fora do escritório|risposta automatica|fuori (?:sede|ufficio)|assente dall'ufficio|автоматический ответ|автоответ(?:чик)?
    отсутствую на работе
    (?:부재중 ?)?자동 ?(?:회신|응답)
    부재중|automatisch antwoord|afwezig(?:heid(?:sbericht|smelding)?)?|niet aanwezig|autosvar|automatiskt svar
    automatisk svar
    automatisk svarmelding|frånvaro|fravær|automaattinen vastaus|poissa|odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź
    automatická odpověď
    automatikus válasz|otomatik (?:yanıt|cevap)|răspuns automat|αυτόματη απάντηση|balasan otomatis|trả lời tự động|ตอบกลับอัตโนมัติ
    תשובה אוטומטית|מענה אוטומטי|رد تلقائي|پاسخ خودکار|автоматична відповідь|автоматичен отговор|аутоматски одговор|automatick[áé] odpove[ďd]
    automatski odgovor|samodejni odgovor|resposta automàtica|erantzun automatikoa|automaatvastus|automātiskā atbilde|automatinis atsakymas
    nieobecność(?: w biurze)?|خارج المكتب|poza biurem|mimo kancelář|házon kívül|ofis dışında|sjálfvirkt svar|balasan automatik
    स्वचालित उत्तर
""")
# Such a title stands alone, in brackets or before a colon: "自动门坏了" is a person's subject, and so is the
# answer to such a letter, "Re: 自动回复：…".
AUTO_SUBJECT = re.compile(
    rf"\s*(?:[\[【(（<*]\s*(?:{_AUTO_TITLES})\s*[\]】)）>*]|(?:{_AUTO_TITLES})\s*(?:[:：\-–—!！。.]|\Z|\(|re\s?:)"
    r"|auto(?:reply)?\s?[:：]\s|ooo\s?[:：]|automatic(?:ally)? (?:generated )?reply (?:from|to)\b)",
    re.IGNORECASE,
)
# Lotus Notes names who is away: "Klaus Braun ist außer Haus."
AWAY_NAMED = re.compile(
    r"[^\d:：?!\n]{3,60} (?:is (?:currently )?(?:out of (?:the )?office|on vacation)|ist außer haus|ist nicht im (?:büro|haus)|est absente?"
    r"(?: du bureau)?|è fuori (?:sede|ufficio)|está (?:fuera de la oficina|ausente)|está fora do escritório|is afwezig)\b[^?]{0,60}\Z",
    re.IGNORECASE,
)
# "产假自动回复": behind a word of absence it may end the title.
AUTO_ENDS = re.compile(rf"(?:{_AUTO_TITLES})\W{{0,3}}\Z", re.IGNORECASE)
# The words of such a title, said of a machine by a person.
AUTO_WORDS = re.compile(_AUTO_TITLES, re.IGNORECASE)
# How a person speaks of himself, and no machine.
PERSONAL = re.compile(r"\bI\b(?!['’]| (?:was|am|have|regret))|\b(?:my|ich|mein\w{0,2}|je|j'ai|yo)\b|我(?!们|們)|你们|你們|请问|請問|私")
# Titles of receipts for a letter, and the line in which a machine names itself; a person quotes it within a sentence.
_RECEIVED = either(r"""
    dank für (?:ihre|deine)|(?:nachricht|anfrage|mail|anliegen) (?:erhalten|haben wir erhalten)|merci (?:pour|de) votre
    gracias por (?:su|tu|contactar)
    obrigad[oa] por|grazie per|спасибо за|感谢您的来信|感謝您的來信|bedankt voor|tack för
    已收到|收到您|來信收到|thank(?:s| you) for|received|acknowledg|eingangsbestätigung|eingegangen|accusé de réception|avons (?:bien )?reçu
    hemos recibido|abbiamo ricevuto|recebemos|ваше (?:обращение|письмо|сообщение)|お問い?合わ?せ|受付|접수|ontvangen|mottagit|modtaget
    otrzymali
""")
THANKS_SUBJECT = re.compile(_RECEIVED, re.IGNORECASE)
_MACHINE = either(r"""
    i apologi[sz]e for this automatic
    (?:please note:? )?this is an? (?:auto(?:matic|mated|-?reply|matically)|system[- ]generated)|note: this is an automated
    [这此本這][^。\n]{0,10}(?:自[动動]|系[统統])[^。\n]{0,6}(?:[回答][复覆]|[发發][送出]|生成|產生)
    dies(?:e|es)? (?:nachricht|e-?mail|ist eine)[^.\n]{0,40}automatisch
    c(?:eci|et e-?mail|e (?:message|courriel)) est [^.\n]{0,30}automatique
    este es un (?:mensaje|correo) automático|(?:本|この)メールは[^。\n]{0,30}自動|(?:questo|questa) è un[ao]? [^.\n]{0,20}automatic
    esta é uma (?:mensagem|resposta) automática|это (?:автоматическ\w{1,4}|сообщение (?:создано|отправлено) автоматически)
    (?:본|이) 메일은[^.\n]{0,20}(?:자동|발신 ?전용)|dit is een automatisch|d[ei]tt[ae] är ett automat|dette er en automat
    to jest (?:wiadomość )?automat
    (?:bu|bu e-?posta) [^.\n]{0,20}otomatik
""")
# A line that says so; one that a person's colon introduces is quoted, and so is one in quotation marks.
MACHINE_TEXT = re.compile(rf"(?:\A|(?<![:：])\n|[。！!.]\s?(?=[（(\[【]))[^\w\n\"“„«「『'‘>]{{0,6}}(?:{_MACHINE})", re.IGNORECASE)
# The same as the very first words, and of an answer.
MACHINE_BEGINS = re.compile(
    r"\W{0,6}(?:(?:please note:? )?this is an? |i apologi[sz]e for this )?(?:automat(?:ic|ed)|auto-?)[ -]?(?:e?-?mail )?"
    r"(?:reply|response|responder|acknowledge?ment|confirmation)\b(?!\s(?:too|again|is|was|does|came|says|i)\b)(?=[^?]{0,200}(?:\Z|[.!\n]))",
    re.IGNORECASE,
)
# A pressed button answers an invitation; the calendar part alone may also come with a person's words.
MEETING_SUBJECT = re.compile(
    r"(?:"
    + either("""
    accepted|declined|tentative(?:ly accepted)?|canceled|countered|new time proposed|已接受|已拒绝|已拒絕|暂定|暫定|接受|拒绝|婉拒
    zugesagt|abgelehnt|mit vorbehalt
    accepté|refusé|provisoire|aceptad[ao]|rechazad[ao]|aceite|recusado|accettato|rifiutato|承諾|辞退|принято|отклонено
    zaakceptowano|odrzucono|geaccepteerd|afgewezen|accepterat|avböjt|accepteret|afvist|akseptert|avslått|hyväksytty|přijato|odmítnuto
    elfogadva
    kabul edildi|수락|거절|承諾済み|仮承諾|đã chấp nhận
""")
    + r")\s?[:：]",
    re.IGNORECASE,
)
RECEIPT_SUBJECT = re.compile(
    r"(?:(?:not )?read|已读|已讀|已阅读|未读|未讀|已读回执|阅读回执|讀取回條|開封(?:済み|確認)|gelesen|ungelesen|lu|non lu|leído|lida|letto"
    r"|прочтено|message status ?- ?(?:opened|read|deleted)"
    r"|return receipt|read receipt|disposition notification|回执|回條)\s?(?:[:：(（]|\Z)",
    re.IGNORECASE,
)
RECEIPT_TEXT = re.compile(
    r"(?:邮件|郵件|メッセージ)[\s\S]{0,300}?(?:已被?(?:阅读|讀取|打开|查看|读)|開封|於[^\n]{0,60}讀取|[于在][^\n]{0,60}(?:阅读|打开|查看))|"
    r"\bmessage\b[\s\S]{0,600}?\b(?:was|been) (?:read|opened|displayed|deleted without being read)\b|opened the message on"
    r"|your document:[^.]{0,200}\bwas (?:received|read) by|\bthis (?:is an? )?(?:return|read(?:ing)?) receipt|wurde[^\n]{0,80}gelesen",
    re.IGNORECASE,
)
# How filters ask for a proof that a human wrote; first a look for words that all of them have.
MAY_CHALLENGE = re.compile("senders?|message|verif|confirm|human|approve|junk|spam|unwanted|list|real|robot", re.IGNORECASE)
CHALLENGE_TEXT = re.compile(
    r"(?:added to|on) (?:my|our|the|his|her) (?:list of )?(?:approved|allowed|accepted|safe|white ?listed)[ -]?(?:senders?|list)"
    r"|(?:release|deliver) your message(?: for delivery)?, (?:please )?(?:click|reply|send|visit|follow)"
    r"|(?:held|quarantined|waiting)[^.\n]{0,80}(?:until|because)[^.\n]{0,80}(?:verified|verify|confirm|human|approve)"
    r"|protecting (?:my|him|her|our)(?:self|selves| inbox) (?:from|against) (?:receiving )?(?:junk|spam|unwanted)"
    r"|(?:prove|verify|confirm)(?: that)? you(?:'re| are) "
    r"(?:an? )?(?:human|(?:real|actual) (?:live|human|person|people|sender)|not a (?:robot|spammer|machine|spam source))",
    re.IGNORECASE,
)
DOMAIN_REPORT_SUBJECT = re.compile(r"\W{0,3}(?:(?:dmarc )?(?:aggregate )?report domain:|\[?dmarc aggregate report)", re.IGNORECASE)
# The last lines of a newsletter.
UNSUBSCRIBE_TEXT = re.compile(
    either(r"""
    unsubscribe|opt[- ]?out|email preferences|no longer (?:wish|want) to receive|退订|退訂|取消(?:订阅|訂閱)|不想再?收到
    abmelden|abbestellen|désabonner|désinscri|darse? de baja|cancelar (?:a |la )?(?:assinatura|suscripción)|disiscriv|afmelden
    отписаться|配信停止|配信解除|수신 ?거부
"""),
    re.IGNORECASE,
)
COMPLAINT_SUBJECT = re.compile(
    r"\[spamcop \(|complaint about message from \d{1,3}\.|(?:abuse|spam) report for message|email feedback report for ip", re.IGNORECASE
)
