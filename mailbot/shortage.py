"""What the machine is short of is nobody's letter's fault (F53, F54): the step is tried again later."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from mailbot.errors import Transient

SHORT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC})


@contextmanager
def waited_for() -> Iterator[None]:
    """Raises Transient where a file, memory or room can't be had now."""
    try:
        yield
    except OSError as error:
        if error.errno in SHORT:
            raise Transient(f"the machine is short of something ({error.strerror}); look at `ulimit -n`, memory and disk") from error
        raise
