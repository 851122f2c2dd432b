"""Every error mailbot raises on purpose, as one tree.

    MailbotError
    ├── Transient        the other side or the machine is busy; the same step may work later
    │   └── StoreBusy        the database is locked, full or away; nothing was written
    ├── Permanent        the same step will fail again; a person has to change something
    │   ├── WrongSettings    the settings file, a procedure or a template is wrong (exit status 2)
    │   ├── ServerRefused    a login, certificate or capability; names host and cure
    │   └── StoreUnusable    database missing, too new or held by another service
    │       ├── StoreBroken      its disk failed or is read-only, or the file is damaged: the service ends at once
    │       └── Fenced           another service took the database over: this one must not write any more
    └── RejectedInput    what somebody sent can't be carried out; the sentence goes back to them

Anything else that is raised is a bug: it rises to the loop boundary, is logged with the
letter and the step, and quarantines that letter alone. A message is one sentence that says
what is wrong, where, and the cure; it never holds a secret.
"""


class MailbotError(Exception):
    """Base of the tree; `str(error)` is fit for an operator's eyes."""


class Transient(MailbotError):
    """Try the same step again later."""


class StoreBusy(Transient):
    """The database can't be written now; it may later."""


class Permanent(MailbotError):
    """Trying again will not help."""


class WrongSettings(Permanent):
    """Settings, procedure or template refused; the message names file, key and cure."""


class ServerRefused(Permanent):
    """An IMAP or SMTP server said no; the message names the server and the cure."""


class StoreUnusable(Permanent):
    """The database can't be used as it is."""


class StoreBroken(StoreUnusable):
    """Writing failed in a way that trying again may hide but not mend (EIO, read-only, damaged)."""


class Fenced(StoreUnusable):
    """Another service holds the database with a later epoch."""


class RejectedInput(MailbotError):
    """Somebody's input can't be carried out; the message is for them."""
