"""What HTML elements mean in letters: which begin a line, which are never shown, and the names programs give to quotes and signatures.

Gives sets and prefixes to `markup`; holds no logic. A new mail program is a word here.
"""

BLOCKS = {
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
}
SPACED = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
UNSEEN = {
    "script",
    "style",
    "head",
    "title",
    "template",
    "svg",
    "object",
    "applet",
    "iframe",
    "noframes",
    "math",
    "audio",
    "video",
    "canvas",
}
# Ids, classes and names that mail programs give to what they quote, with the line that introduces it.
QUOTES = {
    *("moz-cite-prefix", "zmail_extra", "tutanota_quote", "protonmail_quote", "sh-quoted-content"),
    *("isreplycontent", "isforwardcontent", "replycontent", "referencequote", "qmquote", "foxdivquote", "foxmail_quote", "wps_quote"),
    *("ntes-mailmaster-quote", "aliyun_quote", "alimail-quote", "__aliyun_previous_wrap", "history-quote-wrapper", "mail-quote-collapse"),
    *("mail-editor-reference-message-container", "ms-outlook-mobile-reference-message", "olk_src_body_section"),
    *("yahoo_quoted", "yandex_quote", "mailru-blockquote", "messagereplysection", "hs_reply", "front-blockquote", "zm_quote"),
}
# Where Outlook and Zimbra set the header of the earlier letter: all below it is that letter's.
HEADS = {"divrplyfwdmsg", "outlookmessageheader", "stopspelling", "zwchr"}
SIGNATURES = {
    *("gmail_signature", "gmail_signature_prefix", "moz-signature", "signature", "applemailsignature", "messagesignaturesection"),
    *(
        "ms-outlook-mobile-signature",
        "mobile-signature",
        "protonmail_signature_block",
        "yahoo-signature",
        "zmail_signature",
        "edo-signature",
    ),
    *("ntes-pcmac-signature", "ntes-pcwin-signature", "ntes-iosmail-signature", "ntes-androidmail-signature", "spnetease-signature"),
    *("__aliyun_signature_wrap", "alimail-signature", "lark-mail-signature", "xm_write_signature", "foxmail_signature", "mail-signature"),
}
# Some programs put a number before or after the name.
QUOTE_STARTS = ("lark-mail-quote",)
QUOTE_ENDS = ("yahoo_quoted",)
SIGNATURE_STARTS = ("lark-mail-signature",)
