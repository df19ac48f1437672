"""The door to the queue: its lists for one person, filtered, sorted and in pages.

Nothing that waits can be filtered or sorted by what anybody found; what a person has scored can.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import User
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, UUIDField
from django.db.models.functions import Cast, Coalesce

from interviews import flow
from interviews.access import gold
from interviews.access.roles import Person, interviewer_or_404, is_lead, raters
from interviews.models import Invitation, Kind, Review, ReviewDraft, SavedFilter, Scorecard, Use
from interviews.models.review import ReviewQuerySet
from rubrics.models import Question, QuestionVersion

PER_PAGE = 20
# A list says "99+" beyond this, so that its count costs the same however long it is.
MOST_COUNTED = 99
# What a person has scored is chosen and sorted by scores and flags among so many, the latest.
LATEST = 200
# The lists of the queue, and how pages call them.
TABS: Mapping[str, str] = {
    "claim": "To claim",
    "second": "Second rater wanted",
    "decide": "To decide",
    "mine": "Mine",
    "done": "Done",
    "held": "Held by others",
}
# A draft of a review that somebody else has now is listed for so long.
_LOST_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to list. Scores (0-100) and ``flag`` choose among what the person has scored."""

    tab: str = "claim"
    question: str = ""
    by: int | None = None
    days: int | None = None
    kind: str = ""
    lowest: float | None = None
    highest: float | None = None
    flag: str = ""
    sort: str = ""
    after: str = ""

    @property
    def is_by_score(self) -> bool:
        """Whether scores or flags choose or sort."""
        by = (self.lowest, self.highest, self.flag or None)
        return self.sort in ("highest", "lowest") or any(each is not None for each in by)


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of one of the queue's lists, and where to go on; ``tabs`` are all its lists.

    ``calibration``: so many answers its reader scores before the first live one.
    """

    tab: str
    rows: Sequence[Review]
    tabs: Sequence["Tab"]
    after: str
    calibration: int
    is_lead: bool

    @property
    def waits(self) -> bool:
        """Whether there is anything to score."""
        counts = (tab.count for tab in self.tabs if tab.name in ("claim", "second"))
        return self.calibration > 0 or any(counts)


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the lists, and how many there are in it, up to ``MOST_COUNTED``."""

    name: str
    title: str
    count: int

    @property
    def count_words(self) -> str:
        """The count, as far as it was counted."""
        return f"{MOST_COUNTED}+" if self.count > MOST_COUNTED else str(self.count)


@dataclass(frozen=True, slots=True)
class _Order:
    """One way to sort: ``field`` is read back from a page's address by ``read``."""

    title: str
    field: str | Coalesce
    is_down: bool
    read: Callable[[str], object]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


_TITLE = _Order("By question", "interview__version__question__title", False, str)
_SCORE = Coalesce("scorecard__score", -1.0)
_WAITING: Mapping[str, _Order] = {
    "oldest": _Order("Longest waiting first", "wanted_at", False, _moment),
    "newest": _Order("Latest first", "wanted_at", True, _moment),
    "question": _TITLE,
}
_DONE: Mapping[str, _Order] = {
    "newest": _Order("Latest first", "submitted_at", True, _moment),
    "oldest": _Order("Earliest first", "submitted_at", False, _moment),
    "question": _TITLE,
    "highest": _Order("Your highest score first", _SCORE, True, float),
    "lowest": _Order("Your lowest score first", _SCORE, False, float),
}


def sorts(tab: str) -> Sequence[tuple[str, str]]:
    """Give the ways to sort a list, the usual one first: what addresses say, what pages say."""
    return [(name, order.title) for name, order in _orders(tab).items()]


def _orders(tab: str) -> Mapping[str, _Order]:
    return _DONE if tab == "done" else _WAITING


def queue(person: Person, chosen: Chosen, *, now: datetime) -> Queue:
    """Give a page of a list, and how long each list is under the same filters."""
    user = interviewer_or_404(person)
    if chosen.by is not None and not inviters(person).filter(pk=chosen.by).exists():
        chosen = replace(chosen, by=None)
    calibration = gold.calibration_left(user)
    lists = {
        name: _narrowed(found, name, chosen, now)
        for name, found in _lists(user, now, is_calibrating=calibration > 0).items()
    }
    tab = chosen.tab if chosen.tab in lists else "claim"
    rows, after = _page(lists[tab], _orders(tab), chosen)
    return Queue(tab, rows, _counted(lists, user), after, calibration, is_lead(user))


