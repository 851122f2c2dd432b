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
    자동 ?(?:회신|응답)|부재중|automatisch antwoord|afwezig(?:heid(?:sbericht|smelding)?)?|niet aanwezig|autosvar|automatiskt svar
    automatisk svar
    automatisk svarmelding|frånvaro|fravær|automaattinen vastaus|poissa|odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź
    automatická odpověď
    automatikus válasz|otomatik (?:yanıt|cevap)|răspuns automat|αυτόματη απάντηση|balasan otomatis|trả lời tự động|ตอบกลับอัตโนมัติ
    תשובה אוטומטית|מענה אוטומטי|رد تلقائي|پاسخ خودکار|автоматична відповідь|автоматичен отговор|аутоматски одговор|automatick[áé] odpove[ďd]
    automatski odgovor|samodejni odgovor|resposta automàtica|erantzun automatikoa|automaatvastus|automātiskā atbilde|automatinis atsakymas
    sjálfvirkt svar|balasan automatik|स्वचालित उत्तर
""")
# Such a title stands alone, in brackets or before a colon: "自动门坏了" is a person's subject, and so is the
# answer to such a letter, "Re: 自动回复：…".
AUTO_SUBJECT = re.compile(
    rf"\s*(?:[\[【(（<*]\s*(?:{_AUTO_TITLES})\s*[\]】)）>*]|(?:{_AUTO_TITLES})\s*(?:[:：\-–—!！。.]|\Z|\(|re\s?:)"
    r"|auto(?:reply)?\s?[:：]\s|ooo\s?[:：]|automatic(?:ally)? (?:generated )?reply (?:from|to)\b)",
    re.IGNORECASE,
)
# How a person speaks of himself, and no machine.
PERSONAL = re.compile(r"\bI\b(?!['’]| (?:was|am|have|regret))|\b(?:my|ich|mein\w{0,2}|je|j'ai|yo)\b|我(?!们|們)|你们|你們|请问|請問|私")
# Weaker words in a subject; they need a second sign in the text or header.
AWAY_SUBJECT = re.compile(
    either(r"""
    休假|外出|出差|年假|产假|不在办公室|不在辦公室|請假|请假|离职|離職|已收到|收到您|不在|休暇|on (?:vacation|leave|holiday)
    away(?: from| until| till| for| on| this| next|[^\w ]|\Z)
    no longer (?:employed|with)
    (?:maternity|paternity|parental|annual|sick|medical) leave
    abwesen|urlaub
    absence|absent|out of (?:the )?office|\booo\b|congés|vacaciones|férias|ferie|отпуск|auto-?reply|automat(?:ic reply|yczna)
