"""How long a part of the service waits before it tries again."""

import random

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
FIRST_REFUSAL, LONGEST_REFUSAL = 300.0, 3600.0  # between two tries of a login that was refused: more would lock the account


class Pause:
    """Back-off with jitter: 2 s, doubling to 5 minutes, a third of it random so that nobody comes in step."""

    def __init__(self, first: float = FIRST_PAUSE, longest: float = LONGEST_PAUSE) -> None:
        self._first, self._longest = first, longest
        self._seconds = first

    def reset(self) -> None:
        self._seconds = self._first

    def next(self) -> float:
        """The seconds to wait now."""
        seconds, self._seconds = self._seconds, min(self._seconds * 2, self._longest)
        return seconds * random.uniform(0.67, 1.0)  # noqa: S311 - spreads load, guards nothing