def _lists(user: User, now: datetime, *, is_calibrating: bool) -> Mapping[str, ReviewQuerySet]:
    handed_in = ~Q(interview__state=flow.State.RUNNING)
    free = Review.objects.filter(handed_in).free(now).open_to(user)
    rated = Review.objects.filter(
        interview=OuterRef("interview"), kind=Kind.RATING, submitted_at__isnull=False
    )
    # Of two ratings that one answer waits for, a person can take one: it is listed once.
    earlier = Review.objects.free(now).filter(
        interview=OuterRef("interview"), pk__lt=OuterRef("pk"), kind=Kind.RATING
    )
    ratings = free.filter(~Exists(earlier), kind=Kind.RATING)
    drafts = ReviewDraft.objects.filter(rater=user, saved_at__gt=now - _LOST_FOR).exclude(text="")
    # Looked up by rater on both sides, and before: with an OR over them, or as a part of the query,
    # every review there is would be read.
    held = Review.objects.filter(rater=user).awaited().values_list("pk")
    begun = [pk for (pk,) in held.union(drafts.values_list("review"))]
    lists = {
        "claim": ratings.filter(~Exists(rated)),
        "second": ratings.filter(Exists(rated)),
        "decide": free.filter(kind__in=(Kind.ADJUDICATION, Kind.APPEAL)),
        "mine": Review.objects.filter(pk__in=begun).exclude(rater=user, submitted_at__isnull=False),
        "done": Review.objects.filter(rater=user, submitted_at__isnull=False),
    }
    if is_calibrating:
        openly = ratings.filter(interview__gold_copy__use=Use.CALIBRATION)
        lists |= {"claim": openly, "second": ratings.none(), "decide": ratings.none()}
    if is_lead(user):
        by_others = Review.objects.filter(leased_until__gte=now).awaited().exclude(rater=user)
        lists["held"] = by_others.open_to(user)
    return lists


def _narrowed(found: ReviewQuerySet, tab: str, chosen: Chosen, now: datetime) -> ReviewQuerySet:
    """Leave out what was not asked for; by scores and flags only what the person has scored."""
    if chosen.question:
        # Looked up once, of which there are few: joins would be made for every row.
        versions = QuestionVersion.objects.filter(question__slug=chosen.question)
        found = found.filter(interview__version__in=versions)
    if chosen.by is not None:
        by = Q(interview__invitation__by=chosen.by)
        found = found.filter(by | Q(interview__gold_copy__seems_by=chosen.by))
    if chosen.days is not None:
        found = found.filter(wanted_at__lte=now - timedelta(days=chosen.days))
    if chosen.kind:
        found = found.filter(kind=chosen.kind)
    return _by_score(found, chosen) if tab == "done" and chosen.is_by_score else found


def _by_score(found: ReviewQuerySet, chosen: Chosen) -> ReviewQuerySet:
    """Choose by scores and flags among the latest of what a person has scored."""
    # Asked for beforehand: as a part of the query the planner takes it to choose nearly all.
    moments = found.order_by("-submitted_at").values_list("submitted_at", flat=True)
    for before in moments[LATEST : LATEST + 1]:
        found = found.filter(submitted_at__gt=before)
    if chosen.lowest is not None:
        found = found.filter(scorecard__score__gte=chosen.lowest)
    if chosen.highest is not None:
        found = found.filter(scorecard__score__lte=chosen.highest)
    return found.filter(_FLAGS[chosen.flag]()) if chosen.flag in _FLAGS else found


def _of_kind(kind: Kind) -> Exists:
    return Exists(Review.objects.filter(interview=OuterRef("interview"), kind=kind))


def _flagged() -> Exists:
    judged = Scorecard.objects.filter(interview=OuterRef("interview"), review=None)
    return Exists(judged.exclude(document__flags=[]))


_FLAGS: Mapping[str, Callable[[], Exists]] = {
    "apart": lambda: _of_kind(Kind.ADJUDICATION),
    "appealed": lambda: _of_kind(Kind.APPEAL),
    "flagged": _flagged,
}
FLAGS: Sequence[tuple[str, str]] = (
    ("apart", "Raters were far apart"),
    ("appealed", "The candidate asked for a review"),
    ("flagged", "The machine raised a flag"),
)


