"""How a question's rubric does in use: what tells answers apart, what nobody meets, what to mend.

Computed by the database from the rules judge's scorecards by one rubric, in a constant number of
queries. A figure is said from a least number of interviews on, and always with that number.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

import rubrics
from rubrics.models import Question

# A share or a mean of fewer interviews says more about who came than about the question.
LEAST = 10
# A correlation of fewer swings by a third and more from luck alone.
LEAST_FOR_CORRELATION = 30
# So many of the latest interviews are looked at: a second of the database at most.
LATEST = 1_000
# Shares (0-1) from which nearly nobody, or nearly everybody, is all alike.
FEW, MOST = 0.05, 0.95
# A correlation below the first runs backwards, below the second it tells little apart.
BACKWARDS, WEAK = -0.1, 0.1
# Levels between judge and people from which the judge reads too kindly or too strictly.
APART = 0.5
# A stage that this share (0-1) of people overran has too little time.
OVERRUN = 0.6

JUDGE = rubrics.RulesJudge.name
# Every other judge on a scorecard is a person.
MACHINES = (JUDGE, "llm")
TOO_FEW = "too few to say"
NO_SPREAD = "no spread"
_Named = Mapping[str, int | str | list[str]]

REVERSED = "Who does well elsewhere does worse here: read its wordings."


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its title, of how many interviews, figures, what to mend.

    ``about`` is where it stands in the document, or a stage's framework; ``weight`` is how much it
    needs mending: the worst comes first.
    """

    kind: str
    title: str
    about: str
    n: int
    figures: tuple[str, ...]
    advice: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the page prints. ``n`` interviews by ``people`` people were looked at.

    ``blank``: handed in with nothing written, left out. ``elsewhere``: scored by other rubrics of
    this question only. ``is_cut``: there are more than were looked at.
    """

    version: int
    n: int
    people: int
    blank: int
    elsewhere: int
    is_cut: bool
    criteria: tuple[Line, ...]
    indicators: tuple[Line, ...]
    stages: tuple[Line, ...]
    judges: tuple[Line, ...]

    @property
    def is_thin(self) -> bool:
        """Whether there are too few interviews for any figure."""
        return self.n < LEAST

    @property
    def to_mend(self) -> tuple[Line, ...]:
        """Every line that has advice, the worst first."""
        every = (*self.criteria, *self.indicators, *self.stages, *self.judges)
        return _worst_first(line for line in every if line.advice)

    @property
    def least(self) -> tuple[int, int]:
        """From how many interviews on a share or mean is said, and from how many a correlation."""
        return LEAST, LEAST_FOR_CORRELATION


def analyse(question: Question) -> Analysis | None:
    """Analyse what was scored by the rubric of a question's published version; None without one.

    Difficulty of a criterion is its mean level (1-4). Discrimination is Pearson's correlation of
    its level with the rest score, the mean level of the other criteria in the same interview; of
    an indicator, which is met or not (1 or 0), that is the point-biserial correlation.
    Source: R. Ebel and D. Frisbie, "Essentials of Educational Measurement" (1991), chapter 13.
    """
    version = question.published
    if version is None:
        return None
    rubric = version.value.rubric
    of: _Named = {
        "question": question.pk,
        "rubric": version.rubric_hash,
        "judge": JUDGE,
        "machines": list(MACHINES),
        "latest": LATEST,
    }
    (counts,) = _rows(_COUNTS, of)
    criteria = {row["criterion"]: row for row in _rows(_CRITERIA, of)}
    indicators = {(row["criterion"], row["indicator"]): row for row in _rows(_INDICATORS, of)}
    judges = {row["criterion"]: row for row in _rows(_JUDGES, of)}
    return Analysis(
        version=version.number,
        n=min(counts["n"], LATEST),
        people=counts["people"],
        blank=counts["blank"],
        elsewhere=counts["elsewhere"],
        is_cut=counts["n"] > LATEST,
        criteria=_worst_first(
            _criterion(each, criteria[each.id]) for each in rubric.criteria if each.id in criteria
        ),
        indicators=_worst_first(_indicators(rubric.criteria, indicators)),
        stages=tuple(_stage(row) for row in _rows(_STAGES, of)),
        judges=_worst_first(
            _judge(each, judges[each.id]) for each in rubric.criteria if each.id in judges
        ),
    )


def _worst_first(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: -line.weight))


def _rows(sql: str, of: _Named) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_CARDS + sql, of)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# --- What a row says ---


def _criterion(criterion: rubrics.Criterion, row: Mapping[str, Any]) -> Line:
    n, counts = row["n"], [row[f"level{level}"] for level in (1, 2, 3, 4)]
    advice = [*_alike(n, counts), *_apart(row)]
    mean = sum(level * count for level, count in enumerate(counts, 1)) / n
    return Line(
        kind="Criterion",
        title=criterion.title,
        about=criterion.id,
        n=n,
        figures=(
            f"{mean:.1f}" if n >= LEAST else TOO_FEW,
            " · ".join(map(str, counts)) if n >= LEAST else TOO_FEW,
            _correlation(row),
        ),
        advice=tuple(text for _, text in advice),
        weight=_weight(advice, row),
    )


def _alike(n: int, counts: list[int]) -> Iterator[tuple[float, str]]:
    """Say that a criterion gives (nearly) everybody the same level."""
    most = max(counts)
    level = counts.index(most) + 1
    if n < LEAST or most < MOST * n:
        return
    who = "Everybody" if most == n else "Nearly everybody"
    hint = {
        1: "is it asked for, and are its indicators named as people say them?",
        4: "is it too easy, or does one phrase earn it?",
    }.get(level, "do its gates stand where answers differ?")
    yield 2.0, f"{who} has level {level}: it tells nobody apart; {hint}"


def _indicators(
    criteria: Iterable[rubrics.Criterion], rows: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Iterator[Line]:
    for criterion in criteria:
        for indicator in criterion.indicators:
            row = rows.get((criterion.id, indicator.id))
            if row:
                yield _indicator(indicator.title, f"{criterion.id}.{indicator.id}", row)


def _indicator(title: str, about: str, row: Mapping[str, Any]) -> Line:
    n, met = row["n"], row["met"]
    advice = [*_rate(row), *_apart(row)]
    enough = n >= LEAST
    return Line(
        kind="Indicator",
        title=title,
        about=about,
        n=n,
        figures=(
            f"{met / n:.0%}" if enough else TOO_FEW,
            f"{row['named'] / met:.0%}" if enough and met else TOO_FEW if not enough else "–",
            _correlation(row),
        ),
        advice=tuple(text for _, text in advice),
        weight=_weight(advice, row),
    )


def _rate(row: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """Say that an indicator is met by (nearly) nobody or everybody, or never more than named."""
    n, met, near = row["n"], row["met"], row["near"]
    if n < LEAST:
        return
    if met <= FEW * n:
        who = "Nobody meets" if not met else "Hardly anybody meets"
        came = f" {near} of {n} came near it." if near else ""
        yield 3.0 if not met else 2.5, f"{who} this: is it named as people say it?{came}"
    elif met >= MOST * n:
        who = "Everybody meets" if met == n else "Nearly everybody meets"
        yield 1.0, f"{who} this: it tells nobody apart."
    if met >= LEAST and row["named"] >= MOST * met:
        yield 2.0, "Who names it goes no deeper: are its details said as people say them?"


def _apart(row: Mapping[str, Any]) -> Iterator[tuple[float, str]]:
    """Say that something runs against the rest of the rubric, or beside it."""
    r = row["r"]
    if r is None or row["pairs"] < LEAST_FOR_CORRELATION:
        return
    if r < BACKWARDS:
        yield 4.0, REVERSED
    elif r < WEAK:
        yield 0.5, "It says little about the rest of an answer: that can be right, but read it."


def _correlation(row: Mapping[str, Any]) -> str:
    if row["pairs"] < LEAST_FOR_CORRELATION:
        return TOO_FEW
    return NO_SPREAD if row["r"] is None else f"{row['r']:.2f}".replace("-", "−")


def _weight(advice: Iterable[tuple[float, str]], row: Mapping[str, Any]) -> float:
    """The weight of the worst advice; between equals the lower correlation comes first."""
    r = row["r"] if row["r"] is not None and row["pairs"] >= LEAST_FOR_CORRELATION else 0.0
    return max((weight for weight, _ in advice), default=0.0) - r / 10


def _judge(criterion: rubrics.Criterion, row: Mapping[str, Any]) -> Line:
    n, gap = row["n"], row["gap"]
    advice: tuple[str, ...] = ()
    if n >= LEAST and gap >= APART:
        advice = ("The judge is kinder than people: which phrases earn too easily?",)
    elif n >= LEAST and gap <= -APART:
        advice = ("The judge is stricter than people: which of their words does it not know?",)
    return Line(
        kind="Judge",
        title=criterion.title,
        about=criterion.id,
        n=n,
        figures=(f"{gap:+.1f}".replace("-", "−") if n >= LEAST else TOO_FEW,),
        advice=advice,
        weight=abs(gap) + (2.0 if advice else 0.0),
    )


def _stage(row: Mapping[str, Any]) -> Line:
    n, over = row["n"], row["over"]
    advice: tuple[str, ...] = ()
    if n >= LEAST and over >= OVERRUN * n:
        advice = ("Most people overrun this: is too much asked for the time?",)
    elif n >= LEAST and row["skipped"] >= OVERRUN * n:
        advice = ("Most people never came here: does the time before it run out?",)
    figures: tuple[str, ...] = (TOO_FEW,) * 3
    if n >= LEAST:
        figures = (_minutes(row["spent"]), _minutes(row["planned"]), f"{over / n:.0%}")
    return Line(
        kind="Stage",
        title=row["title"],
        about=row["framework"],
        n=n,
        figures=figures,
        advice=advice,
        weight=1.5 if advice else 0.0,
    )


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"


# --- What is asked ---

# The interviews that are looked at: scored by this rubric, something written, the latest. Whether
# something is written is asked of one interview after the other, until there are enough: with an
# EXISTS the database reads the answers to all questions first. OFFSET 0 keeps the order of steps,
# and what is sorted small: a judgement with its quotes is some kilobytes.
_CARDS = r"""
WITH every AS (
    SELECT interview.id, interview.candidate_id, interview.framework_id, interview.minutes,
           interview.deadline_at, interview.submitted_at, card.id AS card
    FROM interviews_interview interview
    JOIN rubrics_questionversion version ON version.id = interview.version_id
    LEFT JOIN interviews_scorecard card ON card.interview_id = interview.id
        AND card.judge = %(judge)s AND card.rubric_hash = %(rubric)s
    WHERE version.question_id = %(question)s AND interview.state = 'scored'
      AND NOT EXISTS (SELECT FROM interviews_goldcopy gold WHERE gold.interview_id = interview.id)
), latest AS MATERIALIZED (
    SELECT sorted.*
    FROM (SELECT * FROM every WHERE card IS NOT NULL
          ORDER BY submitted_at DESC, id OFFSET 0) sorted
    CROSS JOIN LATERAL (
        SELECT FROM interviews_stageanswer answer
        WHERE answer.interview_id = sorted.id AND answer.part <> 'drawing'
          AND answer.text ~ '\S' LIMIT 1
    ) written
    ORDER BY sorted.submitted_at DESC, sorted.id LIMIT %(latest)s
), cards AS (
    SELECT latest.*, scorecard.document
    FROM latest JOIN interviews_scorecard scorecard ON scorecard.id = latest.card
), levels AS (
    SELECT cards.id, judgement ->> 'criterion' AS criterion, (judgement ->> 'level')::int AS level,
           jsonb_path_query_array(judgement, '$.met[*].indicator') AS met,
           jsonb_path_query_array(judgement, '$.met[*].depth') AS depths,
           jsonb_path_query_array(judgement, '$.near[*].indicator') AS near,
           judgement -> 'missing' AS missing
    FROM cards, jsonb_array_elements(document -> 'judgements') judgement
    WHERE judgement ->> 'level' IS NOT NULL
    OFFSET 0
), rests AS (
    SELECT *, (sum(level) OVER each - level)::float8
              / nullif(count(*) OVER each - 1, 0) AS rest
    FROM levels WINDOW each AS (PARTITION BY id)
)
"""

_COUNTS = r"""
SELECT count(card) FILTER (WHERE is_written) AS n,
       count(card) FILTER (WHERE NOT is_written) AS blank,
       count(*) FILTER (WHERE card IS NULL) AS elsewhere,
       (SELECT count(DISTINCT candidate_id) FROM latest) AS people
