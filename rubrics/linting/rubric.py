"""Rules about the rubric: competencies, levels that can be reached, anchors and titles."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from rubrics.linting.case import Case, Found, Rules, counted
from rubrics.linting.spelling import GENERIC, VAGUE, Spelling
from rubrics.loading import DataPath
from rubrics.reading.lexicon import words
from rubrics.schema import Competency, Criterion, Gate, Indicator, Target
from rubrics.scoring import SHARE, Depth, gates_of

INDICATORS = (4, 8)
# An anchor with fewer words of its own (no stop words, no words of degree) names nothing.
LEAST_CONCRETE = 3
TITLE = (2, 110)  # words at least, characters at most

RULES = Rules()


@RULES.named("competency")
def _every_competency_is_there(case: Case) -> Found:
    there = {criterion.competency for _, criterion in case.criteria}
    if missing := [competency for competency in Competency if competency not in there]:
        each = "one" if len(missing) == 1 else "one for each"
        yield ("rubric", "criteria"), f"no criterion is about {', '.join(missing)}; write {each}"


@RULES.named("targets")
def _targets_are_whole(case: Case) -> Found:
    targets = case.question.rubric.targets
    for target in case.question.targets or Target:
        missing = [c for c in Competency if c not in targets.get(target, {})]
        if missing:
            yield ("rubric", "targets", target), f"says nothing for {target} about {missing[0]}"
    for lower, higher in pairwise(target for target in Target if target in targets):
        for competency in Competency:
            least = targets[lower].get(competency, 0)
            if targets[higher].get(competency, 4) < least:
                yield (
                    ("rubric", "targets", higher, competency),
                    f"asks for less of {higher} than of {lower}",
                )


@RULES.named("weights")
def _weights_have_a_reason(case: Case) -> Found:
    weights = {criterion.weight for _, criterion in case.criteria}
    if len(weights) > 1 and not case.question.rubric.weights_reason:
        yield ("rubric", "weights_reason"), "weights differ: say why in weights_reason"


@RULES.named("indicators")
def _criterion_has_enough_to_tell_levels(case: Case) -> Found:
    for path, criterion in case.criteria:
        count = len(criterion.indicators)
        yield from counted((*path, "indicators"), count, INDICATORS, "indicators")


@RULES.named("gate")
def _every_level_can_be_reached(case: Case) -> Found:
    for path, criterion, gate in _gates(case):
        for message in _out_of_reach(gate, criterion):
            yield path, message


def _gates(case: Case) -> Iterator[tuple[DataPath, Criterion, Gate]]:
    for path, criterion in case.criteria:
        for level, gate in sorted(gates_of(criterion).items()):
            yield (*path, "gates", level), criterion, gate


def _out_of_reach(gate: Gate, criterion: Criterion) -> Iterator[str]:
    depths = {i.id: _deepest(i) for i in criterion.indicators}
    points = sum(i.points * SHARE[d] for i in criterion.indicators if (d := depths[i.id]))
    deep = [d for d in depths.values() if d in (Depth.SPECIFIED, Depth.JUSTIFIED)]
    if gate.points > points + 1e-9:
        yield f"asks for {gate.points:g} points; at most {points:g} can be had"
    for wanted, there, depth in (
        (gate.specified, len(deep), Depth.SPECIFIED),
        (gate.justified, deep.count(Depth.JUSTIFIED), Depth.JUSTIFIED),
    ):
        if wanted > there:
            yield f"asks for {wanted} {depth} indicators; only {there} can be"
    for name in gate.must:
        if depths[name] not in deep:
            yield f"needs {name}, which nobody can be specific about"


def _deepest(indicator: Indicator) -> Depth | None:
    """The greatest depth that anybody can reach; figures and common reasons are open to all."""
    if indicator.wordings or indicator.plain or indicator.patterns:
        return Depth.JUSTIFIED
    if not indicator.drawn:
        return None
    placed = any(drawn.path or drawn.loop for drawn in indicator.drawn)
    return Depth.SPECIFIED if placed else Depth.MENTIONED


@RULES.named("gate-order")
def _gates_rise(case: Case) -> Found:
    for path, criterion in case.criteria:
        for (lower, below), (level, gate) in pairwise(sorted(gates_of(criterion).items())):
            for part in ("points", "specified", "justified"):
                if getattr(gate, part) < getattr(below, part):
                    yield (*path, "gates", level), f"asks for fewer {part} than level {lower}"
            dropped = sorted(set(below.must) - set(gate.must))
            if dropped:
                yield (*path, "gates", level), f"drops {dropped[0]}, which level {lower} needs"


@RULES.named("gate-naming")
def _gates_need_more_than_names(case: Case) -> Found:
    for path, criterion, gate in _gates(case):
        named = SHARE[Depth.MENTIONED] * sum(i.points for i in criterion.indicators)
        if gate.points <= named and not (gate.specified or gate.justified or gate.must):
            yield path, "can be passed by naming things; ask for something specified"


@RULES.named("anchors")
def _anchors_differ(case: Case) -> Found:
    for path, criterion in case.criteria:
        for lower, higher in combinations(sorted(criterion.levels), 2):
            one, other = (set(words(criterion.levels[n]).stems) for n in (lower, higher))
            if len(one ^ other) <= 2 or _concrete(one) == _concrete(other) != set():
                yield (
                    (*path, "levels", higher),
                    f"differs from level {lower} only in degree; say what is there that was not",
                )


@RULES.named("anchor-thin")
def _anchors_name_something(case: Case) -> Found:
    for path, criterion in case.criteria:
        for level in (2, 3, 4):
            own = _concrete(set(words(criterion.levels[level]).stems)) - GENERIC
            if len(own) < LEAST_CONCRETE:
                yield (
                    (*path, "levels", level),
                    "names nothing of this question; say what such an answer holds",
                )


def _concrete(stems: set[str]) -> set[str]:
    return {stem for stem in stems if stem not in VAGUE and not stem[0].isdigit()}


@RULES.named("accepts")
def _only_scoping_accepts_questions(case: Case) -> Found:
    for path, criterion, indicator in case.indicators:
        if indicator.accepts and criterion.competency is not Competency.REQUIREMENTS:
            listed = " and ".join(indicator.accepts)
            yield (*path, "accepts"), f"accepts {listed}; only indicators of requirements may"


def _texts(case: Case) -> Found:
    """Titles and anchors: what each criterion, indicator and flag shows of itself."""
    for path, criterion in case.criteria:
        yield (*path, "title"), criterion.title
        for level, anchor in sorted(criterion.levels.items()):
            yield (*path, "levels", level), anchor
    for path, _, indicator in case.indicators:
        yield (*path, "title"), indicator.title
    for path, flag in case.flags:
        yield (*path, "title"), flag.title


@RULES.named("text-twice")
def _titles_and_anchors_differ(case: Case) -> Found:
    seen: set[Spelling] = set()
    for path, text in _texts(case):
        stems = words(text).stems
        if stems in seen:
            yield path, f"{text!r} stands elsewhere in this rubric in the same words"
        seen.add(stems)


@RULES.named("title-length")
def _titles_fit_a_line(case: Case) -> Found:
    least, most = TITLE
    for path, text in _texts(case):
        if path[-1] != "title":
            continue
        if len(text) > most:
            yield path, f"is {len(text)} characters long; {most} fit on a line of the report"
        elif len(text.split()) < least:
            yield path, f"{text!r} is one word; say what an answer does"


@RULES.named("id-repeats")
def _ids_do_not_repeat_their_parents(case: Case) -> Found:
    for path, criterion, indicator in case.indicators:
        if indicator.id == criterion.id or indicator.id.startswith(f"{criterion.id}-"):
            yield (*path, "id"), f"repeats {criterion.id}; its full name says that already"
