"""The JSON object `mailbot read --json` prints for one letter (design contract; the exact fields count).

Takes a message and its screening, gives a plain dictionary. Pure; never raises. Ids are without angle brackets,
dates ISO 8601 with offset, sizes in decoded bytes.
"""

from typing import Any

from mailbot.intake.message import Address, InboundMessage, Screening


def as_json(path: str, message: InboundMessage, screening: Screening) -> dict[str, Any]:
    """The fields of one letter, in their fixed order."""
    return {
        "path": path,
        "error": message.error,
        "message_id": message.message_id,
        "in_reply_to": list(message.in_reply_to),
        "references": list(message.references),
        "date": message.date.isoformat() if message.date else None,
        "sender": _person(message.sender) if message.sender else None,
        "to": [_person(address) for address in message.to],
        "cc": [_person(address) for address in message.cc],
        "reply_to": [_person(address) for address in message.reply_to],
        "subject": message.subject,
        "language": message.language,
        "text": message.text,
        "fresh": message.fresh,
        "attachments": [{"name": part.name, "type": part.type, "size": part.size, "inline": part.inline} for part in message.attachments],
        "kind": screening.kind,
        "bounced": [bounced.address for bounced in screening.bounced],
    }


def _person(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}