"""),
    re.IGNORECASE,
)
_AWAY_TEXT = either(r"""
    (?:我|本人)[^。\n]{0,20}(?:休假|外出|出差|不在办公室|不在辦公室|年假|產假|产假|請假|请假|离职|離職)|已从(?:本)?公司离职
    (?:邮件|来信|郵件|來信)[^。\n]{0,6}已(?:经)?(?:收到|收悉).{0,40}(?:尽快|盡快|儘快)
    i(?:'m| am| will be)\b(?:[^.\n]|(?<=\d)\.){0,40}\b(?:out of (?:the )?office|on (?:(?:annual |maternity )?leave|vacation|holiday)|away\b)
    (?:no longer|not longer) (?:works? (?:at|for|here)|with the company|employed)
    ich bin(?:[^.\n]|(?<=\d)\.){0,60}(?:nicht im (?:büro|haus)|im urlaub|abwesend|außer haus)
    je suis(?:[^.\n]|(?<=\d)\.){0,40}(?:absente?|en congés?|en vacances)
    est(?:oy|aré)[^.\n]{0,40}(?:de vacaciones|\bfuera\b|ausente)|estarei[^.\n]{0,40}(?:ausente|de férias)
    sono (?:assente|in ferie|fuori (?:sede|ufficio))|(?:不在に|休暇を|休暇中|外出して|出張して)|я (?:нахожусь )?в отпуске
""")
AWAY_TEXT = re.compile(_AWAY_TEXT, re.IGNORECASE)
# A sentence that says no more than that, or until when.
AWAY_ALONE = re.compile(
    rf"(?:{_AWAY_TEXT})中?(?:\s{{0,2}}(?:[.。!！]|\n|\Z)|\s(?:until|till|through|bis|hasta|jusqu|fino|até|до)\b)", re.IGNORECASE
)
# What an absent person lets the writer know beside the absence itself.
AWAY_PROMISE = re.compile(
    either(r"""
    (?:will|shall|can|be able to)(?: not| only)?(?: be)?(?: \w{1,12})? (?:respond|repl|answer|read|get back|check|contact)
    (?:will|shall)(?: \w{1,12})? return(?:ing)? (?:on|to|in|by|after)
    back (?:on|in|at)|(?:my|when i|upon|until i|i) (?:am back|return)|in my absence|limited access|urgent|emergenc
    please (?:contact|direct|refer)
    in touch
    (?:会|将|會|將|我)[^。\n]{0,12}(?:尽快|盡快|儘快|及时)|(?:尽快|盡快|儘快)(?:给您|給您|回复|回覆)|回来后|回來後|紧急|緊急|急事
    请(?:直接)?(?:联系|致电|拨打|电)
    請(?:聯絡|致電)|代为|代為|不便|稍后|无法(?:及时)?回复|后续工作|接替|期间.{0,20}(?:邮件|联系)
    dringend|vertret|meiner rückkehr|zurück|weitergeleitet|melde mich|wenden sie sich|beantwort
    urgen|à mon retour|de retour|mon absence|contacter|prendrai connaissance|rivolg|al mio rientro|mi (?:regreso|vuelta)|de vuelta
    (?:responder|contestar|atender)|contact[aeo]|rispond|ao meu regresso|retorn
    срочн|вернусь|возвращени|обращайтесь|отвечу|戻り|ご連絡|返信|返事|対応|緊急|ご迷惑
"""),
    re.IGNORECASE,
)
# What a complaint wants and no absent person.
DEMAND = re.compile(
    either(r"""
    (?:contact|call|ring|e-?mail|phone) me\b|refund|money back|compensat|\bcomplain|\bmy (?:\w{1,12} )?claim
    please (?:replace|repair|act|fix)
    联系我|聯絡我|你们|你們|回电|退款|退钱|退不了|赔偿|賠償|投诉|投訴|要求|请尽快|請盡快|請儘快|给个说法|没人管
    melden sie sich|geld zurück|beschwer|erstatt|rufen sie|rembours|me contacter|contactez[- ]moi|rappelez|réclam
    conmigo|devoluci|reembols|reclam|rimbors|contattatemi|verwijzen|верните|жалоб|претензи|返金|交換|환불
"""),
    re.IGNORECASE,
)
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
    [这此本這][^。\n]{0,10}(?:自[动動]|系[统統])[^。\n]{0,6}(?:回[复覆]|[发發][送出]|生成|產生)
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
    r"(?:reply|response|responder|acknowledge?ment|confirmation)\b(?=[^?]{0,200}(?:\Z|[.!\n]))",
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
# How filters ask for a proof that a human wrote.
CHALLENGE_TEXT = re.compile(
    r"(?:added to|on) (?:my|our|the|his|her) (?:list of )?(?:approved|allowed|accepted|safe|white ?listed)[ -]?(?:senders?|list)"
    r"|(?:release|deliver) your message(?: for delivery)?, (?:please )?(?:click|reply|send|visit|follow)"
    r"|(?:held|quarantined|waiting)[^.\n]{0,80}(?:until|because)[^.\n]{0,80}(?:verified|verify|confirm|human|approve)"
    r"|protecting (?:my|him|her|our)(?:self|selves| inbox) (?:from|against) (?:receiving )?(?:junk|spam|unwanted)"
    r"|(?:prove|verify|confirm)(?: that)? you(?:'re| are) (?:a )?(?:human|real|not a (?:robot|spammer|machine))",
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