def _page(
    found: ReviewQuerySet, orders: Mapping[str, _Order], chosen: Chosen
) -> tuple[Sequence[Review], str]:
    """Give the rows behind a place, and the place of the last of them where there are more."""
    order = orders.get(chosen.sort) or next(iter(orders.values()))
    placed = _shown(found, with_scores=chosen.tab in ("mine", "done"))
    placed = placed.annotate(place=F(order.field) if isinstance(order.field, str) else order.field)
    sign = "-" if order.is_down else ""
    behind = _behind(placed, order, chosen.after).order_by(f"{sign}place", f"{sign}pk")
    rows = list(behind[: PER_PAGE + 1])
    if len(rows) <= PER_PAGE:
        return rows, ""
    last = rows[PER_PAGE - 1]
    place = vars(last)["place"]
    said = place.isoformat() if isinstance(place, datetime) else str(place)
    return rows[:PER_PAGE], f"{last.pk}_{said}"


def _shown(found: ReviewQuerySet, *, with_scores: bool) -> ReviewQuerySet:
    """Fetch what a row of a list shows, and nothing else: there are many of them on every page."""
    joined = ["interview__version__question", "interview__framework", "rater"]
    columns = [
        *("kind", "why", "wanted_at", "submitted_at", "waived_at", "leased_until", "rater__email"),
        *("interview__minutes", "interview__target", "interview__framework__title"),
        "interview__version__question__title",
    ]
    if with_scores:
        joined += ["scorecard", "interview__gold_copy"]
        columns += ["scorecard__score", "interview__gold_copy__use"]
    return found.select_related(*joined).only(*columns)


def _behind(found: ReviewQuerySet, order: _Order, after: str) -> ReviewQuerySet:
    """Give what comes behind a place, as ``Queue.after`` named it; all for a place that is none."""
    pk, _, said = after.partition("_")
    try:
        key, passed = uuid.UUID(pk), order.read(said)
    except (ValueError, OverflowError):
        return found
    side = "lt" if order.is_down else "gt"
    return found.filter(
        Q(**{f"place__{side}": passed}) | Q(**{"place": passed, f"pk__{side}": key})
    )


def _counted(lists: Mapping[str, ReviewQuerySet], user: User) -> Sequence[Tab]:
    """Count a person's lists in one question to the database, none further than pages tell."""
    numbers = [
        Func(
            Cast(
                ArraySubquery(found.order_by().values("pk")[: MOST_COUNTED + 1]),
                ArrayField(UUIDField()),
            ),
            function="cardinality",
            output_field=IntegerField(),
        )
        for found in lists.values()
    ]
    counts = User.objects.filter(pk=user.pk).values_list(*numbers).get()
    return [Tab(name, TABS[name], count or 0) for name, count in zip(lists, counts, strict=True)]


# --- what pages offer to choose from --------------------------------------------------------


def questions() -> QuerySet[Question]:
    """Give the questions that somebody was invited to, and those that are published now."""
    # Asked of each question once: a join would look at every invitation there is.
    offered = Invitation.questions.through._base_manager.filter(question=OuterRef("pk"))
    published = Q(state=Question.State.PUBLISHED)
    return Question.objects.filter(published | Exists(offered)).order_by("title")


def inviters(person: Person) -> QuerySet[User]:
    """Give those whose invitations a person may tell apart: their own, a lead everybody's."""
    user = interviewer_or_404(person)
    found = raters().distinct().order_by("email")
    return found if is_lead(user) else found.filter(pk=user.pk)


def saved_filters(person: Person) -> QuerySet[SavedFilter]:
    """Give the filters that a person has saved, by name."""
    return SavedFilter.objects.filter(owner=interviewer_or_404(person))


def save_filter(person: Person, *, name: str, query: str, now: datetime) -> bool:
    """Save what the queue is filtered by, over one of the same name; False beyond the most."""
    return SavedFilter.objects.keep(interviewer_or_404(person), name=name, query=query, now=now)


def forget_filter(person: Person, number: int) -> bool:
    """Delete a saved filter; False where there is none of that number."""
    return bool(saved_filters(person).filter(pk=number).delete()[0])