FROM every CROSS JOIN LATERAL (
    SELECT count(*) > 0 AS is_written FROM (
        SELECT FROM interviews_stageanswer answer
        WHERE answer.interview_id = every.id AND answer.part <> 'drawing'
          AND answer.text ~ '\S' LIMIT 1
    ) words
) written
"""

_CRITERIA = """
SELECT criterion, count(*) AS n, count(rest) AS pairs,
       count(*) FILTER (WHERE level = 1) AS level1, count(*) FILTER (WHERE level = 2) AS level2,
       count(*) FILTER (WHERE level = 3) AS level3, count(*) FILTER (WHERE level = 4) AS level4,
       CASE WHEN min(level) < max(level) AND min(rest) < max(rest)
            THEN corr(level, rest) END AS r
FROM rests GROUP BY criterion
"""

_INDICATORS = """, found AS (
    SELECT criterion, rest, indicator, depth, 1 AS met, false AS near
    FROM rests, ROWS FROM (
        jsonb_array_elements_text(met), jsonb_array_elements_text(depths)
    ) AS finding (indicator, depth)
    UNION ALL
    SELECT criterion, rest, indicator, NULL, 0, near @> to_jsonb(indicator)
    FROM rests, jsonb_array_elements_text(missing) AS indicator
)
SELECT criterion, indicator, count(*) AS n, count(rest) AS pairs, sum(met) AS met,
       count(*) FILTER (WHERE depth = 'mentioned') AS named, count(*) FILTER (WHERE near) AS near,
       CASE WHEN min(met) < max(met) AND min(rest) < max(rest) THEN corr(met, rest) END AS r
