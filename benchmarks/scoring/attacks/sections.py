"""A strong answer without its section on one competency; that competency must fall, alone."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.scoring.answers import Answer, Stages
from rubrics.schema import Competency, Question
from rubrics.scoring import Scorecard


@dataclass(frozen=True, slots=True)
class Cut:
    """An answer without the section about one competency."""

    name: str
    competency: Competency
    stages: Stages


# What a heading or a bold first word calls a section about each competency.
_NAMES: Mapping[Competency, str] = {
    Competency.EVALUATION: r"evaluat|offline|online|experiment|a/b|metrics|before launch",
    Competency.MONITORING: r"monitor|operat|alert|retrain|release|drift",
    Competency.SERVING: r"serving|latency|inference|time budget|capacity|cache|fallback",
    Competency.RESPONSIBILITY: r"responsib|privacy|fair|safety|ethic|rules",
    Competency.DATA: r"data|labels?|features?|examples|positives|negatives",
    Competency.MODELING: r"models?|ranking|ranker|retrieval|calibrat|probabilit|training|towers?",
    Competency.REQUIREMENTS: r"goal|load|numbers|requirements|scope|sizing|what the",
}

Span = tuple[int, int]


def cuts(question: Question, answer: Answer, card: Scorecard) -> Iterator[Cut]:
    """Cut once per competency by evidence, and again where headings name it.

    ``card`` is the answer's own: a paragraph belongs to the competency that rests on it most,
    counted in pieces of evidence. Competencies at level 1 are left out: they cannot fall.
    """
    owned = _owned(question, answer.stages, card)
    for competency, level in card.competencies.items():
        if level is None or level <= 1.01:
            continue
        if owned[competency]:
            stages = _without(answer.stages, owned[competency])
            yield Cut("by evidence", competency, stages)
        named = _named(answer.stages, competency)
        if named and _fraction(named, answer.stages) < 0.5:
            yield Cut("by heading", competency, _without(answer.stages, named))


def _owned(
    question: Question, stages: Stages, card: Scorecard
) -> dict[Competency, dict[str, list[Span]]]:
    """Competency → stage → the paragraphs in which it has more evidence than any other."""
    competency = {c.id: c.competency for c in question.rubric.criteria}
    owned: dict[Competency, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for stage, text in stages.items():
        for start, end in _paragraphs(text):
            counts: Counter[Competency] = Counter(
                competency[judgement.criterion]
                for judgement in card.judgements
                for finding in judgement.met
                for quote in finding.evidence
                if quote.stage == stage and start <= quote.start < end
            )
            if counts:
                owned[counts.most_common(1)[0][0]][stage].append((start, end))
    return owned


_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]")


def _paragraphs(text: str) -> Iterator[Span]:
    """Spans of the paragraphs; each bullet of a list is one."""
    start = 0
    position = 0
    for line in text.splitlines(keepends=True):
        if (not line.strip() or _ITEM.match(line) or line.startswith("#")) and position > start:
            yield start, position
            start = position
        position += len(line)
    if position > start:
        yield start, position


_LEAD = re.compile(
    r"^(?:#{1,6}[ \t]+(?P<title>.+)|(?:[-*+][ \t]+)?(?:\*\*|\*|__)(?P<bold>[^*_\n]+))", re.MULTILINE
)


def _named(stages: Stages, competency: Competency) -> dict[str, list[Span]]:
    """Stage → the sections whose heading or bold first words name the competency."""
    pattern = _NAMES.get(competency)
    if not pattern:
        return {}
    named: dict[str, list[Span]] = {}
    for stage, text in stages.items():
        leads = list(_LEAD.finditer(text))
        for at, lead in enumerate(leads):
            label = lead["title"] or lead["bold"]
            if re.match(rf"\W*(?:\w+\W+){{0,2}}(?:{pattern})", label, re.IGNORECASE):
                named.setdefault(stage, []).append((lead.start(), _end(text, leads, at)))
    return named


def _end(text: str, leads: list[re.Match[str]], at: int) -> int:
    """A heading's section reaches to the next heading, a bold word's to the next of either."""
    for later in leads[at + 1 :]:
        if later["title"] or not leads[at]["title"]:
            return later.start()
    return len(text)


def _fraction(spans: Mapping[str, list[Span]], stages: Stages) -> float:
    cut = sum(end - start for some in spans.values() for start, end in some)
    return cut / max(1, sum(map(len, stages.values())))


def _without(stages: Stages, spans: Mapping[str, list[Span]]) -> dict[str, str]:
    left = {}
    for stage, text in stages.items():
        for start, end in sorted(spans.get(stage, ()), reverse=True):
            text = text[:start] + text[end:]
        left[stage] = text
    return left
