"""When two judges differ so far that a person has to look, and what is shown until then. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from rubrics.schema import Rubric
from rubrics.scoring import Scorecard, Total, total_of

FAR = 2  # levels on one criterion


class Gap(NamedTuple):
    """A criterion on which two judges are far apart, with both levels."""

    criterion: str
    rules: int
    llm: int


class Compared(NamedTuple):
    """Where the judges are far apart, and whether somebody spoke to whoever judges."""

    gaps: tuple[Gap, ...]
    is_injected: bool

    @property
    def needs_person(self) -> bool:
        """Whether a person has to look before this counts."""
        return bool(self.gaps) or self.is_injected

    def reasons(self, rubric: Rubric) -> Iterator[str]:
        """Say why a person has to look, a sentence each."""
        titles = {criterion.id: criterion.title for criterion in rubric.criteria}
        for gap in self.gaps:
            title = titles.get(gap.criterion, gap.criterion)
            yield f"{title}: level {gap.rules} by the rules, level {gap.llm} by the model."
        if self.is_injected:
            yield "Parts of the answer speak to whoever judges."


class Shown(NamedTuple):
    """Whose score is shown until a person has looked, and what it comes to."""

    judge: str
    total: Total


def compare(rules: Scorecard, llm: Scorecard) -> Compared:
    """Compare what both judged. What one of them did not judge is no difference."""
    theirs = {each.criterion: each.level for each in llm.judgements}
    gaps = tuple(
        Gap(each.criterion, each.level, level)
        for each in rules.judgements
        if each.level is not None
        and (level := theirs.get(each.criterion)) is not None
        and abs(each.level - level) >= FAR
    )
    flags = (*rules.flags, *llm.flags)
    return Compared(gaps, any(flag.kind == "injection" for flag in flags))


def lower_of(rubric: Rubric, rules: Scorecard, llm: Scorecard) -> Shown:
    """The lower of two scores over what both judged; what the model did not judge stays as it is.

    So an outage of the model, whole or in part, makes no score lower.
    """
    ours = {each.criterion: each.level for each in rules.judgements if each.level is not None}
    theirs = {each.criterion: each.level for each in llm.judgements if each.level is not None}
    both = ours.keys() & theirs.keys()
    one = total_of(rubric, {name: ours[name] for name in both}).score
    other = total_of(rubric, {name: theirs[name] for name in both}).score
    if one is None or other is None or one <= other:
        return Shown(rules.judge, total_of(rubric, ours))
    return Shown(llm.judge, total_of(rubric, {**ours, **theirs}))
