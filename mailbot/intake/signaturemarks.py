"""How signatures begin and what programs and devices write below a letter: the patterns, as tables by language.

Gives compiled patterns to `quotes`; holds no logic. Each is matched against one line of at most 300 characters, and
every gap is bounded, so that no text makes them slow. A new device, program or language is a word here.
"""

import re

from mailbot.intake.quotemarks import QUOTE_MARK, either

# RFC 3676 §4.3, also as mail programs mistreat it.
SIGNATURE = re.compile(r"\s{0,3}-- ?\Z|\s{0,3}—{2} ?\Z|__\Z")
# NetEase's card as text: a table with empty cells.
CARD = re.compile(r"(?:\s{0,3}\|){1,4}\s{0,3}\Z")
# What the end of a signature has: a first look.
MAY_END = re.compile(rf"[:：﹕>＞@\d{QUOTE_MARK}]|[-_—–─=]{{3}}|[Mm]essage|邮件|郵件|訊息")
# A mailing list's footer below its rule.
LIST_FOOTER = re.compile(r"[^\n]{0,80}(?:\bmailing list\b|邮件列表|To unsubscribe\b|mailman/listinfo)", re.IGNORECASE)
_PRODUCTS = either(r"""
    myMail|Yahoo\d? ?Mail|Yahoo!
    Outlook|AOL|Gmail|Google|Mail\b|Windows|Proton ?Mail|Tutanota|Tuta|Samsung|Galaxy|Huawei|HUAWEI|Honor|Xiaomi
    Redmi|Mi\b|OPPO|vivo
    OnePlus|Nokia|Sony|LG\b|HTC|Motorola|Pixel|Android|iPhon|iPad|iPod|iOS|iCloud|BlackBerry|Spark|Airmail|Mailbox|TypeApp|Type ?Mail
    BlueMail|Edison|Newton|Zoho
    Superhuman|Mailbird|Thunderbird|eM Client|K-9|FairEmail|Nine\b|Canary|Polymail|Acompli|Mailspring|Foxmail|QQ|163|Fastmail|GMX
    WEB\.DE|1&1|Orange|T-Mobile
    Почты|Яндекс|Mail\.ru|Verizon|AT&T|Lark|Feishu|DingTalk|WeChat|phone\b|mobile\b
""")
_THINGS = "手机|手機|邮箱|郵箱|信箱|客户端|客戶端|平板|电脑|電腦|版|移动端|设备|裝置|钉钉|飞书|企业微信|微信"
_BRANDS = f"{_PRODUCTS}|网易|腾讯|阿里|谷歌|华为|荣耀|小米|红米|三星|魅族|一加|真我|苹果"
# What a Chinese line may name: after 我的 any Latin name or thing, without it a brand, or a thing that is nobody's.
_THING = (
    rf"(?:(?:我的|于我的)\s?(?:[A-Za-z][^。！？!?，：\n]{{0,50}}|[^。！？!?，：\n]{{0,20}}(?:{_THINGS}|{_BRANDS}))"
    rf"|(?:{_BRANDS})[^。！？!?，：\n]{{0,50}}|[^。！？!?，：的\n]{{0,12}}(?:{_THINGS}))"
)
_DEVICE_ZH = (
    rf"(?:发自|發自|寄自|来自|來自|传送自|傳送自|发送自|發送自)\s?{_THING}"
    rf"|(?:从|從|由|用|使用|通过|透過)\s?{_THING}[^。！？!?，\n]{{0,10}}(?:发送|傳送|发出|寄出|發送)"
)
_MINE = r"my|mon|ma|mi|meu|minha|mio|mia|mijn|моего|моей|mein(?:e[mrs]?)?|min|mitt|mojego|mého|minun"
_ARTICLE = r"(?:(?:the|all|new|a|der|dem|die|la|le|l['’]|el|o|il|de|het|app|application|aplicación|aplicativo)\s?){0,3}"
# "Sent from my iPhone": a few words and no clause; "Sent from my desk, which is easier" is prose.
# What some add about themselves behind a comma.
_PRAISE = r", (?:(?:powered by|the best|Swiss-based) [^,;!?\n]{1,40}|an? [^,;!?\n]{0,30}(?:phone|device|tablet))"
_TOOL = rf"\s{_ARTICLE}(?:(?:{_MINE})(?:\s[\w'’®™+-]{{1,20}}){{1,5}}|(?:(?:{_MINE})\s)?(?:{_PRODUCTS})[^,;!?\n]{{0,70}})(?:{_PRAISE})?"
_DEVICES = either(rf"""
    Sent (?:from|with|by|using|via){_TOOL}|Sent on the go[^,\n]{{0,60}}|Yahoo Mail: [A-Z][a-z]+, [A-Z][a-z]+, .{{1,30}}
    Sent from my .{{1,60}}\b[Pp]lease excuse .{{1,60}}|From my iPhon.{{0,20}}|Sent from my (?:Verizon|T-Mobile),.{{0,60}}
    Get(?:ting)? (?:Outlook|BlueMail|TypeApp|Spark|Edison Mail|myMail) for .{{1,60}}|Von mein(?:em|er) [^,\n]{{1,40}} gesendet
    Diese Nachricht wurde (?:von|mit) [^,\n]{{1,80}} gesendet
    (?:Gesendet (?:von|mit|über|aus|per)|Envoyé (?:de|depuis|à partir de|avec|via)){_TOOL}
    (?:Enviado (?:desde|do|de|pelo|a partir d[eo]|con|com|via)|Inviato (?:da|dal|con|tramite)){_TOOL}
    (?:(?:Verzonden|Verstuurd) (?:vanaf|met|vanuit|via|van)|Отправлено (?:с|из|от|через)|(?:Skickat|Sendt) (?:från|fra|med)){_TOOL}
    (?:Wysłan[eoy] (?:z|ze|przy|za pomocą)|Odesláno z|Elküldve a|Lähetetty|Trimis de pe){_TOOL}
    Lähetetty [^,\n]{{1,30}}(?:iPhonesta|laitteesta|puhelimesta)
    Outlook für (?:iOS|Android) (?:beziehen|herunterladen)|Hol(?:en)? (?:Sie )?(?:dir )?Outlook für .{{1,60}}
    (?:Télécharger|Obtenir|Obtenez|Téléchargez) Outlook pour .{{1,60}}
    (?:Obtener|Obtenga|Obter|Obtenha|Baixe|Descargar) (?:o )?Outlook (?:para|do) .{{1,60}}
    (?:Scarica|Ottieni) Outlook per .{{1,60}}|(?:Download )?Outlook voor (?:iOS|Android)(?: downloaden| ophalen)?
    (?:Получить|Скачать|Загрузить) Outlook для .{{1,60}}
    (?:Hämta|Skaffa) Outlook för .{{1,60}}|(?:Hent|Få) Outlook (?:til|for) .{{1,60}}|Pobierz (?:program )?Outlook (?:dla|na) .{{1,60}}
    Získat Outlook pro .{{1,60}}
    (?:iPhon|iPad|Android|Galaxy|Samsung)[^,\n]{{0,20}} gönderildi|(?:iOS|Android) için Outlook(?: edinin|'u edinin)?
    [^,。\n]{{0,10}}(?:iPhone|iPad|Android|Galaxy|Xperia|スマートフォン|携帯)[^,。\n]{{0,10}}から送信
    (?:iOS|Android) ?(?:用|版|용) ?(?:の ?)?Outlook ?(?:を入手|をダウンロード|다운로드|가져오기)?
    Outlook for (?:iOS|Android) ?(?:を入手|다운로드|가져오기)|(?:나의 ?)?(?:iPhone|iPad|갤럭시|Galaxy)[^,\n]{{0,20}}에서 보냄
    (?:签名)?由 ?网易邮箱大师 ?(?:定制|发送)?|来自 ?网易邮箱大师[^。，\n]{{0,20}}
    (?:获取|下载|取得|獲取|下載) ?Outlook(?: for [A-Za-z]{{1,10}}| ?(?:手机版|手機版|应用|應用程式))?
    (?:获取|下载|取得|獲取|下載) ?(?:适用于|適用於)? ?(?:iOS|Android) ?(?:版|的)? ?(?:的 ?)?Outlook
""")
_AROUND = r"\s\u200b\u2063\ufeff()\[\]（）【】|<>"
DEVICE = re.compile(rf"[{_AROUND}]{{0,10}}(?:{_DEVICE_ZH}|{_DEVICES})[{_AROUND}.。]{{0,10}}(?:-{{10,100}})?\Z", re.IGNORECASE)
# Links within such a line, also as Markdown, and the brackets around its words.
LINKS = re.compile(r"[<(]?https?://[^\s<>()]{1,300}[>)]?|[\[\]]")
