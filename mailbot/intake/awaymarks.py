"""How an absent person's machine words itself, by language, and what a complaint says that no absent person does.

Gives compiled patterns to `screen`; holds no logic. Every gap is bounded and the texts are cut before. A new language
is a row or a word here.
"""

import re

from mailbot.intake.quotemarks import either

# Weaker words in a subject; they need a second sign in the text or header.
AWAY_SUBJECT = re.compile(
    either(r"""
    休假|外出|出差|年假|产假|不在办公室|不在辦公室|請假|请假|离职|離職|已收到|收到您|不在|休暇|on (?:vacation|leave|holiday)
    away(?: from| until| till| for| on| this| next|[^\w ]|\Z)
    no longer (?:employed|with|at)
    (?:maternity|paternity|parental|annual|sick|medical) leave
    abwesen|urlaub
    absence|absent|out of (?:the )?office|\booo\b|congés|vacaciones|férias|ferie|отпуск|auto-?reply|automat(?:ic reply|yczna)
    нет (?:в офисе|на месте)|\Avacation\b|assenza|assente|ausencia|ausente|ausência|poissa|außer haus|nicht im (?:büro|haus)
    afwezig|frånvar|fravær|mimo kancel|出張|vakantie|verlof|semester\b
    tjänstledig|ledighet|lomalla|vuosiloma|nieobecn|urlop|dovolen
    nepřítom|szabadság
    házon kívül|izin(?:de|li)|ofis dışı|tatilde|concediu|απουσί|εκτός γραφείου|відпуст|휴가|출장|부재|خارج المكتب|إجازة|cuti\b|nghỉ phép
    vắng mặt|ลาพัก|ไม่อยู่
"""),
    re.IGNORECASE,
)
_AWAY_TEXT = either(r"""
    (?:我|本人)[^。\n次都也又]{0,20}(?:休假|外出|出差|不在办公室|不在辦公室|年假|產假|产假|請假|请假|离职|離職)|已从(?:本)?公司离职
    (?:邮件|来信|郵件|來信)[^。\n]{0,6}已(?:经)?(?:收到|收悉).{0,40}(?:尽快|盡快|儘快)
    i(?:'m| am| will be)\b(?:[^.\n]|(?<=\d)\.){0,40}\b(?:out of (?:the )?office|on (?:\w{1,12} )?(?:leave|vacation|holiday))
    i(?:'m| am| will be)\b(?:[^.\n]|(?<=\d)\.){0,40}\baway\b(?! and\b)
    (?:no longer|not longer) (?:works? (?:at|for|here)|with the company|employed)
    ich (?:bin|werde)(?:[^.\n]|(?<=\d)\.){0,60}(?:nicht im (?:büro|haus)|im urlaub|abwesend|außer haus)
    je suis(?:[^.\n]|(?<=\d)\.){0,40}(?:absente?|en congés?|en vacances)
    est(?:oy|aré)[^.\n]{0,40}(?:de vacaciones|\bfuera\b|ausente)|estou[^.\n]{0,40}(?:ausente|de férias|fora d)
    estarei[^.\n]{0,40}(?:ausente|de férias|fora d)
    sono (?:assente|in ferie|fuori (?:sede|ufficio))|(?:不在に|休暇を|休暇中|外出して|出張して)|я (?:нахожусь )?в отпуске
    ik ben[^.\n]{0,40}(?:afwezig|niet aanwezig|(?:met|op) (?:vakantie|verlof))|jag (?:är|har)[^.\n]{0,30}(?:semester|ledig|inte på kontoret)
    jeg (?:er|har|holder)[^.\n]{0,30}(?:\bferie|ikke på kontor|fraværende)|olen[^.\n]{0,30}(?:lomalla|poissa)
    (?:jestem|będę)[^.\n]{0,30}(?:na urlopie|nieobecn|poza biurem)|(?:jsem|budu)[^.\n]{0,30}(?:na dovolené|mimo kancelář|nepřítom)
    szabadságon (?:vagyok|leszek)|(?:izinde|tatilde|ofis dışında)y[ıi]m|sunt în concediu|(?:απουσιάζω|είμαι εκτός γραφείου|θα απουσιάσω)
    я (?:у|перебуваю у) відпустці|(?:휴가|출장|부재)[^.\n]{0,10}(?:중|입니다|관계로)|(?:أنا|سأكون)[^.\n]{0,30}(?:خارج المكتب|في إجازة)
    tôi (?:đang|sẽ)[^.\n]{0,30}(?:nghỉ phép|vắng mặt|công tác)|saya (?:sedang|akan)[^.\n]{0,20}(?:cuti|dinas|tidak berada)
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
    back (?:on|in|at)|(?:my|when i|upon|until i|i) (?:am back|return)|in my absence|limited access|urgent\b|emergenc
    please (?:contact|direct|refer)
    in touch
    (?:会|将|會|將|我)[^。\n]{0,12}(?:尽快|盡快|儘快|及时)|(?:尽快|盡快|儘快)(?:给您|給您|回复|回覆)|回来后|回來後|紧急|緊急|急事
    请(?:直接)?(?:联系|致电|拨打|电)
    請(?:聯絡|致電)|代为|代為|不便|稍后|无法(?:及时)?回复|后续工作|接替|期间.{0,20}(?:邮件|联系)
    dringend|vertret|meiner rückkehr|zurück|weitergeleitet|melde mich|wenden sie sich|beantwort
    urgen|à mon retour|de retour|mon absence|contacter|prendrai connaissance|rivolg|al mio rientro|mi (?:regreso|vuelta)|de vuelta
    (?:responder|contestar|atender)|contact[aeo]|rispond|ao meu regresso|retorn
    brådskande|haster|kontakt|kiireelli|pilnych|naléhav|obraťte|sürgős|forduljon|\bacil|επείγ|επικοινων|термінов|회신|복귀|긴급|العاجلة|الاتصال
    [后後]回[复覆]|beantwoord|khẩn|liên hệ|mendesak|hubungi|spoed|terug|respondo|kehre zurück
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
    conmigo|devoluci|reembols|reclam|rimbors|contattatemi|verwijzen|верните|жалоб|претензи|返金|交換|환불|반품|reklamac|reklamer
    klacht|bel mij
    terugbetal
    (?:please|bitte|merci de|por favor|prosz[ęe])[^.\n]{0,30}(?:deliver|reschedule|postpone|liefer|report|livr|entreg|dostarcz)
"""),
    re.IGNORECASE,
)
# Goods and orders: who only says when he is away, and speaks of these, tells the shop when not to come.
GOODS = re.compile(
    either(r"""
    \border\b|parcel|deliver|package|fitter|订单|訂單|快递|快遞|包裹|送货|送貨|配送|退货|退貨|发货|出貨|安装|安裝|上门|liefer|bestell|auftrag|paket
    commande|livraison|colis|pedido|entrega|paquete|encomenda|\bordine|consegna|pacco|заказ|доставк|посылк|注文|配達|荷物|주문|배송|택배
    monteur|handwerker|\btermin\b|zamówieni|dostaw|przesyłk|bestelling|levering|leverans|beställning
"""),
    re.IGNORECASE,
)
# Who is sent to someone else meanwhile; a customer wants us, not another.
REFERRED = re.compile(
    either(r"""
    please (?:contact|direct|refer|call|e-?mail|write to|send)|urgent|emergenc|wenden sie sich|kontaktieren|dringend|contact[ae]|rivolg
    urgen[tc]
    обращайтесь|срочн|请(?:直接)?联系|請聯絡|紧急|緊急|急事|brådskande|haster|pilnych|naléhav|급한|긴급|お急ぎ
"""),
    re.IGNORECASE,
)
