"""What goes wrong, and when: every fake asks the weather at every place where the world could fail.

Each seed draws its own climate: some faults never, some seldom, some in every third place. That finds more than one rate
for all, as a world in which everything fails at once never gets far enough for the rarer combinations.
"""

import random
from collections import Counter

FAULTS = (
    "imap-login",  # no server, or it is busy
    "imap-cut",  # the connection breaks in the middle of a command
    "imap-cut-after-move",  # the letters were moved, the answer is lost
    "imap-half-move",  # some were moved, then the connection breaks
    "imap-refuses-move",  # NO: over quota
    "imap-refuses-letter",  # NO to one letter
    "store-busy",  # the database is locked before anything was done
    "store-busy-at-commit",  # it gives up at the commit: nothing was written
    "store-answer-lost",  # everything was written, the answer to COMMIT is lost
    "crash-before-commit",
    "crash-after-commit",
    "crash-elsewhere",
    "smtp-down",  # no server, no login, no TLS
    "smtp-later",  # 4xx to the recipient
    "smtp-never",  # 5xx to the recipient
    "smtp-cut-in-content",  # before the final dot: can't have been taken
    "smtp-later-at-dot",
    "smtp-never-at-dot",
    "smtp-no-answer-taken",  # taken, the answer is lost
    "smtp-no-answer-not-taken",  # not taken, and no answer
    "smtp-refuses-copy",  # the copy for ourselves is refused, the letter taken
    "smtp-bounces",  # 250 now, a report of failure later
)
RATES = (0.0, 0.0, 0.01, 0.03, 0.1, 0.3)


class Weather:
    """Which fault strikes where. `calm` ends all of it, for the time in which everything has to come to rest."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._rates = {fault: dice.choice(RATES) for fault in FAULTS}
        for fault in ("crash-before-commit", "crash-after-commit", "crash-elsewhere"):
            self._rates[fault] /= 6  # a start takes long, and a world that only starts does nothing
        self.calm = False
        self.struck: Counter[str] = Counter()

    def strikes(self, fault: str) -> bool:
        """Whether the world fails here and now in this way."""
        if self.calm or self._dice.random() >= self._rates[fault]:
            return False
        self.struck[fault] += 1
        return True


class Ordered(Weather):
    """Only what was ordered goes wrong, once for each order: for Hypothesis, which wants to leave faults out again."""

    def __init__(self) -> None:
        self.calm = False
        self.struck = Counter()
        self._orders: Counter[str] = Counter()

    def order(self, fault: str) -> None:
        """The next time it could, this happens."""
        self._orders[fault] += 1

    def strikes(self, fault: str) -> bool:
        if self.calm or not self._orders[fault]:
            return False
        self._orders[fault] -= 1
        self.struck[fault] += 1
        return True
