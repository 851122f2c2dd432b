"""What a file really is, by its first bytes.

Takes the content of an attachment, gives a media type (RFC 6838) or an empty string. Nothing is unpacked: of a ZIP
archive only the names of its first members are looked at, and of an OLE document only its signature. Never raises.
"""

import re

_LOOK = 4_096
PROGRAM = "application/x-executable"
ZIP = "application/zip"
SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"#!/", PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", PROGRAM),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"<?xml", "text/xml"),
)
# "RIFF", size, kind; size, "ftyp", kind (ISO/IEC 14496-12 §4.3).
RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
BRANDS = ((b"hei", "image/heic"), (b"mif1", "image/heic"), (b"avif", "image/avif"), (b"qt", "video/quicktime"), (b"M4A", "audio/mp4"))
OFFICE = (
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_OPEN_DOCUMENT = re.compile(rb"mimetypeapplication/(vnd\.oasis\.opendocument\.[a-z-]{1,30})")
_HTML = re.compile(rb"\s{0,100}<(?:!doctype html|html|head|body|script)\b", re.IGNORECASE)


def media_type(content: bytes) -> str:
    """The media type of a file, empty where its bytes tell none."""
    start = content[:_LOOK]
    if start[:4] == b"RIFF":
        return RIFF.get(start[8:12], "")
    if start[4:8] == b"ftyp":
        return next((kind for brand, kind in BRANDS if start[8:12].startswith(brand)), "video/mp4")
    found = next((kind for sign, kind in SIGNATURES if start.startswith(sign)), "")
    if found == ZIP:
        return _office(content)
    return found or ("text/html" if _HTML.match(start) else "")


def _office(content: bytes) -> str:
    """Which office document a ZIP archive is, by the names of its members."""
    if (match := _OPEN_DOCUMENT.search(content[:_LOOK])) is not None:
        return f"application/{match[1].decode('ascii')}"
    if b"[Content_Types].xml" not in content[:_LOOK] and b"_rels/" not in content[:_LOOK]:
        return ZIP
    names = content[:_LOOK] + content[-65_536:]
    return next((kind for folder, kind in OFFICE if folder in names), ZIP)


def is_disguised(claimed: str, name: str, content: bytes) -> bool:
    """Whether a program pretends to be something else, in its type or its name."""
    if media_type(content) != PROGRAM:
        return False
    ending = name.rpartition(".")[2].lower()
    return ending not in PROGRAMS or claimed.partition("/")[0] in ("image", "text", "audio", "video") or claimed == "application/pdf"


PROGRAMS = {
    "exe",
    "dll",
    "scr",
    "com",
    "pif",
    "cpl",
    "msi",
    "sys",
    "ocx",
    "lnk",
    "sh",
    "so",
    "elf",
    "bin",
    "class",
    "dylib",
    "run",
    "py",
    "pl",
}
