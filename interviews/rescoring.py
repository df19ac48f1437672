"""What a published version's rubric would change in past interviews, and then carrying it out.

First every interview is judged and what would change is kept beside it; nobody's score moves. Then,
when a curator decides so, the very scorecards that were shown are added to the interviews. No
scorecard is ever changed. Both go in small batches, one worker at a time.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Avg, Count, F, Max, Q
from django.db.models.functions import Abs

import rubrics
from interviews import flow, grading
from interviews.models import Interview, Rescore, RescoreLine, Scorecard
from interviews.models.rescore import MOST, not_scored_by
from rubrics.models import Question, documents_of

log = logging.getLogger(__name__)

# Interviews in one batch; a batch also ends after so much time, so that grading need not wait.
BATCH = 50
SLICE = timedelta(seconds=5)
PER_PAGE = 50
NO_BAR = "no bar"


@dataclass(frozen=True, slots=True)
class Impact:
    """What the page prints. ``waiting``: interviews that this version's rubric never judged.

    ``changed`` of ``looked`` would have another score, ``up`` and ``down`` of them where both
    scores are known; ``mean`` and ``largest`` are points (0-100), the mean over all that can be
    compared. ``bands``: another band. ``failed``: could not be judged, and stay as they are.
    ``is_empty``: no interview on the question was ever scored.
    """

    version: int
    waiting: int
    rescore: Rescore | None
    total: int = 0
    looked: int = 0
    written: int = 0
    failed: int = 0
    changed: int = 0
    up: int = 0
    down: int = 0
    bands: int = 0
    mean: float | None = None
    largest: float | None = None
    lines: Page[RescoreLine] | None = None
    is_empty: bool = False

    @property
    def unknown(self) -> int:
        """How many get a score that had none, or the other way round."""
        return self.changed - self.up - self.down

    @property
    def is_working(self) -> bool:
        """Whether something is being computed or written."""
        return self.rescore is not None and self.rescore.state in Rescore.WORKING

    @property
    def to_write(self) -> int:
        """How many would get another scorecard."""
        return self.looked - self.failed

    @property
    def most(self) -> int:
        """How many one rescore takes."""
        return MOST

    @property
    def done(self) -> int:
        """How many of ``total`` the present work has behind it."""
        writing = self.rescore is not None and self.rescore.state == Rescore.State.WRITING
        return self.written + self.failed if writing else self.looked


# A line that could not be judged has no ``after`` either, and changes nothing.
_ANOTHER_SCORE = Q(looked_at__isnull=False, problem="") & (
    Q(after__gt=F("before"))
    | Q(after__lt=F("before"))
    | Q(before__isnull=True, after__isnull=False)
    | Q(before__isnull=False, after__isnull=True)
)


def impact(question: Question, *, page: str) -> Impact | None:
    """Read the latest rescore by a question's published version; None when none is published."""
    version = question.published
    if version is None:
        return None
    waiting = not_scored_by(version).count()
    rescore = Rescore.objects.filter(version=version).select_related("by").first()
    if rescore is None:
        scored = Interview.objects.live().filter(
            version__question=question, state=flow.State.SCORED
        )
        return Impact(version.number, waiting, None, is_empty=not scored.exists())
    apart = F("after") - F("before")
    figures = rescore.lines.aggregate(
        total=Count("pk"),
        looked=Count("pk", filter=Q(looked_at__isnull=False)),
        written=Count("pk", filter=Q(written_at__isnull=False)),
        failed=Count("pk", filter=~Q(problem="")),
        changed=Count("pk", filter=_ANOTHER_SCORE),
        up=Count("pk", filter=Q(after__gt=F("before"))),
        down=Count("pk", filter=Q(after__lt=F("before"))),
        bands=Count("pk", filter=~Q(band_after=F("band_before")) & Q(problem="")),
        mean=Avg(apart),
        largest=Max(Abs(apart)),
    )
    shown = None
    if rescore.state not in Rescore.WORKING:
        lines = rescore.lines.select_related("interview__version").defer(
            "card", *documents_of("interview__version")
        )
        worst = lines.order_by(Abs(apart).desc(nulls_first=True), "pk")
        shown = Paginator(worst, PER_PAGE).get_page(page)
    return Impact(version.number, waiting, rescore, **figures, lines=shown)


def begin(question: Question, *, by: User, now: datetime) -> Rescore | None:
    """Begin to look; gives the one at work where there is one already, None without interviews."""
    version = question.published
    if version is None:
        return None
    try:
        return Rescore.objects.begin(version, by=by, now=now)
    except IntegrityError:
        working = Rescore.objects.filter(version=version, state__in=Rescore.WORKING)
        return working.first()


