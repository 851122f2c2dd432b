"""Real servers for tests, on loopback and high ports, each in a directory of its own.

`with dovecot.running(users) as mail:`, `with postfix.running(mail) as relay:`, `with postgres.running() as database:`.
Several may run at once. `missing()` says which programs this machine lacks and which Debian package has them;
`needs.py` and `plugin.py` leave those tests out, or fail them where CI is set.
"""

from tests.servers.needs import missing, needs, require

__all__ = ["missing", "needs", "require"]
