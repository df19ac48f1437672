"""How far people, and the machine beside them, agree: measured in the background, shown at once.

Only what was scored blind counts: an adjudicator has seen the others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, NamedTuple

from django.db import connection, transaction

from interviews.models import Agreement, Disagreement
from rubrics import agreement
from rubrics.models import Question, QuestionVersion

# The latest interviews that people scored, at most; more would take the worker too long.
MOST = 2_000
# So many disagreements are kept: a reader who may see none of them has all of them looked at.
MOST_APART = 2_000
PAUSE = timedelta(minutes=10)
# Of fewer items (one criterion of one answer, judged by two or more) no figure is shown.
LEAST = 10
_MACHINE = "judge:"
# Any number that no other lock of this database has.
_LOCK = 6_004_001

# An answer that a rater is still awaited for counts later: a figure could tell them of it.
_LEVELS = """
    WITH latest AS (
        SELECT review.interview_id AS id, max(review.submitted_at) AS at
        FROM interviews_review review
        WHERE review.submitted_at IS NOT NULL AND review.kind <> 'adjudication'
          AND NOT EXISTS (
              SELECT FROM interviews_goldcopy gold WHERE gold.interview_id = review.interview_id)
          AND NOT EXISTS (
              SELECT FROM interviews_review awaited
              WHERE awaited.interview_id = review.interview_id AND awaited.kind = 'rating'
                    AND awaited.submitted_at IS NULL AND awaited.waived_at IS NULL)
        GROUP BY 1 ORDER BY 2 DESC LIMIT %(most)s
    )
    SELECT version.id,
           card.interview_id::text, coalesce('rater:' || review.rater_id, 'judge:' || card.judge),
           question.slug, to_char(latest.at AT TIME ZONE 'UTC', 'YYYY-MM'),
           judgement ->> 'criterion', (judgement ->> 'level')::int, card.created_at
    FROM latest
    JOIN interviews_interview interview ON interview.id = latest.id
    JOIN rubrics_questionversion version ON version.id = interview.version_id
    JOIN rubrics_question question ON question.id = version.question_id
    JOIN interviews_scorecard card ON card.interview_id = latest.id
         AND card.rubric_hash = version.rubric_hash
    LEFT JOIN interviews_review review ON review.id = card.review_id
    CROSS JOIN jsonb_array_elements(card.document -> 'judgements') judgement
    WHERE coalesce(review.kind, '') <> 'adjudication' AND judgement ->> 'level' IS NOT NULL
    ORDER BY card.id
