"""Recall of a product already sold: every dealer on file is told at once, and what comes back is followed to the last (S3a.2). Pure.

What the notice must name is what the procedure's task of kind `recall` lists, and a picture. Each dealer is a task.
"""

from collections.abc import Iterator
from decimal import Decimal

from mailbot.intake.message import Address
from mailbot.lifecycle import approvals, dealers
from mailbot.lifecycle.letters import Owed, to_customer, to_member
from mailbot.lifecycle.order_quantities import Quantity, read_quantity
from mailbot.lifecycle.order_words import fold
from mailbot.lifecycle.orders import GivenOrder
from mailbot.lifecycle.roll import Known
from mailbot.lifecycle.task_values import NAMED, values
from mailbot.lifecycle.tasks import COUNT, give, holds
from mailbot.lifecycle.ticket import Status, Task
from mailbot.lifecycle.work import Handler, Work

ASKING = frozenset({"recall", "approve"})  # orders that may need the dealers on file
SENT, PICTURE = "sent-quantity", "picture"


def tell_complete(work: Work, task: Task) -> None:
    """Once the last dealer's goods are in, the general managers hear of the whole (S3a.2)."""
    ours = [t for t in work.ticket.tasks if t.kind == dealers.KIND and t.data.get("named") == task.data.get("named") and holds(t)]
    if task.kind == dealers.KIND and all(t.done_at for t in ours):
        work.note("recall-complete", dealers=len(ours))
        people = work.rules.people.general_managers or work.rules.people.overseers
        work.tell(people, "staff/recall-complete", tasks=ours, total=total(ours), author=work.given.member)


def total(tasks: list[Task]) -> str:
    """What came back in all, by unit, in its longest form."""
    read = (read_quantity(str(task.data.get(COUNT, ""))) for task in tasks)
    counted = [each[0] for each in read if isinstance(each, tuple)]
    kinds = {each.measure: [one for one in counted if one.measure == each.measure] for each in counted}
    sums = (Quantity(sum((one.number for one in same), Decimal(0)), max((one.unit for one in same), key=len)) for same in kinds.values())
    return " + ".join(map(str, sums))


def _recall(work: Work, order: GivenOrder) -> None:
    kinds = work.rules.procedure.tasks
    kind = kinds.get(dealers.KIND)
    if kind is None:
        work.refuse(order, "unknown-task-kind", *(own.label.text(work.rules.people.language) for own in kinds.values()))
        return
    said, remark = values(order.text, kind.fields)
    known = {"product": work.ticket.facts.product, "batch": work.ticket.facts.batch} | said
    lacking = [name for name in kind.fields if name != COUNT and not known.get(name)]
    lacking += [] if _is_pictured(work) else [PICTURE]
    if lacking or not work.given.dealers:
        work.refuse(order, "recall-lacks" if lacking else "no-dealers", *lacking)
        return
    work.keep_inside()
    named = {name: known[name] for name in kind.fields if name != COUNT}
    if not approvals.hold(work, "recall", remark, named):
        _tell_dealers(work, order, named, remark)


def _is_pictured(work: Work) -> bool:
    """Whether a picture came with the order, attached or pasted; an approved order was looked at before."""
    return work.approved is not None or any(not part.repeated for part in work.given.message.attachments)


def _tell_dealers(work: Work, order: GivenOrder, named: dict[str, str], remark: str) -> None:
    """The notice to every address of every dealer, and a task for each; a person wrote it, so nothing holds it back."""
    sent, remark = _sent(remark, work.given.dealers)
    facts = {"body": remark, "author": work.given.member, "attach": True, "pasted": True}
    if work.approved:
        facts["written_as"] = work.given.message.message_id
    given: list[Task] = []
    for dealer in work.given.dealers:
        name, addresses = dealer.customer.name, sorted(dealer.addresses)
        told = {"dealer": name, "addresses": addresses, "phone": dealer.customer.phone, "named": named}
        told |= {SENT: sent[name]} if name in sent else {}
        work.ticket = give(work.ticket, dealers.KIND, name, "", work.by, work.now, work.rules, None, **told)
        task = work.ticket.tasks[-1]
        given.append(task)
        people = [Address(name, address) for address in addresses]
        to = [to_customer(person, work.rules.people.language) for person in people]
        work.letters += [Owed("complainant/recall", reader, {**facts, "task": task}, None) for reader in to]
        work.joined += people
    work.note("recalled", named=named, dealers=[task.title for task in given])
    readers = {m.key: m for m in (work.given.member, *work.rules.people.owners(work.ticket, given[0].owner))}.values()
    listed = {"tasks": given, "author": work.given.member}
    work.letters += [Owed("staff/recall-told", to_member(m, work.rules.people.language), listed) for m in readers]
    work.did(order, count=str(len(given)), unreached=str(sum(not task.data["addresses"] for task in given)))


def _sent(text: str, known: tuple[Known, ...]) -> tuple[dict[str, str], str]:
    """What was sent to whom, from lines such as `甲商行：200 箱`, and the text without them."""
    names = {fold(dealer.customer.name): dealer.customer.name for dealer in known}
    sent: dict[str, str] = {}

    def others() -> Iterator[str]:
        for line in text.splitlines():
            match = NAMED.fullmatch(line)
            name = names.get(fold(match[1])) if match else None
            if match and name:
                read = read_quantity(match[2])
                sent[name] = f"{read[0]} {read[1]}".rstrip() if isinstance(read, tuple) else match[2]
            else:
                yield line

    rest = "\n".join(others()).strip()
    return sent, rest


HANDLERS: dict[str, Handler] = {"recall": _recall}
FITS: dict[str, frozenset[Status]] = {"recall": frozenset({"new", "open", "waiting", "resolved", "closed"})}
