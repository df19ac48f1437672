"""What a candidate can see of a stage's earlier texts: steps to choose from, and one of them.

Every save is a revision, one a second while somebody types. A step gathers those between two
pauses; nothing is ever taken out of the history, and putting a text back adds a revision.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from interviews import desk
from interviews.models import Part, Revision, StageAnswer
from rubrics import changes

# A step ends where nothing was saved for so long, and at the latest after so long.
PAUSE = timedelta(seconds=20)
LONGEST = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Step:
    """Saves one after another, told by the last of them. Words against the step before.

    ``ago`` and ``into`` (the interview) are in seconds.
    """

    number: int
    saves: int
    saved_at: datetime
    ago: int
    into: int
    words: int
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class History:
    """The steps of a stage, the latest first."""

    answer: StageAnswer
    title: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """One revision, and what differs in the text that is saved now.

    ``key`` and the answer's revision make a draft of it, where the stage can be written.
    """

    answer: StageAnswer
    title: str
    number: int
    saved_at: datetime
    ago: int
    into: int
    text: str
    words: int
    change: changes.Change
    is_writable: bool
    key: uuid.UUID

    @property
    def is_latest(self) -> bool:
        """Whether it is what is saved now."""
        return self.number == self.answer.revision

    @property
    def earlier(self) -> int | None:
        """The number of the save before it."""
        return self.number - 1 or None

    @property
    def later(self) -> int | None:
        """The number of the save after it."""
        return None if self.is_latest else self.number + 1


def of(answer: StageAnswer, *, now: datetime) -> History:
    """Gather the saves of a stage into steps."""
    started_at = answer.interview.started_at
    steps: list[Step] = []
    before: Counter[str] = Counter()
    for saves, last in _runs(revision for _, revision in answer.revisions.whole()):
        words = Counter(last.text.split())
        steps.append(
            Step(
                number=last.number,
                saves=saves,
                saved_at=last.saved_at,
                ago=_seconds(now - last.saved_at),
                into=_seconds(last.saved_at - started_at),
                words=words.total(),
                added=(words - before).total(),
                removed=(before - words).total(),
            )
        )
        before = words
    return History(answer=answer, title=_title(answer), steps=tuple(reversed(steps)))


def version(answer: StageAnswer, number: int, *, now: datetime) -> Version | None:
    """Give one revision of a stage; None when there is none of that number."""
    found = answer.revisions.filter(number=number).values("saved_at").first()
    if found is None:
        return None
    text = answer.text_at(number)
    return Version(
        answer=answer,
        title=_title(answer),
        number=number,
        saved_at=found["saved_at"],
        ago=_seconds(now - found["saved_at"]),
        into=_seconds(found["saved_at"] - answer.interview.started_at),
        text=text,
        words=len(text.split()),
        change=changes.by_word(text, answer.text),
        is_writable=desk.lay(answer, now=now).is_writable,
        key=uuid.uuid4(),
    )


def _runs(saves: Iterable[Revision]) -> Iterator[tuple[int, Revision]]:
    """Tell saves apart by pauses and by the minute: how many there are, and the last of them."""
    count, began, last = 0, None, None
    for save in saves:
        if last and began and _is_apart(save.saved_at, last=last.saved_at, began=began):
            yield count, last
            count, began = 0, None
        count, began, last = count + 1, began or save.saved_at, save
    if last:
        yield count, last


def _is_apart(moment: datetime, *, last: datetime, began: datetime) -> bool:
    return moment - last >= PAUSE or moment - began >= LONGEST


def _title(answer: StageAnswer) -> str:
    title = answer.interview.stage_titles[answer.stage]
    return title if answer.part == Part.TEXT else f"{title}: {answer.part}"


def _seconds(span: timedelta) -> int:
    return max(0, round(span.total_seconds()))
