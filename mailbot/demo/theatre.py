"""The demo from curtain to curtain: post office, settings, the real service, the play, and the page about it.

The service is `mailbot run`'s own, in a thread with its own event loop, with the demo's clock for its clock. All of it
lives in a temporary folder; settings, record and page are copied out when the play is over, also when it fell short.
"""

import asyncio
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from mailbot.demo import company, page
from mailbot.demo.album import gather
from mailbot.demo.cast import PEOPLE, REFUSING, RETURNING
from mailbot.demo.clock import ScaledClock, two_mornings
from mailbot.demo.farewell import how_to_connect, what_next
from mailbot.demo.mailer import Mailer
from mailbot.demo.narrator import Narrator
from mailbot.demo.play import SCENES
from mailbot.demo.postoffice import PostOffice
from mailbot.demo.record import Record
from mailbot.demo.stage import DidNotHappen, House, Stage
from mailbot.errors import WrongSettings
from mailbot.pipeline import Pipeline, open_pipeline
from mailbot.procedures.procedure import load as load_procedure
from mailbot.service import Service
from mailbot.settings_file import load
from mailbot.store import backup, schema
from mailbot.store.engine import open_store

TICK_SECONDS = 0.2
STOP_SECONDS = 15.0
LOG = "mailbot.log"


def play(out: Path, console: Console, *, keep: bool = False) -> None:
    """Play the whole demo and leave its page, settings and record in `out`.

    Raises DidNotHappen naming what failed, WrongSettings when `out` holds somebody's own settings.
    """
    _refuse_foreign(out)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mailbot-demo-") as name, raised(Path(name), console) as stage:
        try:
            for scene in SCENES:
                scene(stage)
        except DidNotHappen as error:
            _leave(Path(name), out, stage)
            raise DidNotHappen(f"{error}\nthe service's log is in {out / LOG}, what was seen so far in {out / page.NAME}") from None
        _leave(Path(name), out, stage)
        what_next(console, out, time.monotonic() - began, keep=keep)
        if keep:
            how_to_connect(console, stage.office, out)
            _stay_open(stage)
            _leave(Path(name), out, stage)


@contextmanager
def raised(folder: Path, console: Console) -> Iterator[Stage]:
    """The curtain up: ports open, the service running, everybody at their mail programs."""
    calendar = load_procedure("feedback", folder).calendar
    first, second = two_mornings(datetime.now(UTC).astimezone(calendar.zone).date(), calendar)
    clock = ScaledClock(first)
    passwords = {person.address: person.password for person in PEOPLE.values()}
    with PostOffice(folder, passwords, clock, {REFUSING: "refuse", RETURNING: "return"}) as office, _logging_to(folder / LOG) as errors:
        settings = load(company.write(folder, office), environ={})
        pipeline = open_pipeline(settings)
        mailers = {person.key: Mailer(person, office) for person in PEOPLE.values()}
        with closing(pipeline):
            schema.upgrade(pipeline.store)
            record = Record(pipeline.store)
            narrator = Narrator(console, record, settings.company.zone)
            with _running(pipeline, clock, errors) as alive:
                try:
                    yield Stage(House(clock, second, office, mailers, record, narrator, alive))
                finally:
                    for mailer in mailers.values():
                        mailer.close()


@contextmanager
def _running(pipeline: Pipeline, clock: ScaledClock, errors: list[str]) -> Iterator[Callable[[], None]]:
    """The service in its thread; gives a function that raises when it has died, or has logged an error."""
    service = Service(pipeline, clock, TICK_SECONDS)
    died: list[BaseException] = []

    def serve() -> None:
        try:
            asyncio.run(service.serve())
        except BaseException as error:  # noqa: BLE001 - told on the stage, in the main thread
            died.append(error)

    def alive() -> None:
        if errors:
            raise DidNotHappen(f"the service logged an error: {errors[0]}")
        if died:
            raise DidNotHappen(f"the service ended: {type(died[0]).__name__}: {died[0]}")

    thread = threading.Thread(target=serve, name="service", daemon=True)
    thread.start()
    try:
        yield alive
    finally:
        service.stop()
        thread.join(STOP_SECONDS)


class ErrorsOf(logging.FileHandler):
    """The service's log in a file, and its errors at hand."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8")
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        self.noted: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        super().emit(record)
        if record.levelno >= logging.ERROR and record.name == "mailbot":
            self.noted.append(record.getMessage())


@contextmanager
def _logging_to(path: Path) -> Iterator[list[str]]:
    """The service's log goes to a file, as the terminal belongs to the narrator; gives its errors as they come."""
    handler, root, own = ErrorsOf(path), logging.getLogger(), logging.getLogger("mailbot")
    before = own.level
    root.addHandler(handler)
    own.setLevel(logging.INFO)
    try:
        yield handler.noted
    finally:
        root.removeHandler(handler)
        handler.close()
        own.setLevel(before)


def _leave(folder: Path, out: Path, stage: Stage) -> None:
    """Page, settings, record and log into `out`, so that the commands work on them."""
    out.mkdir(parents=True, exist_ok=True)
    album = gather(stage.mailers.values(), stage.record)
    (out / page.NAME).write_text(page.render(album, stage.first_day), "utf-8")
    settings = (folder / company.SETTINGS).read_text("utf-8").replace(str(stage.office.certificates.ca_file), company.CA)
    (out / company.SETTINGS).write_text(settings, "utf-8")
    for name in (company.PASSWORD, company.CA, LOG):
        shutil.copy(folder / name, out / name)
    for name in (company.DATABASE, f"{company.DATABASE}-wal", f"{company.DATABASE}-shm"):
        (out / name).unlink(missing_ok=True)
    with closing(open_store(f"sqlite:///{folder / company.DATABASE}")) as live:
        backup.copy(live.engine, out / company.DATABASE)


def _refuse_foreign(out: Path) -> None:
    """Never overwrite settings that an operator wrote."""
    settings = out / company.SETTINGS
    if out.exists() and not out.is_dir():
        raise WrongSettings(f"--out {out} is a file; name a folder")
    if settings.exists() and not settings.read_text("utf-8", "replace").startswith(company.FIRST_LINE):
        raise WrongSettings(f"--out {out}: there is a {company.SETTINGS} that the demo did not make; name another folder")


def _stay_open(stage: Stage) -> None:
    """Until Ctrl-C; what mailbot does with letters from a mail program is told as before."""
    stage.clock.run_at(1.0)
    try:
        while True:
            stage.narrator.catch_up()
            time.sleep(0.5)
    except KeyboardInterrupt:
        for mailer in stage.mailers.values():
            mailer.look(stage.clock())
