"""What makes a question good, beyond being valid: rules that give problems and never raise.

A rule is a generator of (path, message), registered under the name that its problems carry.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, pairwise

from rubrics.loading import DataPath, Library, Problem, Source
from rubrics.reading.lexicon import BadPhrase, Slots, readings, words
from rubrics.schema import (
    Competency,
    Criterion,
    Framework,
    Indicator,
    Question,
    RedFlag,
    Staged,
    Stance,
    Target,
)
from rubrics.scoring import SHARE, Depth, gates_of

Found = Iterator[tuple[DataPath, str]]
Rule = Callable[[Question, Mapping[str, Framework]], Found]

RULES: dict[str, Rule] = {}
# The rule that must be clean before the others may read phrases.
FIRST = "phrase"

LEAST_WORDINGS = 4
# Words that anybody writes about any system; alone they show nothing.
TOO_COMMON = """
    data model system user metric feature latency scale test train serve rank score item label
    predict loss learn infer log query cost time monitor deploy evaluate request batch online
    offline accuracy precision recall quality privacy bias pipeline storage database cache
"""


def rule(name: str) -> Callable[[Rule], Rule]:
    """Register a rule under the name that its problems carry."""

    def register(check: Rule) -> Rule:
        RULES[name] = check
        return check

    return register


def lint(source: Source, question: Question, frameworks: Mapping[str, Framework]) -> list[Problem]:
    """Check a question by every rule; problems in reading order."""
    problems = _by_rules([FIRST], source, question, frameworks)
    if not problems:
        rest = [name for name in RULES if name != FIRST]
        problems = _by_rules(rest, source, question, frameworks)
    return sorted(problems)


def lint_library(library: Library) -> list[Problem]:
    """Check every question of a library."""
    return sorted(
        problem
        for name, question in library.questions.items()
        for problem in lint(library.sources[f"questions/{name}"], question, library.frameworks)
    )


def _by_rules(
    names: Iterable[str], source: Source, question: Question, frameworks: Mapping[str, Framework]
) -> list[Problem]:
    return [
        source.problem(path, name, message)
        for name in names
        for path, message in RULES[name](question, frameworks)
    ]


def _criteria(question: Question) -> Iterator[tuple[DataPath, Criterion]]:
    for number, criterion in enumerate(question.rubric.criteria):
        yield ("rubric", "criteria", number), criterion


def _indicators(question: Question) -> Iterator[tuple[DataPath, Criterion, Indicator]]:
    for path, criterion in _criteria(question):
        for number, indicator in enumerate(criterion.indicators):
            yield (*path, "indicators", number), criterion, indicator


def _flags(question: Question) -> Iterator[tuple[DataPath, RedFlag]]:
    for path, criterion in _criteria(question):
        for number, flag in enumerate(criterion.red_flags):
            yield (*path, "red_flags", number), flag


def _phrases(question: Question) -> Iterator[tuple[DataPath, str]]:
    for path, _, indicator in _indicators(question):
        for part in ("wordings", "plain", "details", "reasons"):
            for number, phrase in enumerate(getattr(indicator, part)):
                yield (*path, part, number), phrase
    for path, flag in _flags(question):
        for number, phrase in enumerate(flag.wordings):
            yield (*path, "wordings", number), phrase


def _names(indicator: Indicator) -> Iterator[tuple[DataPath, str]]:
    for part in ("wordings", "plain"):
        for number, phrase in enumerate(getattr(indicator, part)):
            yield (part, number), phrase


def _spelled(phrases: Iterable[str]) -> set[Slots]:
    """Spell phrases out, so that two ways of writing the same can be told."""
    read = [parts for phrase in phrases for parts in readings(phrase)]
    whole = {(frozenset({spelling}),) for parts in read if len(parts) == 1 for spelling in parts[0]}
    return whole | {parts for parts in read if len(parts) > 1}


def _whole(phrase: str) -> set[tuple[str, ...]]:
    """The spellings of a phrase that has no gap."""
    return {spelling for parts in readings(phrase) if len(parts) == 1 for spelling in parts[0]}


@rule("phrase")
def _phrase_can_be_read(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    for path, phrase in _phrases(question):
        try:
            readings(phrase)
        except BadPhrase as error:
            yield path, str(error)


@rule("competency")
def _every_competency_is_there(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    there = {criterion.competency for criterion in question.rubric.criteria}
    for competency in Competency:
        if competency not in there:
            yield ("rubric", "criteria"), f"no criterion is about {competency}"


@rule("targets")
def _targets_are_whole(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    targets = question.rubric.targets
    for target in question.targets or Target:
        missing = [c for c in Competency if c not in targets.get(target, {})]
        if missing:
            yield ("rubric", "targets", target), f"says nothing for {target} about {missing[0]}"
    for lower, higher in pairwise(target for target in Target if target in targets):
        for competency in set(targets[lower]) & set(targets[higher]):
            if targets[lower][competency] > targets[higher][competency]:
                yield (
                    ("rubric", "targets", higher, competency),
                    f"asks for less of {higher} than of {lower}",
                )


@rule("weights")
def _weights_have_a_reason(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    weights = {criterion.weight for criterion in question.rubric.criteria}
    if len(weights) > 1 and not question.rubric.weights_reason:
        yield ("rubric", "weights_reason"), "weights differ: say why in weights_reason"


@rule("wordings")
def _indicator_has_wordings(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    for path, _, indicator in _indicators(question):
        if not indicator.plain:
            yield (*path, "plain"), "has no wording without jargon"
        count = len(indicator.wordings) + len(indicator.plain)
        if count < LEAST_WORDINGS:
            yield path, f"has {count} wordings; write at least {LEAST_WORDINGS}"
        if not indicator.details and not indicator.quantity:
            yield path, "has no details, so nobody can be specific about it"


@rule("common-word")
def _wording_is_not_one_common_word(
    question: Question, frameworks: Mapping[str, Framework]
) -> Found:
    common = set(words(TOO_COMMON).stems)
    for path, _, indicator in _indicators(question):
        for inner, phrase in _names(indicator):
            if any(v[0] in common for v in _whole(phrase) if len(v) == 1):
                yield (*path, *inner), f"{phrase!r} is said by anybody about anything"


@rule("in-prompt")
def _prompt_does_not_hold_a_wording(
    question: Question, frameworks: Mapping[str, Framework]
) -> Found:
    prompt = f" {' '.join(words(question.prompt).stems)} "
    for path, _, indicator in _indicators(question):
        for inner, phrase in _names(indicator):
            if any(f" {' '.join(spelling)} " in prompt for spelling in _whole(phrase)):
                yield (*path, *inner), f"the prompt already says {phrase!r}"


@rule("detail-in-name")
def _detail_adds_to_the_name(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    for path, _, indicator in _indicators(question):
        names = _spelled((*indicator.wordings, *indicator.plain))
        for number, phrase in enumerate(indicator.details):
            if names & _spelled([phrase]):
                yield (*path, "details", number), f"{phrase!r} is a wording of it already"


@rule("same-wordings")
def _criteria_differ(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    spelled = [
        (path, indicator.id, _spelled((*indicator.wordings, *indicator.plain)))
        for path, _, indicator in _indicators(question)
    ]
    for (_, one, first), (path, other, second) in combinations(spelled, 2):
        shared = len(first & second)
        if shared > 0.5 * min(len(first), len(second)):
            yield path, f"{one} and {other} share most of their wordings"


@rule("gate")
def _gates_can_be_passed(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    for path, criterion in _criteria(question):
        total = sum(indicator.points for indicator in criterion.indicators)
        below = 0.0
        for level, gate in sorted(gates_of(criterion).items()):
            at = (*path, "gates", level)
            if gate.points > total:
                yield at, f"asks for {gate.points:g} points; there are {total:g}"
            if max(gate.specified, gate.justified) > len(criterion.indicators):
                yield at, "asks for more indicators than there are"
            if gate.points < below:
                yield at, f"asks for fewer points than level {level - 1}"
            below = gate.points
            if gate.points <= SHARE[Depth.MENTIONED] * total and not (
                gate.specified or gate.justified or gate.must
            ):
                yield at, "can be passed by naming things"


@rule("anchors")
def _anchors_differ(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    for path, criterion in _criteria(question):
        for lower, higher in pairwise(sorted(criterion.levels)):
            one = set(words(criterion.levels[lower]).stems)
            other = set(words(criterion.levels[higher]).stems)
            if len(one ^ other) <= 2:
                yield (*path, "levels", higher), f"says nearly the same as level {lower}"


@rule("accepts")
def _only_scoping_accepts_questions(
    question: Question, frameworks: Mapping[str, Framework]
) -> Found:
    for path, criterion, indicator in _indicators(question):
        if indicator.accepts and criterion.competency is not Competency.REQUIREMENTS:
            yield (*path, "accepts"), f"{Stance.ASKED} counts in requirements only"


_WANTED: Mapping[str, tuple[int, int]] = {
    "facts": (8, 14),
    "probes": (6, 10),
    "companies": (1, 10),
    "targets": (1, 3),
    "reading": (2, 20),
}


@rule("complete")
def _question_is_complete(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    for part in ("summary", "topic", "difficulty", "curveball", "model_answer"):
        if getattr(question, part) is None:
            yield (part,), f"has no {part.replace('_', ' ')}"
    for part, (least, most) in _WANTED.items():
        count = len(getattr(question, part))
        if not least <= count <= most:
            yield (part,), f"has {count} {part}; {least} to {most} are wanted"
    count = len(question.rubric.criteria)
    if not 10 <= count <= 14:
        yield ("rubric", "criteria"), f"has {count} criteria; 10 to 14 are wanted"
    for grade in ("weak", "mid", "strong"):
        if grade not in [sample.grade for sample in question.samples]:
            yield ("samples",), f"has no {grade} sample"


@rule("staged")
def _answers_follow_their_framework(
    question: Question, frameworks: Mapping[str, Framework]
) -> Found:
    answers: list[tuple[DataPath, Staged]] = [
        (("samples", number), sample) for number, sample in enumerate(question.samples)
    ]
    if question.model_answer:
        answers.append((("model_answer",), question.model_answer))
    for path, answer in answers:
        framework = frameworks.get(answer.framework)
        if framework is None:
            yield (*path, "framework"), f"no framework is called {answer.framework!r}"
            continue
        known = [stage.id for stage in framework.stages]
        for stage in answer.stages:
            if stage not in known:
                yield (*path, "stages", stage), f"{framework.title} has no stage {stage!r}"


@rule("sample-levels")
def _samples_are_graded(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    for number, sample in enumerate(question.samples):
        for criterion in question.rubric.criteria:
            if criterion.id not in sample.levels:
                yield ("samples", number, "levels"), f"gives no level for {criterion.id}"


@rule("model-length")
def _model_answer_has_its_length(question: Question, frameworks: Mapping[str, Framework]) -> Found:
    if question.model_answer:
        count = sum(len(text.split()) for text in question.model_answer.stages.values())
        if not 1_200 <= count <= 2_000:
            yield ("model_answer",), f"is {count} words long; 1,200 to 1,800 are wanted"