FROM found GROUP BY criterion, indicator
"""

_JUDGES = """, people AS (
    SELECT card.interview_id AS id, judgement ->> 'criterion' AS criterion,
           avg((judgement ->> 'level')::int) AS level
    FROM interviews_scorecard card, jsonb_array_elements(card.document -> 'judgements') judgement
    WHERE card.interview_id IN (SELECT id FROM latest) AND card.rubric_hash = %(rubric)s
      AND card.judge <> ALL (%(machines)s) AND judgement ->> 'level' IS NOT NULL
    GROUP BY 1, 2
)
SELECT criterion, count(*) AS n, avg(levels.level - people.level)::float8 AS gap
FROM levels JOIN people USING (id, criterion) GROUP BY criterion
"""

# As `flow.times` reads the clocks: a stay ends with the next one, a pause, the submission or the
# deadline; what was given back for an outage is not spent.
_STAGES = """, ends AS (
    SELECT latest.id,
           least(min(line.at) FILTER (WHERE line.kind = 'submitted'), latest.deadline_at) AS at,
           coalesce(sum(line.seconds) FILTER (WHERE line.kind = 'extended'), 0) AS extended
    FROM latest JOIN interviews_ledgerline line ON line.interview_id = latest.id
    GROUP BY latest.id, latest.deadline_at
), credits AS (
    SELECT line.interview_id AS id, line.stage, sum(line.seconds) AS seconds
    FROM latest JOIN interviews_ledgerline line ON line.interview_id = latest.id
    WHERE line.kind = 'credited'
    GROUP BY line.interview_id, line.stage
), stays AS (
    SELECT ends.id, line.kind, line.stage, line.at AS since,
           least(ends.at, lead(line.at) OVER (PARTITION BY ends.id ORDER BY line.at, line.id))
               AS until
    FROM ends JOIN interviews_ledgerline line ON line.interview_id = ends.id
    WHERE line.kind IN ('started', 'entered', 'paused', 'resumed')
), spent AS (
    SELECT id, stage, greatest(
        0, sum(greatest(0, extract(epoch FROM until - since))) - coalesce(max(credits.seconds), 0)
    ) AS seconds
    FROM stays LEFT JOIN credits USING (id, stage)
    WHERE stays.kind <> 'paused' GROUP BY id, stage
), plans AS (
    SELECT framework.id, framework.slug, framework.title AS framework, place,
           stage ->> 'id' AS stage, stage ->> 'title' AS title,
           (stage ->> 'share')::float8 / sum((stage ->> 'share')::float8)
               OVER (PARTITION BY framework.id) AS share
    FROM rubrics_frameworkversion framework,
         jsonb_array_elements(framework.document::jsonb -> 'stages')
             WITH ORDINALITY AS listed (stage, place)
    WHERE framework.id IN (SELECT framework_id FROM latest)
), times AS (
    SELECT plans.*, (latest.minutes * 60 + ends.extended) * plans.share AS planned,
           coalesce(spent.seconds, 0)::float8 AS seconds
    FROM latest JOIN ends ON ends.id = latest.id
    JOIN plans ON plans.id = latest.framework_id
    LEFT JOIN spent ON spent.id = latest.id AND spent.stage = plans.stage
)
SELECT slug, stage, max(framework) AS framework, max(title) AS title, count(*) AS n,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS spent,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY planned) AS planned,
       count(*) FILTER (WHERE seconds > planned) AS over,
       count(*) FILTER (WHERE seconds = 0) AS skipped
FROM times GROUP BY slug, stage ORDER BY slug, min(place)
"""