def write(question: Question, number: str) -> Rescore | None:
    """Decide to add the scorecards that were shown; None when there is no such decision any more.

    It was decided already, or another version is published by now.
    """
    if not number.isdecimal() or len(number) > 18:
        return None
    shown = Rescore.objects.filter(pk=int(number), version=question.published).first()
    try:
        with transaction.atomic():
            return shown if shown and shown.write() else None
    except IntegrityError:  # somebody looks again at this very moment
        return None


def to_work_at(*, now: datetime) -> list[int]:
    """Give the rescores that wait for a worker, for the sweep to ring again."""
    return list(Rescore.objects.to_work_at(now).values_list("pk", flat=True)[:100])


def work(number: int, *, clock: Callable[[], datetime], lease: timedelta) -> bool:
    """Do a batch of a rescore. True when there is more to do.

    What goes wrong with the database raises; the lease runs out, and the sweep rings again.
    """
    rescore = Rescore.objects.select_related("version").filter(pk=number).first()
    token = rescore.claim(now=clock(), lease=lease) if rescore else None
    if rescore is None or token is None:
        return False
    if rescore.state == Rescore.State.LOOKING:
        more = _look(rescore, clock)
    else:
        more = _write(rescore, clock())
    rescore.give_back(token)
    return more


def _look(rescore: Rescore, clock: Callable[[], datetime]) -> bool:
    until = clock() + SLICE
    for line in RescoreLine.objects.to_look_at(rescore)[:BATCH]:
        _look_at(line, rescore, now=clock())
        if clock() >= until:
            break
    if RescoreLine.objects.to_look_at(rescore).exists():
        return True
    rescore.show()
    return False


def _look_at(line: RescoreLine, rescore: Rescore, *, now: datetime) -> None:
    if not line.try_it():
        line.keep(now=now, problem="The judge broke off each time.")
        return
    interview = line.interview
    old = interview.scorecards.filter(judge=rubrics.RulesJudge.name).first()
    before = old.score if old else None
    try:
        card = grading.judge(interview, rescore.version)
        known = old.value if old else None
        bands = _band(known, interview), _band(card, interview)
        changes = list(_changes(interview, known, card, rescore))
        if bands[0] != bands[1]:
            changes.insert(0, (f"Band for {interview.target}", *bands))
    except DatabaseError:
        raise
    except Exception as error:  # one answer that cannot be judged holds up no other
        log.exception("interview %s cannot be rescored", interview.pk)
        line.keep(now=now, before=before, problem=f"{type(error).__name__}: {error}"[:2000])
        return
    line.keep(
        now=now,
        before=before,
        after=card.score,
        band_before=bands[0],
        band_after=bands[1],
        changes=changes,
        card=card.model_dump(mode="json"),
    )


def _changes(
    interview: Interview, old: rubrics.Scorecard | None, new: rubrics.Scorecard, rescore: Rescore
) -> Iterator[tuple[str, str, str]]:
    """Every criterion whose level is another one, is new, or is gone: title, before, after."""
    before, after = _levels(old), _levels(new)
    titles = {c.id: c.title for c in interview.version.value.rubric.criteria}
    titles |= {c.id: c.title for c in rescore.version.value.rubric.criteria}
    for name in dict.fromkeys((*after, *before)):
        levels = before.get(name, "not asked"), after.get(name, "not asked")
        if levels[0] != levels[1]:
            yield titles.get(name, name), *levels


def _levels(card: rubrics.Scorecard | None) -> dict[str, str]:
    judgements = card.judgements if card else ()
    return {j.criterion: "not judged" if j.level is None else str(j.level) for j in judgements}


def _band(card: rubrics.Scorecard | None, interview: Interview) -> str:
    """Give the band for what the candidate aims at."""
    return str(card.bands.get(rubrics.Target(interview.target), NO_BAR)) if card else NO_BAR


def _write(rescore: Rescore, now: datetime) -> bool:
    """Add a batch of the scorecards that were shown; one that is there already stays."""
    with transaction.atomic():
        for line in (
            RescoreLine.objects.to_write(rescore).select_related("interview").order_by("pk")[:BATCH]
        ):
            card = rubrics.Scorecard.model_validate(line.card)
            Scorecard.objects.record(line.interview, card, now=now, is_news=False)
            RescoreLine.objects.filter(pk=line.pk).update(written_at=now, card=None)
    if RescoreLine.objects.to_write(rescore).exists():
        return True
    rescore.finish(now=now)
    return False
