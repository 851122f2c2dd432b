"""Letters and texts that are made to be slow or to break a reader; what they may cost is measured by `make bench`."""


def nested(depth: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(depth))
    return b"From: a@b.example\n" + opening + b"\ntext\n"


HOSTILE = {
    "1,000 levels": nested(1_000),
    "1,000 attached letters": b"Content-Type: message/rfc822\n\n" * 1_000,
    "100,000 parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n\n" * 100_000,
    "80 KB of addresses": b"To: " + b"a@b.c, " * 12_000 + b"\n\nx",
    "80 KB of commas": b"To: " + b"a," * 40_000 + b"\n\nx",
    "20,000 encoded words": b"Subject: " + b"=?utf-8?Q?a?= " * 20_000 + b"\n\nx",
    "open encoded words": b"Subject: " + b"=?utf-8?Q?" * 9_000 + b"\n\nx",
    "open quotes": b'To: "' + b'\\"' * 40_000 + b"\n\nx",
    "open comments": b"To: " + b"(" * 90_000 + b"\n\nx",
    "broken encoded words": b"Subject: " + b"=?utf-8?B?" * 20_000 + b"\n\nx",
    "80 KB of colons": b"To: " + b"a: " * 27_000 + b"\n\nx",
    "escapes of JIS": b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B-!\x1b(B" * 100_000,
    "a charset a line": b"\n\n" + b"\xc3\xa9\xc3\xa9\n\xe9\n" * 100_000,
    "8 MB in one field": b"Subject: " + b"x" * 8_000_000,
    "1,000,000 short lines": b"\n\n" + b"--mm\n" * 1_000_000,
    "open angles": b"To: " + b"<" * 90_000 + b"\n\nx",
    "open parameters": b"Content-Type: text/plain" + b';a="\\"' * 15_000 + b"\n\nx",
    "a line of wrote": b"\n\n" + b"On 2026 wrote " * 100_000,
    "many attributions": b"\n\n" + b"On 1 Nov 2026 Bob\n" * 100_000,
    "many signatures": b"\n\n" + b"--\n\n\n\n" * 100_000,
    "many rules": b"\n\n" + b"-----------\n\n" * 100_000,
    "deep quotes": b"\n\n" + (b">" * 10_000 + b"\n") * 100,
    "20,000 nested tags": b"Content-Type: text/html\n\n" + b"<blockquote>" * 20_000 + b"x",
    "open tags": b"Content-Type: text/html\n\n" + b"<a href='" * 50_000,
    "many uuencoded files": b"\n\n" + b"begin 644 a\nM\n" * 50_000,
    "many yEnc beginnings": b"\n\n" + b"=ybegin name=" * 100_000 + b"\n=ybegin name=a\n" * 50_000 + b"=yend size=1\n",
    "many PGP beginnings": b"\n\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\n-----BEGIN PGP MESSAGE-----\n" * 10_000,
    "deep S/MIME": b"Content-Type: application/pkcs7-mime\n\n" + b"\x30\x80" * 200_000,
    "many empty pieces": b"Content-Type: application/pkcs7-mime\n\n\x30\x80" + b"\x04\x00" * 500_000,
    "open invitation": b"Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + b'A;b="' * 100_000,
    "many links": b"Content-Type: text/html\n\n" + b"<a href=http://x.example/>x" * 20_000,
}

QUOTES = [
    *(
        "On 2026 Bob wrote ",
        "发件人: x ",
        "> ",
        "-",
        "_",
        "Sent from ",
        "在 2026 ",
        " ",
        "写道",
        "--\n",
        "On 1 Nov 2026\n",
        "From: x\n",
    ),
    *("| |\n", "a:\n", "10:00 2026 <a@b.c>\n", "---- a wrote ----\n", "x On Nov 16, 2026 10:00 <a@b> wrote:\n", "_____\n"),
    *("Alice Wong\n\n", "Best regards\nTel 555-0100-0100\n", "[A] x\n", ">>> a 10:00 >>>\n", "---\nAlice\n", "a/b\n10:00 2026\nTo\n"),
    *("On 2026 10:00 Bob wrote:\n| x\n", "This e-mail is confidential. ", "-Alice\n\n"),
]

ORDERS = [
    "#accept\n",
    "#nonsense\n",
    "# heading\n",
    "#category price\n#category quality\n",
    "- ",
    "#",
    "\u0301\u0316",
    "#note " + "x" * 90 + "\n",
    "转",
    "hello\n",
]
