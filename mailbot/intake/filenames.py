"""A file name from a letter, made safe to show and to write.

Takes the name the sender chose and the part's type, gives one that is a plain name in any folder of any system:
no path, control or bidirectional sign, no device, at most 200 bytes of UTF-8. Pure; never raises, never empty.
"""

import re
import unicodedata

MAX_BYTES = 200
# Control, format and line signs: they hide, reverse or break what a name looks like (CWE-451).
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ue000-\uf8ff]")
_REFUSED = re.compile(r"[<>:\"|?*]")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\s*(?:\.|\Z))", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}\Z")
_ENDED = re.compile(r"[^\s./\\?=][^/\\?=]{0,200}\.(?:[A-Za-z]{2,4}\d?|7z)\Z")
# Signs that are, look like, or in some code page become a path separator.
_SLASHES = str.maketrans("\\／＼∕⁄⧵", "//////")
ENDINGS = {
    "message/rfc822": "eml",
    "message/delivery-status": "txt",
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "text/rfc822-headers": "txt",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/pkcs7-signature": "p7s",
    "application/pgp-signature": "asc",
}


def safe(name: str, content_type: str) -> str:
    """The last part of a path, without what could harm; a name by type where nothing is left."""
    name = unicodedata.normalize("NFC", _INVISIBLE.sub("", name[:4_096])).translate(_SLASHES).rstrip("/ .")
    name = _REFUSED.sub("_", name.rpartition("/")[2]).strip(" .")
    if not name:
        return f"attachment.{ENDINGS.get(content_type, 'bin')}"
    if _DEVICE.match(name):
        name = f"_{name}"
    return _shortened(name) if len(name.encode("utf-8", "replace")) > MAX_BYTES else name


def has_ending(name: str) -> bool:
    """Whether a word names a file by its ending: letters, or letters and a digit; `v1.2` and `example.com/x?y=1` do not."""
    return _ENDED.search(name) is not None


def _shortened(name: str) -> str:
    ending = match[0] if (match := _EXTENSION.search(name)) else ""
    stem = name.encode("utf-8", "replace")[: MAX_BYTES - len(ending)].decode("utf-8", "ignore")
    return stem.rstrip(" .") + ending
