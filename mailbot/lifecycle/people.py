"""Who in the company gets what: desks, heads, managers, by department and role.

Nobody is left out by an empty desk: what no one would get goes to customer service, then to the managers,
then to everybody; what a head or manager would get who is not there, to the other heads and managers, then to
customer service (`mailbot check` complains about such gaps).
"""

from collections.abc import Callable

from mailbot.lifecycle.ticket import Ticket
from mailbot.settings import Member, Settings

CUSTOMER_SERVICE = "customer-service"


class Directory:
    """The staff table, asked by department and role."""

    def __init__(self, settings: Settings) -> None:
        self.staff = settings.staff
        self.language = settings.company.letter_language
        self._inside = settings.own_addresses | {address for member in settings.staff for address in member.addresses}

    def member(self, key: str | None) -> Member | None:
        """The member with this key (first address), or None."""
        return next((m for m in self.staff if m.key == key), None) if key else None

    def is_outside(self, address: str) -> bool:
        """Whether an address (lower case) is neither ours nor a colleague's."""
        return address not in self._inside

    def desk(self, department: str | None) -> tuple[Member, ...]:
        """Everybody who works at a department's desk."""
        own = self._where(lambda m: m.department == department and m.role != "manager")
        service = self._where(lambda m: m.department == CUSTOMER_SERVICE and m.role != "manager")
        return own or service or self.managers or self.staff

    def heads(self, department: str | None) -> tuple[Member, ...]:
        """The head of a department; without one, the managers."""
        return self._where(lambda m: m.role == "head" and m.department == department) or self.managers

    @property
    def managers(self) -> tuple[Member, ...]:
        """Everybody who manages the company, whatever roles they hold besides."""
        return self._where(lambda m: m.role == "manager")

    @property
    def general_managers(self) -> tuple[Member, ...]:
        """Those who decide as general manager: no vice president does while there is one without another role."""
        return self._where(lambda m: m.role == "manager" and not m.roles) or self.managers

    @property
    def overseers(self) -> tuple[Member, ...]:
        """Everybody who reads the daily digest: heads and managers."""
        return self._where(lambda m: m.role in ("head", "manager"))

    def caretakers(self, ticket: Ticket) -> tuple[Member, ...]:
        """Who hears of news about a ticket: its assignee, or else its department's desk."""
        assignee = self.member(ticket.assignee)
        return (assignee,) if assignee else self.desk(ticket.department or CUSTOMER_SERVICE)

    def owners(self, ticket: Ticket, owner: str) -> tuple[Member, ...]:
        """Who has to act where a procedure names `owner`: "lead" is the ticket's department; a department or role id; "staff:KEY"."""
        if owner in ("lead", ticket.department):
            return self.caretakers(ticket)
        return self.by_role(owner, ticket, "lead")

    def by_role(self, role: str, ticket: Ticket, owner: str) -> tuple[Member, ...]:
        """The members that `role` names, for a deadline of `ticket` owned by `owner`; any owner is a role too."""
        department = self._department(owner, ticket)
        found: dict[str, Callable[[], tuple[Member, ...]]] = {
            "owner": lambda: self.owners(ticket, owner),
            "lead": lambda: self.caretakers(ticket),
            "department-head": lambda: self.heads(department),
            "customer-service-head": lambda: self.heads(CUSTOMER_SERVICE),
            "general-manager": lambda: self.general_managers or self.overseers,
        }
        return (found[role]() or self.overseers or self.desk(CUSTOMER_SERVICE)) if role in found else self._named(role)

    def _department(self, owner: str, ticket: Ticket) -> str:
        """The department that an owner belongs to: a member's own; of a role, that of the first who has it."""
        if owner == "lead":
            return ticket.department or CUSTOMER_SERVICE
        member = self.member(owner.removeprefix("staff:")) or next(iter(self._where(lambda m: owner in m.roles)), None)
        return member.department if member else owner

    def _named(self, owner: str) -> tuple[Member, ...]:
        """One member, everybody with a role of the procedure, or a department's desk."""
        member = self.member(owner.removeprefix("staff:")) if owner.startswith("staff:") else None
        return (member,) if member else self._where(lambda m: owner in m.roles) or self.desk(owner)

    def _where(self, fits: Callable[[Member], bool]) -> tuple[Member, ...]:
        return tuple(m for m in self.staff if fits(m))
