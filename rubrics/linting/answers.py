"""Rules about the model answer and the samples: their form, and what the judge says of them."""

from collections import Counter
from itertools import permutations

from rubrics.linting.case import Case, Found, Rules
from rubrics.loading import DataPath
from rubrics.schema import Sample, Staged
from rubrics.scoring import Depth, Flag, Judgement

MODEL_WORDS = (1_200, 1_800)
SAMPLE_WORDS = (80, 1_500)
LEAST_MODEL_SCORE = 85
# The library's own score 0-6, 33-64 and 86-97. A mid answer that gets less was written by somebody
# whose words the rubric does not know.
SCORES = {"weak": (0, 40), "mid": (30, 75), "strong": (60, 100)}
# So many indicators are named to say what a judgement lacks.
MOST_NAMED = 4

RULES = Rules()


@RULES.named("staged")
def _answers_follow_their_framework(case: Case) -> Found:
    for path, _, answer, _ in case.answers:
        framework = case.frameworks.get(answer.framework)
        if framework is None:
            there = " and ".join(sorted(case.frameworks)) or "none"
            yield (
                (*path, "framework"),
                f"no framework is called {answer.framework!r}; there are {there}",
            )
            continue
        known = [stage.id for stage in framework.stages]
        for stage in answer.stages:
            if stage not in known:
                yield (*path, "stages", stage), f"{framework.title} has no stage {stage!r}"
        for stage in known if path == ("model_answer",) else ():
            if stage not in answer.stages:
                yield (*path, "stages"), f"leaves out {stage}; write it"


@RULES.named("model-length")
def _model_answer_has_its_length(case: Case) -> Found:
    yield from _length(case, ("model_answer",), MODEL_WORDS)


@RULES.named("sample-length")
def _samples_have_their_length(case: Case) -> Found:
    yield from _length(case, ("samples",), SAMPLE_WORDS)


def _length(case: Case, part: DataPath, wanted: tuple[int, int]) -> Found:
    for path, _, answer, _ in case.answers:
        count = sum(len(text.split()) for text in answer.stages.values())
        if path[:1] == part and not wanted[0] <= count <= wanted[1]:
            yield path, f"is {count} words long; {wanted[0]:,} to {wanted[1]:,} are wanted"


@RULES.named("answer-copies")
def _answers_are_in_their_own_words(case: Case) -> Found:
    for path, name, answer, card in case.answers:
        aside = [flag for flag in card.flags if flag.kind == "set-aside"]
        where = {(_place(path, answer, flag), flag.title): flag for flag in reversed(aside)}
        count = Counter((_place(path, answer, flag), flag.title) for flag in aside)
        for (place, title), first in where.items():
            more = count[place, title] - 1
            yield (
                place,
                f"a part of the {name} is set aside ({title.rstrip('.')}){_said(first)}"
                f"{f' and {more} more' if more else ''}",
            )


def _place(path: DataPath, answer: Staged, flag: Flag) -> DataPath:
    stages = [each.stage for each in flag.evidence if each.stage in answer.stages]
    return (*path, "stages", *stages[:1])


def _said(flag: Flag) -> str:
    quoted = " ".join(flag.evidence[0].quote.split()) if flag.evidence else ""
    return f": {quoted[:80]!r}" if quoted else ""


@RULES.named("flag-raised")
def _good_answers_raise_no_flag(case: Case) -> Found:
    for path, name, answer, card in case.shown:
        raised = [flag for judgement in card.judgements for flag in judgement.flags]
        raised += [flag for flag in card.flags if flag.kind not in ("set-aside", "hidden")]
        for flag in raised:
            yield (
                _place(path, answer, flag),
                f"the {name} is flagged ({flag.title.rstrip('.')}){_said(flag)}; mend one of them",
            )


@RULES.named("never-met")
def _every_indicator_is_met_by_some_answer(case: Case) -> Found:
    met = {
        (judgement.criterion, finding.indicator)
        for _, _, _, card in case.shown
        for judgement in card.judgements
        for finding in judgement.met
    }
    for path, criterion, indicator in case.indicators if case.question.model_answer else ():
        if (criterion.id, indicator.id) not in met:
            yield path, "neither the model answer nor a strong sample meets it; mend one of them"


@RULES.named("model-score")
def _model_answer_scores_well(case: Case) -> Found:
    for path, _, _, card in case.answers:
        if path == ("model_answer",) and (card.score or 0) < LEAST_MODEL_SCORE:
            low = [f"{j.criterion}, {_lack(j)}" for j in card.judgements if (j.level or 1) < 4]
            yield (
                path,
                f"scores {card.score}; {LEAST_MODEL_SCORE} are wanted (below 4: {'; '.join(low)})",
            )


@RULES.named("sample-levels")
def _samples_are_graded(case: Case) -> Found:
    for number, sample in enumerate(case.question.samples):
        for criterion in case.question.rubric.criteria:
            if criterion.id not in sample.levels:
                yield ("samples", number, "levels"), f"gives no level for {criterion.id}"


@RULES.named("sample-order")
def _samples_are_in_order(case: Case) -> Found:
    order = ("weak", "mid", "strong")
    scored = [
        (order.index(answer.grade), card.score or 0.0, path)
        for path, _, answer, card in case.answers
        if isinstance(answer, Sample)
    ]
    for (one, low, _), (other, high, path) in permutations(scored, 2):
        if one < other and low >= high:
            yield path, f"scores {high}, no more than the {order[one]} sample with {low}"
    for grade, score, path in scored:
        least, most = SCORES[order[grade]]
        if score < least:
            yield path, f"scores {score}; {least} are wanted: widen what a good answer is found by"
        if score > most:
            yield path, f"scores {score}; a {order[grade]} answer is to stay at {most} or below"


@RULES.named("sample-level-far")
def _samples_are_near_a_fair_rater(case: Case) -> Found:
    for path, _, answer, card in case.answers:
        if not isinstance(answer, Sample):
            continue
        for judgement in card.judgements:
            wanted = answer.levels.get(judgement.criterion)
            if wanted and judgement.level and abs(judgement.level - wanted) > 1:
                why = _lack(judgement) if judgement.level < wanted else _found(judgement)
                yield (
                    (*path, "levels", judgement.criterion),
                    f"a rater gives {wanted}, the judge {judgement.level} ({why});"
                    " mend wordings or gates",
                )


def _lack(judgement: Judgement) -> str:
    """What keeps a judgement low: what was not found, and what was only named."""
    named = [found.indicator for found in judgement.met if found.depth is Depth.MENTIONED]
    parts = [("not found", list(judgement.missing)), ("only named", named)]
    said = [f"{what}: {_some(names)}" for what, names in parts if names]
    return ", ".join(said) or "nothing is missing: look at flags and gates"


def _found(judgement: Judgement) -> str:
    """What a judgement rests on."""
    deep = [found.indicator for found in judgement.met if found.depth is not Depth.MENTIONED]
    return f"found with depth: {_some(deep)}" if deep else "nothing found with depth"


def _some(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
