"""The tables of letters: what a server held, as bytes and in the ledger, and what is to be sent.

"Exactly once" rests on the unique keys here, never on isolation levels.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Id


class RawLetter(Base):
    """The bytes as the server held them, by content."""

    __tablename__ = "raw_letter"
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes]


class ReceivedLetter(Base):
    """The ledger: one row per letter a server held (RFC 9051 §2.3.1.1 names it for ever), with its one fate."""

    __tablename__ = "received_letter"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    account: Mapped[str] = mapped_column(String(320))
    mailbox: Mapped[str] = mapped_column(String(255))
    uidvalidity: Mapped[int] = mapped_column(BigInteger)
    uid: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    received_at: Mapped[datetime]
    stored_at: Mapped[datetime]
    settled: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    fate: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(Id, ForeignKey("ticket.id"), index=True)
    message_id: Mapped[str | None] = mapped_column(Text, index=True)
    content_key: Mapped[str | None] = mapped_column(String(64), index=True)
    sender: Mapped[str | None]
    subject: Mapped[str | None]
    kind: Mapped[str | None] = mapped_column(String(12))
    __table_args__ = (
        UniqueConstraint("account", "mailbox", "uidvalidity", "uid"),
        Index("ix_received_letter_waiting", "id", sqlite_where=text("fate IS NULL"), postgresql_where=text("fate IS NULL")),
    )


class AttachmentRow(Base):
    """A file that came with a letter of a ticket, by content; the bytes stay in the letter."""

    __tablename__ = "attachment"
    letter_id: Mapped[int] = mapped_column(Id, ForeignKey("received_letter.id"), primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str]
    claimed_type: Mapped[str]
    true_type: Mapped[str]
    size: Mapped[int] = mapped_column(Integer)
    inline: Mapped[bool]


class OutgoingLetter(Base):
    """A letter to send: its bytes and Message-ID are fixed in the transaction that owed it."""

    __tablename__ = "outgoing_letter"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(Id, ForeignKey("ticket.id"), index=True)
    letter: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(320))
    person: Mapped[str] = mapped_column(String(400))
    message_id: Mapped[str] = mapped_column(String(400), unique=True)
    automatic: Mapped[bool]
    data: Mapped[bytes]
    created_at: Mapped[datetime]
    fate: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    doubts: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    doubted_at: Mapped[datetime | None]
    queue_id: Mapped[str | None] = mapped_column(String(200))
    bounced_at: Mapped[datetime | None]
    held: Mapped[str | None]
    told_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_outgoing_letter_to_send", "next_at", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
        Index("ix_outgoing_letter_recipient_created_at", "recipient", "created_at"),
        Index("ix_outgoing_letter_doubted", "doubted_at", sqlite_where=text("doubts > 0"), postgresql_where=text("doubts > 0")),
    )
