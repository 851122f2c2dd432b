"""What signatures without a delimiter are made of, and what companies and scanners add below letters: the patterns.

Gives compiled patterns to `cards`; holds no logic. Each is matched against one line of at most 300 characters or the first
1,500 of a paragraph, every gap bounded. A new closing, title or language is a word here.
"""

import re

from mailbot.intake.quotemarks import either

# A closing that mail programs keep in the signature; with a card below it, it goes with the card.
REGARDS = re.compile(
    r"\s{0,3}(?:"
    + either(r"""
    (?:(?:Many )?thanks (?:and|&) )?(?:(?:With |My )?(?:Best|Kind|Kindest|Warm|Warmest|Many|Friendly) |With )?regards
    (?:With )?best wishes|Best|(?:Yours )?(?:sincerely|faithfully|truly)(?: yours)?|Sincerely yours|Respectfully(?: yours)?|B\.?R\.?
    (?:Mit )?(?:freundlichen|freundliche|besten|beste|herzlichen|herzliche|lieben|liebe|vielen|viele|schöne|schönen) Gr(?:ü|ue)(?:ß|ss)e?n?
    M\.?f\.?G\.?
    (?:Bien |Très )?cordialement|(?:Bien à vous|Sincères salutations|Meilleures salutations|Salutations(?: distinguées)?)
    (?:Un )?(?:cordial )?saludos?(?: cordiale?s?)?|(?:Muy )?atentamente|Atenciosamente|Att|(?:Com os )?(?:melhores )?cumprimentos
    (?:Cordiali|Distinti|Cari) saluti|Cordialmente|(?:Met )?vriendelijke groet(?:en)?|Hartelijke groet(?:en)?|С уважением|Z poważaniem
    Pozdrawiam|(?:Med )?(?:vänlig|bästa|venlig|vennlig) (?:hälsning(?:ar)?|hilsen)|Med vänliga hälsningar|S pozdravem|Ystävällisin terveisin
    Saygılarımla|Üdvözlettel|Cu stimă|Trân trọng
    """)
    + r")\s?[,.!，。]?\s{0,3}\Z",
    re.IGNORECASE,
)
# What a person writes above a card; it stays.
THANKS = re.compile(
    r"\s{0,3}(?:(?:Many )?Thanks(?: (?:in advance|again|a lot|so much))?|Thank you|Cheers|Danke|Merci|Gracias|Grazie|Obrigad[oa]|Спасибо"
    r"|此致|敬礼|敬禮|谢谢|謝謝|多谢|祝好|顺祝商祺|順頌商祺|顺颂商祺|敬祝商祺|商祺|祝工作顺利|此致敬礼|致礼)\s?[,.!，。！]{0,3}\s{0,3}\Z",
    re.IGNORECASE,
)
# A person's or a company's name and no sentence: capitalised words, or a few ideographs; an office may stand behind a bar.
_WORD = r"[A-ZÀ-ÖØ-ÞА-ЯЁ][\w'’.&-]{0,25}"
_HAN = r"[\u3040-\u30ff\u3400-\u9fff·]"
# What short answers have and names hardly ever.
_SAID = either("""
    收到|可以|好的|同意|确认|確認|已|请|請|尽快|盡快|儘快|没问题|沒問題|不|吗|嗎|了|吧|我|你|您|退|换货|換貨|发货|發貨|补发|補發|麻烦|麻煩|辛苦|谢
    謝|知道|明白|处理|處理|安排|感谢|感激|投诉|投訴|付款|回复|回覆|答复|答覆|查收|附件|如下|期待|盼|无误|無誤|取消
""")
NAME = re.compile(
    rf"\s{{0,3}}(?:{_WORD}(?:\s(?:{_WORD}|de|van|von|der|den|la|di)){{0,4}}|(?!{_HAN}{{0,4}}(?:{_SAID})){_HAN}{{2,5}}(?:\s(?:先生|女士|小姐)|\s?[(（][^)）\n]{{1,20}}[)）])?)"
    rf"\s{{0,3}}(?:[|｜/,，·—–-]\s{{0,3}}[^\n:：]{{1,60}}|\s{_HAN}{{2,12}}|\s{_WORD}(?:\s{_WORD})?)?\Z"
)
DASHED_NAME = re.compile(rf"\s{{0,3}}(?:-{{1,2}}|[–—]{{1,2}}\s?)(?:{_WORD}(?:\s{_WORD}){{0,2}}|{_HAN}{{2,4}})\s{{0,3}}\Z")
DASH = re.compile(r"\s{0,3}[-–—]")
# A rule above a signature: of three signs or more, or of stars; GitHub's is a single dash.
RULES = "_-–—=─*"
RULE = re.compile(r"\s{0,3}(?:[_\-–—=─]{3,200}|\*{3,200}|—)\s{0,20}\Z")
# The sender hands over the address on purpose: it is no card.
HANDS_OVER = re.compile(
    r"[:：﹕,，]\s{0,3}\Z|\b(?:address|below|following|follows|contact details"
    r"|(?:deliver|ship|send|contact|reach|call)\b[^.\n]{0,60}\b(?:to|at|on))\b"
    r"|地址|如下|以下|下面|联系方式|聯絡方式|聯繫方式|寄到|寄给|寄給|寄往|收货|收貨|发到|發到|Adresse|adresse|dirección|indirizzo|endereço|адрес",
    re.IGNORECASE,
)
# What a card tells, by kind.
_LABELS = either("""
    Tel|Telephone|Phone|Mobile|Mob|Cell|Cellphone|Direct|Office|Fax|Ph|T|M|F|P|D|O|WhatsApp|WeChat|Telefon|Mobil|Téléphone|Tél|Portable
    Teléfono|Móvil|Telefone|Telemóvel|Celular|Telefono|Cellulare|Telefoon|Mobiel|Тел|Моб|Телефон|TEL|携帯|전화|휴대폰
    电话|電話|手机|手機|座机|传真|傳真|热线|熱線|联系电话|办公电话|移动电话|直线|分机|微信|QQ
""")
PHONE = re.compile(
    rf"[^\n]{{0,60}}(?<![^\W\d_])(?:{_LABELS})\s?[.:：)|/]{{0,2}}\s{{0,3}}[(+（]?\d[\d\s()（）./+-]{{5,}}|(?:[^\d\n]{{1,20}}\s)?\s{{0,3}}[(+（]?\d[\d\s()（）./+-]{{7,30}}\Z",
    re.IGNORECASE,
)
MAIL = re.compile(r"[^\n]{0,120}?[\w.+-]{1,64}@[\w-]{1,63}\.\w")
SITE = re.compile(r"[^\n]{0,120}?(?:https?://|\bwww\.\w)", re.IGNORECASE)
OFFICE = re.compile(
    r"[^\n]{0,80}?(?:"
    + either(r"""
    \b(?:Manager|Director|Engineer|Officer|Assistant|Consultant|Specialist|Department|Dept\.?|Sales|Marketing|Procurement|Purchasing|CEO
    CTO|CFO|COO|Founder|Co-Founder|Partner|President|Head of|Team Lead|Lead|Coordinator|Representative|Executive|Administrator|Analyst
    Professor|Dr\.|Supervisor|Accountant|Buyer|Secretary|Attorney|Developer|Technician|Support|Ltd\.?|Limited|Inc\.?|LLC|LLP|GmbH|AG|Corp\.?
    Company|Co\.|S\.A\.|SARL|S\.r\.l|B\.?V\.|University|Institute|Geschäftsführer(?:in)?|Leiter(?:in)?|Vertrieb|Einkauf|Abteilung
    Directeur|Directrice|Responsable|Gerente|Directora?|Direttore|Responsabile|Ufficio|Hoofd|Afdeling|Dyrektor|Kierownik|Менеджер|Директор
    Начальник|Отдел|ООО|АО)(?!\w)
    公司|集团|集團|部\s{0,3}\Z|部门|科技|总监|總監|经理|經理|主管|主任|工程师|工程師|专员|專員|助理|秘书|秘書|会计|會計|教授|大学|大學|学院
    學院|医院|醫院|研究所|事务所|事務所|银行|銀行|董事|总裁|總裁|株式会社|営業|担当|부장|과장|대리|주식회사
    """)
    + ")"
)
# What the law has companies write below their letters.
COMPANY = re.compile(
    r"[^\n]{0,80}?(?:\bRegistered (?:in|office|address|company)|\bCompany (?:No|Reg)|\bVAT\b|\bHR ?[AB] ?\d|Handelsregister|Amtsgericht"
    r"|Sitz der Gesellschaft|\bUSt|\bSIRET\b|\bRCS\b|\bC\.?I\.?F\b|P\.? ?IVA|\bKvK\b|统一社会信用代码|注册地址)"
)
LINK = re.compile(r"(?:\s{0,3}<[^<>\n]{1,300}>){1,3}\s{0,3}")
SENTENCE = re.compile(r"[。！？!?]\s{0,3}\Z|[a-zß-öø-ÿа-яё]{2,20}(?:\s[a-zß-öø-ÿа-яё]{2,20}){4}|[^\W\d_]{4,20}\.\s{0,3}\Z")
# A paragraph that speaks of the letter itself (1), of secrecy (2) and of whom it may have reached by mistake (3).
ABOUT = re.compile(
    either(r"""
    \b(?:this|the)\s{1,3}(?:e-?mail|message|communication|transmission|electronic|correspondence)|confidentiality notice|disclaimer
    \b(?:its|any|and) attachments|contents of this
    [本此](?:电子|電子)?(?:邮件|郵件|电邮|電郵|信件|信息|訊息|讯息)|这封(?:电子)?邮件|diese[rs]? (?:E-?Mail|Nachricht|Mail)
    ce (?:message|courriel|mail|mél)|cet e-?mail|este (?:mensaje|correo|e-?mail)|esta (?:mensagem|comunicación)
    quest[oa] (?:messaggio|e-?mail)|presente (?:messaggio|comunicazione|e-?mail)
    dit (?:bericht|e-?mail)|deze e-?mail|(?:это|данное|настоящее) (?:сообщение|письмо)
    (?:本|この)(?:電子)?メール|(?:이|본) ?(?:메일|이메일)|ta wiadomość|niniejsza wiadomość|detta (?:meddelande|mejl)
    """),
    re.IGNORECASE,
)
SECRET_LATIN = (
    *("confidential", "privileged", "proprietary", "intended solely", "intended only", "intended for", "intended exclusively"),
    *("vertraulich", "confidentiel", "confidencia", "riservat", "confidenzial", "vertrouwelijk", "poufn", "konfidentiel"),
)
SECRET = (
    *SECRET_LATIN,
    *("保密", "机密", "機密", "仅供", "仅限", "僅供", "僅限", "专有", "專有", "秘密", "기밀", "конфиденциальн"),
)
STRAY = re.compile(
    either(r"""
    in error|by mistake|not (?:the|an) (?:intended|named)|intended recipients?|addressee|named recipient|notify (?:the sender|us)
    individual or entity
    错收|錯收|误收|誤收|误发|誤發|错误地?收到|指定(?:的)?收件|收件人|收件者|发件人|發件人|寄件人|寄件者|irrtümlich|richtige Adressat
    Empfänger|par erreur|destinataire|por error|destinatari|por engano|per errore
    abusievelijk|geadresseerde|ten onrechte|по ошибке|получател|адресат
    誤って|誤送信|受信者|受取人|잘못|수신인|omyłk|adresat|av misstag
    """),
    re.IGNORECASE,
)
# A notice of one sentence.
NOTICE = re.compile(
    either(r"""
    (?:Please )?(?:consider|think (?:of|about)) the environment|Before printing|Save a tree|Please don['’]t print
    This (?:e-?mail|message)[^.\n]{0,60}(?:checked|scanned|swept|screened)[^.\n]{0,80}(?:virus|malware|Avast|AVG|Mimecast|Symantec)
    (?:Diese E-Mail wurde|Este (?:correo|e-?mail|mensaje)|Cet e-?mail|Questa e-?mail)[^.\n]{0,90}(?:Avast|virus|Viren)
    (?:Virus-free|Virenfrei|Garanti sans virus|Libre de virus|Sem vírus|Privo di virus|Без вирусов|Não contém vírus)\.
    \[?(?:CAUTION|WARNING|EXTERNAL|ATTENTION)(?: E-?MAIL| SENDER)?\b\s?[\]:!-]{0,3}[^.\n]{0,60}(?:outside|external)
    (?:This (?:e-?mail|message)) (?:originated|came|was sent) from (?:outside|an external)
    (?:Please )?Reply to this e-?mail directly|You (?:are receiving|received) this (?:e-?mail |message )?because
    You don['’]t often get (?:e-?mail|messages) from [^\n]{1,120}|Some people who received this message don['’]t often get
    请(?:您)?(?:考虑|爱护|保护|注意)[^。\n]{0,10}环[境保][^。\n]{0,20}(?:打印|打印机|邮件)|打印[本此]邮件(?:之)?前
    (?:[【\[]?外部邮件[】\]]?|[本此]?邮件来自(?:公司|组织|单位|外部))[^\n]{0,40}(?:谨慎|注意|请勿|不要)
    """),
    re.IGNORECASE,
)
