"""The deterministic judge: indicators found by phrases, with stance and depth, level by gates.

It gives credit only for words that stand in the answer, and says which.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from rubrics.judges.claims import Claim, claims
from rubrics.judges.found import Found, Told, told
from rubrics.judges.sought import Wanted, wanted
from rubrics.reading.answer import Line, Reading, Why
from rubrics.reading.lexicon import bits
from rubrics.reading.sums import WrongSum, wrong_sums
from rubrics.schema import Criterion, Level, Question
from rubrics.scoring import (
    Evidence,
    Finding,
    Flag,
    Judgement,
    Verdict,
    Withheld,
    level_of,
    points_of,
)

# What came only after the interviewer asked counts up to this level.
PROMPTED_CAP: Level = 3
# A load estimate that is wrong by more than ten times holds its criterion down to this level.
WRONG_SUM_CAP = 2
FILLED = "The words around the terms only fill them up; little is said with them."
OFF_SUBJECT = Flag(kind="off-subject", title="This hardly speaks of what the question is about.")


class RulesJudge:
    """Keeps the Judge protocol; holds no state of an answer and may be shared by threads."""

    name = "rules"

    def judge(self, question: Question, reading: Reading) -> Verdict:
        """Judge every criterion of a question. Always the same for the same text and rubric."""
        ground = Ground.of(question, reading)
        return ground.verdict(_judge(criterion, ground) for criterion in question.rubric.criteria)


@dataclass(frozen=True)
class _Answer:
    """An answer, or what of it was volunteered, with what it shows: (criterion, indicator) →.

    ``wrong_sums`` are those near what a quantity is wanted for: criterion → sums by their line.
    """

    wanted: Wanted
    found: list[Found]
    reading: Reading
    claims: Mapping[tuple[str, str], Claim]
    wrong_sums: Mapping[str, list[tuple[int, WrongSum]]]
    says: int
    quotes: dict[int, Evidence]

    @classmethod
    def of(
        cls, wanted: Wanted, found: list[Found], reading: Reading, *, doubted: Collection[str]
    ) -> "_Answer":
        made = claims(wanted, found, doubted=doubted)
        by_id = {}
        resting: dict[int, set[str]] = defaultdict(set)
        for number, claim in made.items():
            each = wanted.sought[number]
            by_id[each.criterion, each.indicator.id] = claim
            for at in claim.at if each.indicator.quantity else ():
                resting[at].add(each.criterion)
        wrong = defaultdict(list)
        for at, one in _wrong_sums(found, resting) if resting else ():
            for criterion in resting.get(at, ()):
                wrong[criterion].append((at, one))
        says = 0
        for here in found:
            says |= here.says
        return cls(wanted, found, reading, by_id, wrong, says, {})

    def quote(self, at: int) -> Evidence:
        """Quote a line; the same one for all that rests on it."""
        if at not in self.quotes:
            self.quotes[at] = quote(self.found[at].line, self.reading)
        return self.quotes[at]


@dataclass(frozen=True)
class Ground:
    """What holds of an answer for any judge: what counts in it, what is doubted, what caps.

    ``own`` is what was volunteered; the same as ``answer`` where nothing was asked. ``doubted``
    are the criteria (ids) that earn mentions only.
    """

    told: Told
    doubted: frozenset[str]
    answer: _Answer
    own: _Answer

    @classmethod
    def of(cls, question: Question, reading: Reading) -> "Ground":
        """Look at an answer by a question's rubric."""
        sought = wanted(question.rubric, question.subject)
        here = told(reading.lines, sought)
        every = frozenset(sought.by_criterion)
        doubted = every if reading.doubts or here.is_filled else here.off_subject
        answer = own = _Answer.of(sought, here.lines, reading, doubted=doubted)
        if reading.prompted:
            first = [f for f in here.lines if f.line.unit.stage not in reading.prompted]
            own = _Answer.of(sought, first, reading, doubted=doubted)
        return cls(here, doubted, answer, own)

    def caps(self, criterion: Criterion) -> list[tuple[Flag, int]]:
        """Red flags and wrong sums of a criterion, each with the level that it holds down to."""
        return [*_red_flags(criterion, self.answer), *_sum_flags(criterion, self.answer)]

    def verdict(self, judgements: Iterable[Judgement]) -> Verdict:
        """Put judgements together with what is to be said of the whole answer."""
        judged, told = tuple(judgements), self.told
        reading = self.answer.reading
        flags = [Flag.aside(Why.STRUNG, quote(each.line, reading)) for each in told.strung]
        if told.is_filled:
            flags.append(Flag(kind="filled", title=FILLED))
        if judged and told.off_subject.issuperset(each.criterion for each in judged):
            flags.append(OFF_SUBJECT)
        else:
            judged = tuple(_with_flag(each, told.off_subject) for each in judged)
        return Verdict(judgements=judged, flags=tuple(flags))


