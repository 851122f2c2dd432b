"""A letter's envelope as SMTP commands, and its content as it goes over the wire.

Takes what the server offers (EHLO keywords), addresses and bytes; gives command lines and wire bytes. Pure. Raises
UnfitError where the server lacks what the letter needs, or where an address is none: nothing an address holds can end a
command line. Limit: domains become ASCII by IDNA 2003.
"""

import re
from collections.abc import Mapping, Sequence

ADDRESS = re.compile(r"[^\s<>\x00-\x1f\x7f]+@[^\s<>\x00-\x1f\x7f@]+")
NULL_PATH = ""  # the sender of letters that must not bounce


class UnfitError(Exception):
    """The letter can't go through this server; `status` as in RFC 3463."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def commands(offers: Mapping[str, str], sender: str, recipients: Sequence[str], wire: bytes) -> list[bytes]:
    """MAIL and one RCPT for each recipient that is not empty, with the extensions the letter needs."""
    recipients = [recipient for recipient in recipients if recipient]
    for address in recipients if sender == NULL_PATH else [sender, *recipients]:
        _check(address)
    limit = offers.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(wire):
        raise UnfitError("5.3.4", f"the letter has {len(wire)} bytes, the server takes {limit}")
    options = [f"SIZE={len(wire)}"] if "size" in offers else []
    if not wire.isascii():
        options.append(_needed(offers, "8bitmime", "BODY=8BITMIME", "5.6.3", "the letter has 8-bit content"))
    if foreign := next((address for address in (*recipients, sender) if not _local(address).isascii()), ""):
        options.append(_needed(offers, "smtputf8", "SMTPUTF8", "5.6.7", f"{foreign} is an internationalised address"))
    mail = " ".join([f"MAIL FROM:<{_ascii_domain(sender)}>", *options])
    return [mail.encode(), *(f"RCPT TO:<{_ascii_domain(recipient)}>".encode() for recipient in recipients)]


def content(data: bytes) -> bytes:
    """Content without the final dot: every line ends with CRLF, leading dots are doubled (RFC 5321 §4.5.2).

    Bare CR and LF become line ends, so that no two servers can disagree where a letter ends.
    """
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", data)
    whole = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", whole)


def _check(address: str) -> None:
    if not ADDRESS.fullmatch(address):
        raise UnfitError("5.1.3", f"{address!r} is not an address")


def _needed(offers: Mapping[str, str], extension: str, option: str, status: str, because: str) -> str:
    if extension not in offers:
        raise UnfitError(status, f"{because}, which the server does not take (no {extension.upper()})")
    return option


def _local(address: str) -> str:
    return address.rpartition("@")[0]


def _ascii_domain(address: str) -> str:
    """The address with its domain as DNS has it, so that only a local part can need SMTPUTF8."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode()}"
    except UnicodeError:
        raise UnfitError("5.1.2", f"{domain} is not a domain") from None
