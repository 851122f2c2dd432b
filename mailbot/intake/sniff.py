"""The true media type of a file by its first bytes.

Takes content, gives a type, or an empty string where the bytes tell nothing. Looks at the first kilobyte, and at 64 KB of an
archive for the names inside. Pure; never raises. Source: the published signatures of the formats.
"""

SIGNS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"\x7fELF", "application/x-elf"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"#!/", "application/x-sh"),
    (b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"{\\rtf", "application/rtf"),
    (b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (b"-----BEGIN PGP MESSAGE", "application/pgp-encrypted"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
ARCHIVED = (
    (b"word/", f"{_OFFICE}wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}presentationml.presentation"),
)
CONTAINED = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"avif": "image/avif", b"qt  ": "video/quicktime"}
# Files that do something when opened, and the endings that say so.
PROGRAMS = {
    "application/vnd.microsoft.portable-executable",
    "application/x-elf",
    "application/x-mach-binary",
    "application/x-sh",
    "application/x-ms-shortcut",
}
_PROGRAM_ENDINGS = {
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
    "dylib",
    "run",
    "py",
    "pl",
}
_FIELDS = (b"received:", b"return-path:", b"from:", b"mime-version:", b"delivered-to:", b"message-id:")


def media_type(content: bytes) -> str:
    """What the file is, whatever it is called."""
    known = next((kind for sign, kind in SIGNS if content.startswith(sign)), "")
    return known or _archive(content) or _container(content) or _program(content) or _text(content)


def _archive(content: bytes) -> str:
    if not content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ""
    names = content[:65_536] + content[-65_536:]
    if b"[Content_Types].xml" not in names and b"_rels/" not in names:
        return "application/zip"
    return next((kind for folder, kind in ARCHIVED if folder in names), "application/zip")


def _container(content: bytes) -> str:
    if content.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(content[8:12], "")
    return CONTAINED.get(content[8:12], "video/mp4") if content[4:8] == b"ftyp" else ""


def _program(content: bytes) -> str:
    """Windows programs and bitmaps begin with two letters that texts may begin with too: their length fields must fit."""
    if content.startswith(b"MZ") and len(content) >= 64:
        header = int.from_bytes(content[60:64], "little")
        return "application/vnd.microsoft.portable-executable" if content[header : header + 2] in (b"PE", b"NE", b"LE") else ""
    if content.startswith(b"BM") and int.from_bytes(content[14:18], "little") in (12, 40, 108, 124):
        return "image/bmp"
    return ""


def _text(content: bytes) -> str:
    head = content[:1_024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    return "message/rfc822" if head.startswith(_FIELDS) else ""


def is_disguised(claimed: str, name: str, content: bytes) -> bool:
    """Whether a program pretends to be something else, by its claimed type or by its name."""
    if media_type(content) not in PROGRAMS:
        return False
    harmless = claimed.startswith(("image/", "text/", "audio/", "video/")) or claimed == "application/pdf"
    return harmless or name.rpartition(".")[2].lower() not in _PROGRAM_ENDINGS
