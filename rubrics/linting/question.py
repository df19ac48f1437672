"""Rules about what stands around the rubric: subject, facts, probes, concepts, reading."""

from collections.abc import Mapping
from functools import cache

from rubrics.judges.found import LEAST_BESIDE, ON_SUBJECT, says_subject
from rubrics.judges.found import Found as Line
from rubrics.judges.sought import wanted
from rubrics.linting.case import Case, Found, Rules, counted, listed
from rubrics.linting.spelling import Spelling, whole
from rubrics.loading import DataPath, parse
from rubrics.reading.answer import read
from rubrics.reading.given import given_by
from rubrics.reading.lexicon import words
from rubrics.reading.units import Kind
from rubrics.skeleton import skeleton

CRITERIA = (10, 14)
SUBJECT = (2, 8)
# An answer to the question should say its subject this many times as often as one that is doubted.
SUBJECT_MARGIN = 1.4
LEAST_ASKS = 3
# Probes and curveball together should reach this share of the criteria.
LEAST_PROBED = 0.5
# A probe that has more of its runs of four words from the prompt asks what was asked already.
MOST_REPEATED = 0.5
RUN = 4

RULES = Rules()

_WANTED: Mapping[str, tuple[int, int]] = {
    "facts": (8, 14),
    "probes": (6, 10),
    "companies": (1, 10),
    "targets": (1, 3),
    "concepts": (1, 40),
    "reading": (2, 20),
}


@RULES.named("complete")
def _question_is_complete(case: Case) -> Found:
    question = case.question
    for part in ("summary", "topic", "difficulty", "curveball", "model_answer"):
        if getattr(question, part) is None:
            yield (part,), f"has no {part.replace('_', ' ')}"
    for part, count in _WANTED.items():
        what = "entries of reading" if part == "reading" else part
        yield from counted((part,), len(getattr(question, part)), count, what)
    yield from counted(("rubric", "criteria"), len(case.criteria), CRITERIA, "criteria")
    for grade in ("weak", "mid", "strong"):
        if grade not in [sample.grade for sample in question.samples]:
            yield ("samples",), f"has no {grade} sample: add one with grade: {grade}"


@RULES.named("subject")
def _subject_is_what_answers_speak_of(case: Case) -> Found:
    yield from counted(("subject",), len(case.question.subject), SUBJECT, "phrases")


@RULES.named("subject-unused")
def _answers_use_the_subject(case: Case) -> Found:
    given = given_by(case.question, None)
    sought = wanted(case.question.rubric, case.question.subject)
    if not sought.subject:
        return
    for one in case.answers:
        lines = read(one.answer.stages, given).lines
        prose = [Line(line, sought) for line in lines if line.unit.kind is not Kind.HEADING]
        used, beside = says_subject(prose, sought)
        most = max(beside.values())
        if most >= LEAST_BESIDE and used < SUBJECT_MARGIN * ON_SUBJECT * most:
            yield (
                one.path,
                f"the {one.name} says the subject {100 * used / most:.1f} times in 100 words;"
                f" {100 * SUBJECT_MARGIN * ON_SUBJECT:.1f} are wanted",
            )


@RULES.named("fact-asks")
def _facts_can_be_asked_for(case: Case) -> Found:
    seen: dict[Spelling, str] = {}
    for number, fact in enumerate(case.question.facts):
        if len(fact.asks) < LEAST_ASKS:
            yield (
                ("facts", number, "asks"),
                f"has {len(fact.asks)} ways to ask; write at least {LEAST_ASKS}",
            )
        for where, ask in listed(("facts", number), fact, "asks"):
            stems = words(ask).stems
            if stems in seen:
                yield where, f"{ask!r} stands under {seen[stems]} already"
            seen.setdefault(stems, fact.id)


@RULES.named("probe-cover")
def _probes_reach_the_criteria(case: Case) -> Found:
    question = case.question
    bound = [name for probe in question.probes for name in probe.indicators]
    bound += question.curveball.indicators if question.curveball else ()
    reached = len({name.split(".")[0] for name in bound})
    if question.probes and reached < LEAST_PROBED * len(case.criteria):
        yield (
            ("probes",),
            f"reach {reached} of {len(case.criteria)} criteria; ask about more of them",
        )


@RULES.named("probe-prompt")
def _probes_ask_something_new(case: Case) -> Found:
    given = _runs(words(case.question.prompt).stems)
    seen: set[Spelling] = set()
    for number, probe in enumerate(case.question.probes):
        stems = words(probe.ask).stems
        runs = _runs(stems)
        if stems in seen:
            yield ("probes", number, "ask"), "is asked by another probe in the same words"
        elif runs and len(runs & given) >= MOST_REPEATED * len(runs):
            yield ("probes", number, "ask"), "repeats the prompt; ask for what it left open"
        seen.add(stems)


def _runs(stems: Spelling) -> set[Spelling]:
    return {stems[at : at + RUN] for at in range(len(stems) - RUN + 1)}


@RULES.named("probe-tells")
def _probes_do_not_give_the_answer_away(case: Case) -> Found:
    own = {f"{c.id}.{i.id}": i for _, c, i in case.indicators}
    given = " ".join(words(case.question.prompt).stems)
    for number, probe in enumerate(case.question.probes):
        asked = words(probe.ask).stems
        for name in probe.indicators:
            told = [
                phrase
                for phrase in own[name].names
                if any(_holds(asked, s) and " ".join(s) not in given for s in whole(phrase))
            ]
            if told:
                yield (
                    ("probes", number, "ask"),
                    f"gives away {told[0]!r}, a wording of {name}; ask without it",
                )


def _holds(longer: Spelling, shorter: Spelling) -> bool:
    """Whether a run of words stands in another."""
    count = len(shorter)
    return any(longer[at : at + count] == shorter for at in range(len(longer) - count + 1))


@RULES.named("concepts")
def _concepts_are_listed(case: Case) -> Found:
    for path, _, indicator in case.indicators:
        for where, name in listed(path, indicator, "concepts"):
            if name not in case.question.concepts:
                yield where, f"list {name} under the question's concepts too"


@RULES.named("reading")
def _reading_can_be_found(case: Case) -> Found:
    seen: set[Spelling] = set()
    for number, entry in enumerate(case.question.reading):
        title = words(entry.title).stems
        if title in seen:
            yield ("reading", number), f"{entry.title!r} is listed twice"
        seen.add(title)
        if not entry.where and not entry.year:
            yield ("reading", number), "says neither where nor when it was published"


@RULES.named("example")
def _nothing_is_left_of_the_example(case: Case) -> Found:
    for path, text in _texts(case.question.model_dump(mode="json", exclude_defaults=True)):
        if path[0] != "reading" and text in _example():
            yield path, f"{text[:60]!r} is the example's; write your own, or take it out"


@cache
def _example() -> frozenset[str]:
    """What a new question holds before anybody has typed over it."""
    return frozenset(text for _, text in _texts(parse(skeleton("a", "A"), "").data))


def _texts(value: object, path: DataPath = ()) -> Found:
    """Texts of three words and more, with their paths."""
    if isinstance(value, str):
        if len(value.split()) > 2:
            yield path, value.strip()
        return
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    for key, inside in inner:
        yield from _texts(inside, (*path, key))
