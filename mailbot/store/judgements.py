"""What members of staff said complaints are about, with the words: what the classifier learns from.

Rows are only ever added; the latest of a ticket counts.
"""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, func, insert, select

from models.base import core
from models.tables import Judgement

JUDGEMENT = core(Judgement)
ADD = insert(JUDGEMENT)
LATEST = (
    select(JUDGEMENT)
    .where(JUDGEMENT.c.id.in_(select(func.max(JUDGEMENT.c.id)).group_by(JUDGEMENT.c.ticket_id)))
    .order_by(JUDGEMENT.c.id)
)  # fmt: skip


class Judged(Struct, frozen=True):
    """A complaint's words and the category a member (`by`, a staff key) gave it; what the classifier had guessed, how surely.

    `spoken` is False where the member only solved the case under the machine's category: that says less than an order or an answer.
    """

    ticket_id: int
    at: datetime
    by: str
    subject: str
    text: str
    category: str
    guess: str | None
    confidence: float
    spoken: bool = True


def remember(tx: Connection, judged: Judged) -> None:
    """Write down what a member said."""
    values = {name: getattr(judged, name) for name in Judged.__struct_fields__}
    tx.execute(ADD, values | {"subject": judged.subject.replace("\0", ""), "text": judged.text.replace("\0", "")})


def latest(connection: Connection) -> list[Judged]:
    """The last word on each ticket, oldest first."""
    return [Judged(*(getattr(row, name) for name in Judged.__struct_fields__)) for row in connection.execute(LATEST)]


def since(connection: Connection, moment: datetime | None) -> int:
    """How many were added after `moment`; all of them when it is None."""
    counted = select(func.count()).select_from(JUDGEMENT)
    return connection.execute(counted if moment is None else counted.where(JUDGEMENT.c.at > moment)).scalar_one()