def _wrong_sums(found: list[Found], resting: Iterable[int]) -> Iterator[tuple[int, WrongSum]]:
    """The wrong sums of the blocks that hold one of the lines ``resting``."""
    wanted_at = frozenset(resting)
    begin = 0
    for end in range(1, len(found) + 1):
        one = found[begin].line.unit
        other = found[end].line.unit if end < len(found) else None
        if other and other.block == one.block and other.stage == one.stage:
            continue
        if not wanted_at.isdisjoint(range(begin, end)):
            for wrong in wrong_sums([(f.line.unit.text, f.figures) for f in found[begin:end]]):
                yield begin + wrong.at, wrong
        begin = end


def _judge(criterion: Criterion, ground: Ground) -> Judgement:
    answer, own = ground.answer, ground.own
    found = ground.caps(criterion)
    caps = [cap for _, cap in found]
    met = tuple(_findings(criterion, answer, own))
    level = level_of(criterion, met, caps)
    if answer is not own:
        volunteered = level_of(criterion, tuple(_findings(criterion, own, own)), caps)
        level = max(volunteered, min(level, PROMPTED_CAP))
    names = [finding.indicator for finding in met]
    withheld = _withheld(criterion, names, answer) if len(met) < len(criterion.indicators) else ()
    return Judgement(
        criterion=criterion.id,
        level=level,
        points=points_of(criterion, met),
        met=met,
        missing=tuple(i.id for i in criterion.indicators if i.id not in names),
        withheld=tuple(withheld),
        flags=tuple(flag for flag, _ in found),
    )


def _withheld(criterion: Criterion, met: Collection[str], answer: _Answer) -> Iterator[Withheld]:
    """Where what is missing is named and not claimed; of each indicator the first place."""
    wanted = answer.wanted
    for number in bits(answer.says & wanted.by_criterion[criterion.id]):
        each = wanted.sought[number]
        if each.indicator.id in met:
            continue
        for at, here in enumerate(answer.found):
            stance = here.withheld(each)
            if stance:
                yield Withheld(
                    indicator=each.indicator.id, stance=stance, evidence=answer.quote(at)
                )
                break


def _with_flag(judgement: Judgement, off_subject: Collection[str]) -> Judgement:
    if judgement.criterion not in off_subject:
        return judgement
    return judgement.model_copy(update={"flags": (*judgement.flags, OFF_SUBJECT)})


def _findings(criterion: Criterion, answer: _Answer, own: _Answer) -> Iterator[Finding]:
    for indicator in criterion.indicators:
        claim = answer.claims.get((criterion.id, indicator.id))
        if claim:
            first = own.claims.get((criterion.id, indicator.id))
            yield Finding(
                indicator=indicator.id,
                depth=claim.depth,
                evidence=tuple(answer.quote(at) for at in sorted(claim.at)),
                prompted=not first or first.depth is not claim.depth,
            )


def _red_flags(criterion: Criterion, answer: _Answer) -> Iterator[tuple[Flag, int]]:
    for flag in criterion.red_flags:
        bit = answer.wanted.flags[criterion.id, flag.id]
        if not answer.says & bit:
            continue
        raised = [at for at, here in enumerate(answer.found) if here.raised(bit)]
        if raised:
            evidence = tuple(answer.quote(at) for at in raised[:3])
            yield Flag(kind="red-flag", title=flag.title, evidence=evidence), flag.cap


def _sum_flags(criterion: Criterion, answer: _Answer) -> Iterator[tuple[Flag, int]]:
    """A wrong sum belongs to the criterion that wants a quantity and finds it there."""
    for at, wrong in answer.wrong_sums.get(criterion.id, ()):
        title = f"A sum is wrong: it says {wrong.stated}, but {wrong.sum}."
        yield Flag(kind="wrong-sum", title=title, evidence=(answer.quote(at),)), WRONG_SUM_CAP


def quote(line: Line, reading: Reading) -> Evidence:
    """Quote a unit from the text as given."""
    unit = line.unit
    text = reading.stages[unit.stage][unit.start : unit.end]
    return Evidence(stage=unit.stage, start=unit.start, end=unit.end, quote=text)