"""


class Given(NamedTuple):
    """One level that somebody gave: a rater (``rater:<id>``) or a machine (``judge:<name>``)."""

    interview: str
    rater: str
    question: str
    month: str
    criterion: str
    level: int
    at: datetime

    @property
    def is_machine(self) -> bool:
        """Whether no person gave it."""
        return self.rater.startswith(_MACHINE)


# (interview, criterion) → who judged it, and what they gave.
_Items = dict[tuple[str, str], dict[str, Given]]


def is_due(*, now: datetime) -> bool:
    """Whether there is something new to measure, and the last time is a while ago."""
    return Agreement.objects.is_due(now=now, gap=PAUSE)


def measure(*, now: datetime) -> bool:
    """Measure anew, if it is due and nobody is at it; False otherwise."""
    with transaction.atomic(), connection.cursor() as cursor:
        # It takes longer than the sweep waits before it asks again.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0] or not is_due(now=now):
            return False
        cursor.execute("SELECT max(id) FROM interviews_scorecard WHERE review_id IS NOT NULL")
        upto = cursor.fetchone()[0]
        cursor.execute(_LEVELS, {"most": MOST})
        rows = cursor.fetchall()
        given = [Given(*row[1:]) for row in rows]
        document = {**figures(given), "titles": _titles({row[0] for row in rows})}
        Agreement.objects.keep(document, upto=upto, now=now)
        Disagreement.objects.keep(_kept(disagreements(given)))
    return True


def _titles(versions: Iterable[int]) -> dict[str, Any]:
    """Slug → title of the question and of its criteria, as the newest of these versions says."""
    found = QuestionVersion.objects.filter(pk__in=versions).select_related("question")
    titles: dict[str, Any] = {}
    for version in found.order_by("number"):
        said = titles.setdefault(version.question.slug, {"criteria": {}})
        said["title"] = version.question.title
        said["criteria"] |= {each.id: each.title for each in version.value.rubric.criteria}
    return titles


def _kept(found: Iterable[Disagreement]) -> list[Disagreement]:
    """The largest of each criterion in turn, the latest of equal ones, ``MOST_APART`` in all."""
    criteria: dict[tuple[int, str], list[Disagreement]] = defaultdict(list)
    for each in found:
        criteria[each.question_id, each.criterion].append(each)
    ranked = [
        (rank, each)
        for some in criteria.values()
        for rank, each in enumerate(sorted(some, key=_largest_first))
    ]
    ranked.sort(key=lambda pair: (pair[0], _largest_first(pair[1])))
    return [each for _, each in ranked[:MOST_APART]]


def _largest_first(each: Disagreement) -> tuple[float, ...]:
    return -abs(each.one_level - each.other_level), -each.at.timestamp()


def disagreements(given: Iterable[Given]) -> Iterator[Disagreement]:
    """Give every two who differ on a criterion of an answer, one of them at least a person."""
    questions = dict(Question.objects.values_list("slug", "pk"))
    for levels in _items(given).values():
        # People come before machines, the earlier before the later.
        every = sorted(levels.values(), key=lambda each: (each.is_machine, each.at, each.rater))
        for one, other in combinations(every, 2):
            if one.level != other.level and not one.is_machine:
                yield Disagreement(
                    interview_id=one.interview,
                    question_id=questions[one.question],
                    criterion=one.criterion,
                    one=one.rater,
                    other=other.rater,
                    one_level=one.level,
                    other_level=other.level,
                    at=max(one.at, other.at),
                )


def figures(given: Iterable[Given]) -> dict[str, Any]:
    """Compute every figure of the page, as plain values."""
    every = list(given)
    people = [each for each in every if not each.is_machine]
    return {
        "interviews": len({each.interview for each in every}),
        "overall": _measured(people),
        "questions": _by(people, lambda each: (each.question,)),
        "criteria": _by(people, lambda each: (each.question, each.criterion)),
        "months": _by(people, lambda each: (each.month,)),
        "raters": _parties(people, every),
        "judges": _parties([each for each in every if each.is_machine], every),
    }


def _items(given: Iterable[Given]) -> _Items:
    items: _Items = defaultdict(dict)
    for each in given:
        items[each.interview, each.criterion][each.rater] = each
    return items


def _measured(given: Iterable[Given]) -> dict[str, Any]:
    ratings = {
        item: {rater: each.level for rater, each in levels.items()}
        for item, levels in _items(given).items()
    }
    found = agreement.agreement(ratings, group=_answer)
    if found.items < LEAST:
        return {"n": found.items}
    return {
        "n": found.items,
        "exact": found.exact,
        "within_one": found.within_one,
        "kappa": found.kappa,
        "alpha": found.alpha,
        "interval": found.interval,
    }


def _answer(item: tuple[str, ...]) -> str:
    """What hangs together: all that was judged of one answer."""
    return item[0]


def _by(given: Iterable[Given], key: Callable[[Given], tuple[str, ...]]) -> list[dict[str, Any]]:
    groups: dict[tuple[str, ...], list[Given]] = defaultdict(list)
    for each in given:
        groups[key(each)].append(each)
    return [{"of": list(of), **_measured(some)} for of, some in sorted(groups.items())]


def _parties(own: Iterable[Given], every: Iterable[Given]) -> list[dict[str, Any]]:
    """Each of these against all other people who scored the same, the most severe first."""
    items = _items(every)
    judged: dict[str, list[dict[str, Given]]] = defaultdict(list)
    for each in own:
        levels = items[each.interview, each.criterion]
        if any(not other.is_machine for rater, other in levels.items() if rater != each.rater):
            judged[each.rater].append(levels)
    rows = [_party(who, both) for who, both in judged.items()]
    return sorted(rows, key=lambda row: (row.get("severity") is None, row.get("severity") or 0.0))


def _party(who: str, both: Sequence[Mapping[str, Given]]) -> dict[str, Any]:
    months: dict[str, list[Mapping[str, Given]]] = defaultdict(list)
    for levels in both:
        months[levels[who].month].append(levels)
    drift = [
        {"of": [month], **_against(who, some, with_alpha=False)}
        for month, some in sorted(months.items())
    ]
    return {"of": [who], **_against(who, both, with_alpha=True), "months": drift}


def _against(who: str, both: Sequence[Mapping[str, Given]], *, with_alpha: bool) -> dict[str, Any]:
    """Somebody's levels against each other person's on the same criterion of the same answer."""
    if len(both) < LEAST:
        return {"n": len(both)}
    pairs: dict[tuple[str, str, str], tuple[int, int]] = {}
    means: dict[tuple[str, str], dict[str, float | None]] = {}
    for levels in both:
        own = levels[who]
        others = [each for each in levels.values() if each.rater != who and not each.is_machine]
        for each in others:
            pairs[own.interview, own.criterion, each.rater] = (own.level, each.level)
        mean = sum(each.level for each in others) / len(others)
        means[own.interview, own.criterion] = {who: own.level, "others": mean}
    severity = agreement.severity(means, group=_answer)[who]
    apart = [abs(own - other) for own, other in pairs.values()]
    found = {
        "n": len(both),
        "exact": sum(each == 0 for each in apart) / len(apart),
        "within_one": sum(each <= 1 for each in apart) / len(apart),
        "kappa": agreement.weighted_kappa(pairs.values()),
        "severity": severity.difference,
        "severity_interval": severity.interval,
    }
    if with_alpha:
        sides = {item: {"own": own, "other": other} for item, (own, other) in pairs.items()}
        found["alpha"] = agreement.alpha(sides)
        found["interval"] = agreement.alpha_interval(sides, group=_answer)
    return found
