"""Clients that save over HTTP, one text each, while web server and database are killed.

A client sends a text until it is acknowledged, always under the same key; only then it goes on.
So the server must have every acknowledged text once, in order, under the number that it said.
"""

import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psycopg

from tests import written
from tests.journeys.candidate import STAGE
from tests.session import Session
from tests.stack import Stack, await_true
from tests.written import Written

MOST_TRIES = 600  # of one save; with the pause between them, a minute at least
PAUSE = 0.1  # seconds between two tries of a client: there is nobody to hurry for
SHOWN = re.compile(r'data-state="(?P<state>[a-z-]+)"\s+data-revision="(?P<revision>\d+)"')


class Unsaved(Exception):
    """A save that was refused, or that nobody answered for a long time."""


@dataclass
class Saver:
    """One client: what it has been told is saved, and how often it had to try."""

    session: Session
    seed: int
    interview_id: str
    acknowledged: list[Written] = field(default_factory=list)
    tries: int = 0
    problem: str = ""

    def __post_init__(self) -> None:
        self._lot = random.Random(self.seed)  # noqa: S311 (an order, not a secret)
        self._text = ""

    def run(self, saves: int, is_over: threading.Event) -> None:
        """Save so many texts, one after the other; stops at the first that is refused."""
        try:
            for _ in range(saves):
                if is_over.is_set():
                    return
                self._save_one(is_over)
        except Exception as problem:  # noqa: BLE001 - told by whoever waits for this thread
            self.problem = f"client {self.seed}: {problem!r}"
        finally:
            self.session.close()

    def _save_one(self, is_over: threading.Event) -> None:
        before, (start, cut, piece) = self._text, self._change()
        text = before[:start] + piece + before[start + cut :]
        base = len(self.acknowledged)
        key = str(uuid.UUID(int=self._lot.getrandbits(128), version=4))
        fields = {"text": text, "base": str(base), "key": key}
        fields |= self._hint(start, cut)
        revision = self._send_until_acknowledged(fields, is_over)
        self.acknowledged.append(Written(revision, key, text))
        self._text = text
        if self._lot.random() < 0.05:  # as if that answer had been lost on the way
            again = self._send_until_acknowledged(fields, is_over)
            if again != revision:
                raise Unsaved(f"revision {revision} sent again is said to be {again}")

    def _send_until_acknowledged(self, fields: dict[str, str], is_over: threading.Event) -> int:
        path = f"/interviews/{self.interview_id}/stages/{STAGE}/draft/"
        for _ in range(MOST_TRIES):
            self.tries += 1
            try:
                status, page = self.session.ask(path, fields, **{"HX-Request": "true"})
            except ConnectionError:
                status, page = 0, ""
            if status == 200 and (said := SHOWN.search(page)) and said["state"] == "saved":
                return int(said["revision"])
            if 0 < status < 500:
                raise Unsaved(f"save over {fields['base']} was answered {status}: {page[:200]}")
            if is_over.wait(PAUSE):
                break
        raise Unsaved(f"save over {fields['base']} was never answered")

    def _change(self) -> tuple[int, int, str]:
        """Where, how many characters go, what comes: mostly at the end, as people type."""
        lot, length = self._lot, len(self._text)
        piece = lot.choice(("and so on ", "because it pays. ", "設計 🎬 ", "≈ 3,000/s\n", "naïve "))
        if not length or lot.random() < 0.8:
            return length, 0, f"{length}{piece}"
        start = lot.randrange(length)
        return start, lot.randrange(min(20, length - start)), f"{length}{piece}"

    def _hint(self, start: int, cut: int) -> dict[str, str]:
        """What the page says of the change; now and then nothing, or something wrong."""
        chance = self._lot.random()
        if chance < 0.1:
            return {}
        if chance < 0.2:
            return {"start": str(start + 7), "cut": str(cut + 3)}
        return {"start": str(start), "cut": str(cut)}


@dataclass(frozen=True, slots=True)
class Kill:
    """After so many acknowledged saves of all clients, what is killed."""

    after: int
    name: str
    deed: Callable[[], None]


