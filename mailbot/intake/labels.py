"""What the label of a charset means: the codec that reads all that senders mean by it.

Takes the label as declared, gives the name of a Python codec. Never raises: a label that means nothing has none.
"""

import codecs
from functools import lru_cache

# What senders write, and the codec that reads all they mean by it (supersets: WHATWG Encoding §4.2).
SUPERSETS = {
    "gb2312": "gb18030",
    "gb_2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gb-2312": "gb18030",
    "x-gbk": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "ms936": "gb18030",
    "windows-936": "gb18030",
    "euc-cn": "gb18030",
    "x-euc-cn": "gb18030",
    "gb18030-2000": "gb18030",
    "gb18030-2005": "gb18030",
    "gb18030-2022": "gb18030",
    "hz": "hz",
    "hz-gb-2312": "hz",
    "big5": "cp950",
    "big-5": "cp950",
    "x-x-big5": "cp950",
    "cn-big5": "cp950",
    "windows-950": "cp950",
    "big5-hkscs": "big5hkscs",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "ms_kanji": "cp932",
    "euc-jp": "euc_jis_2004",
    "x-euc-jp": "euc_jis_2004",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "korean": "cp949",
    "x-windows-949": "cp949",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "l1": "cp1252",
    "us-ascii": "ascii",
    "ansi_x3.4-1968": "ascii",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "x-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "utf-8-mac": "utf-8",
    "x-unicode-2-0-utf-7": "utf-7",
    "csgb2312": "gb18030",
    "chinese": "gb18030",
    "iso-ir-58": "gb18030",
    "csbig5": "cp950",
    "big5-tw": "cp950",
    "x-big5": "cp950",
    "csshiftjis": "cp932",
    "windows-932": "cp932",
    "x-ms-cp932": "cp932",
    "iso-2022-jp-1": "iso2022_jp_ext",
    "csiso2022jp": "iso2022_jp_ext",
    "euckr": "cp949",
    "iso-ir-149": "cp949",
    "windows-949": "cp949",
    "iso-8859-11": "cp874",
    "iso8859-11": "cp874",
    "dos-874": "cp874",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-ansi": "cp1252",
    "ansi": "cp1252",
    "x-koi8-r": "koi8-r",
    "koi8r": "koi8-r",
    "koi": "koi8-r",
}
# Codecs whose texts are valid ASCII: the label must come first, or the escapes would be taken for text.
STATEFUL = {"hz", "utf-7", "iso2022_jp_ext", "iso2022_jp_2", "iso2022_kr", "utf-16", "utf-16-le", "utf-16-be", "utf-32"}
# What reads the texts that a label's codec does not: Hong Kong's characters, and those of newer Japanese standards.
WIDER = {"cp950": "big5hkscs", "big5hkscs": "cp950", "cp932": "shift_jis_2004"}
# Codecs that read each other's texts without complaint.
EAST_ASIAN = ("gb18030", "cp950", "big5hkscs", "cp932", "euc_jis_2004", "cp949")
# Labels that say little: mail programs put them on any text.
WEAK = {"ascii", "cp1252", "utf-8"}
# Python's codecs that are no charset of mail: programming escapes and domain labels.
NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}


@lru_cache(256)
def codec_of(declared: str | None) -> str | None:
    """The codec for a declared charset, None where the label is missing or means nothing."""
    if not declared:
        return None
    label = declared.strip().strip("\"'").lower()[:40]
    label = SUPERSETS.get(label) or SUPERSETS.get(label.replace("_", "-"), label)
    try:
        name = codecs.lookup(label).name
        b"a".decode(label, "replace")
    except (LookupError, ValueError):
        return None
    return None if name.replace("-", "_") in NO_CHARSETS else SUPERSETS.get(name, name)