@dataclass
class Kept:
    """What the database has of it all in the end, against what was acknowledged; revisions."""

    acknowledged: int = 0
    lost: int = 0
    twice: int = 0
    other: int = 0
    tries: int = 0
    killed: int = 0
    problems: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every acknowledged revision is there, in order, once, with its very text."""
        return not (self.lost or self.twice or self.other or self.problems)

    def __str__(self) -> str:
        """Figures and log, for whoever must understand a failure."""
        figures = (
            f"{self.acknowledged} acknowledged with {self.tries} tries, {self.lost} lost, "
            f"{self.twice} more than once, {self.other} with another text or number"
        )
        return "\n".join((figures, *self.problems, *self.log))


def run(stack: Stack, *, seed: int, clients: int, saves: int, kills: int, seconds: float) -> Kept:
    """Let clients save while the seed decides what is killed when; then compare."""
    session = Session(stack.port)
    session.sign_in(password=stack.password)
    savers = [
        Saver(session.twin(), seed * 1000 + number, session.start_interview())
        for number in range(clients)
    ]
    session.close()
    is_over = threading.Event()
    threads = [threading.Thread(target=each.run, args=[saves, is_over]) for each in savers]
    kept = Kept()
    began = time.monotonic()
    for thread in threads:
        thread.start()
    try:
        for kill in _plan(stack, seed=seed, total=clients * saves, kills=kills):
            if not _has_come(savers, kill.after):
                break
            kept.log.append(f"{time.monotonic() - began:6.2f} s  after {kill.after}: {kill.name}")
            kill.deed()
            kept.killed += 1
        for thread in threads:
            thread.join(max(0.0, began + seconds - time.monotonic()))
        if any(thread.is_alive() for thread in threads):
            kept.problems.append(f"not done after {seconds} s")
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    kept.log.append(f"{time.monotonic() - began:6.2f} s  {_progress(savers)} saves are done")
    _compare(stack, savers, kept)
    return kept


def _has_come(savers: Sequence[Saver], saves: int) -> bool:
    """Wait for so many acknowledged saves; False when a client has had to give up before."""
    await_true(
        lambda: _progress(savers) >= saves or any(each.problem for each in savers),
        f"{saves} saves",
    )
    return _progress(savers) >= saves


def _progress(savers: Sequence[Saver]) -> int:
    return sum(len(each.acknowledged) for each in savers)


def _plan(stack: Stack, *, seed: int, total: int, kills: int) -> list[Kill]:
    """Kills in turn of web server, database and one session of it, at random moments."""
    lot = random.Random(seed)  # noqa: S311 (an order, not a secret)

    def web() -> None:
        stack.kill_web()
        stack.start_web()

    def database() -> None:
        stack.kill_database()
        stack.start_database()

    deeds = (("web", web), ("Postgres", database), ("a session", stack.kill_database_session))
    moments = sorted(lot.sample(range(total // 20, total * 19 // 20), kills))
    return [Kill(after, *deeds[turn % len(deeds)]) for turn, after in enumerate(moments)]


def _compare(stack: Stack, savers: Sequence[Saver], kept: Kept) -> None:
    with psycopg.connect(stack.database_url) as database:
        for saver in savers:
            there = written.revisions(database, saver.interview_id, STAGE)
            keys = [each.key for each in there]
            said = saver.acknowledged
            # What was sent last may be there without having been acknowledged.
            if len(there) > len(said):
                kept.twice += len(there) - len(said) - (1 if saver.problem else 0)
            kept.acknowledged += len(said)
            kept.lost += sum(each.key not in keys for each in said)
            kept.other += sum(one != other for one, other in zip(said, there, strict=False))
            if said and written.latest(database, saver.interview_id, STAGE) != (
                there[-1].text,
                there[-1].number,
            ):
                kept.problems.append(f"client {saver.seed}: the sheet is not its last revision")
            kept.tries += saver.tries
            kept.problems += [saver.problem] if saver.problem else []
