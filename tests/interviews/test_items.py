"""Item analysis: its figures are those that plain Python counts, and too few is said so."""

import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import correlation, fmean, median

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from interviews import flow, items
from interviews.items import LEAST, LEAST_FOR_CORRELATION, NO_SPREAD, REVERSED, TOO_FEW, Line
from interviews.models import Interview, Scorecard
from rubrics import scoring
from rubrics.models import Question
from rubrics.schema import Level
from rubrics.scoring import Depth, Finding, Judgement, NearMiss
from tests import factories
from tests.factories import NOON

CRITERIA = ("goal", "retrieval", "experiment")
TEXT = {"scope": "Something was written."}

pytestmark = pytest.mark.usefixtures("bank")


def judged(
    candidate: User,
    *levels: Level | None,
    met: Mapping[str, Depth] = {},
    near: Sequence[str] = (),
    texts: Mapping[str, str] = TEXT,
    judge: str = "rules",
) -> Interview:
    """A scored interview with these levels of goal, retrieval and experiment."""
    interview = factories.submitted(candidate=candidate, texts=dict(texts))
    record(interview, levels, met=met, near=near, judge=judge)
    Interview.objects.filter(pk=interview.pk).update(state=flow.State.SCORED)
    return interview


def record(
    interview: Interview,
    levels: Sequence[Level | None],
    *,
    met: Mapping[str, Depth] = {},
    near: Sequence[str] = (),
    judge: str = "rules",
) -> None:
    rubric = interview.version.value.rubric
    nothing = scoring.Evidence(stage="scope", start=0, end=0, quote="")
    judgements = [
        Judgement(
            criterion=criterion.id,
            level=level,
            met=tuple(
                Finding(indicator=i.id, depth=met[i.id], evidence=())
                for i in criterion.indicators
                if i.id in met
            ),
            missing=tuple(i.id for i in criterion.indicators if i.id not in met),
            near=tuple(
                NearMiss(indicator=i.id, wording="x", evidence=nothing)
                for i in criterion.indicators
                if i.id in near
            ),
        )
        for criterion, level in zip(rubric.criteria, levels, strict=True)
    ]
    Scorecard.objects.record(interview, scoring.add_up(rubric, judgements, judge), now=NOON)


def analysis() -> items.Analysis:
    found = items.analyse(Question.objects.get(slug="video-feed"))
    assert found
    return found


def line(lines: Sequence[Line], title: str) -> Line:
    (found,) = (each for each in lines if each.title == title)
    return found


def some_levels(n: int, seed: int) -> list[tuple[Level, Level, Level]]:
    chance = random.Random(seed)
    every: tuple[Level, ...] = (1, 2, 3, 4)
    return [(chance.choice(every), chance.choice(every), chance.choice(every)) for _ in range(n)]


def test_a_question_that_nobody_did_has_nothing_to_count() -> None:
    found = analysis()
    assert (found.n, found.people, found.is_thin) == (0, 0, True)
    assert found.criteria == found.indicators == found.stages == found.judges == found.to_mend == ()


def test_a_question_that_was_never_published_has_no_analysis() -> None:
    draft = Question.objects.create(slug="new", title="New", updated_at=NOON)
    assert items.analyse(draft) is None


def test_too_few_interviews_show_their_number_and_no_figure(alice: User) -> None:
    for _ in range(LEAST - 1):
        judged(alice, 1, 1, 1)
    found = analysis()
    assert (found.n, found.people, found.is_thin) == (LEAST - 1, 1, True)
    lines = (*found.criteria, *found.indicators, *found.stages)
    assert lines
    for each in lines:
        assert each.n == LEAST - 1
        assert set(each.figures) == {TOO_FEW}
        assert not each.advice


def test_means_levels_and_correlations_are_those_that_python_counts(
    alice: User, mallory: User
) -> None:
    every = some_levels(LEAST_FOR_CORRELATION + 10, seed=5)
    for number, levels in enumerate(every):
        judged((alice, mallory)[number % 2], *levels)
    found = analysis()
    assert (found.n, found.people) == (len(every), 2)
    for at, name in enumerate(CRITERIA):
        own = [levels[at] for levels in every]
        rest = [fmean(levels[:at] + levels[at + 1 :]) for levels in every]
        counts = " · ".join(str(own.count(level)) for level in (1, 2, 3, 4))
        r = f"{correlation(own, rest):.2f}".replace("-", "−")
        assert line(found.criteria, name.capitalize()).figures == (f"{fmean(own):.1f}", counts, r)


def test_an_indicator_has_its_rate_its_depth_and_the_point_biserial_correlation(
    alice: User,
) -> None:
    every = some_levels(LEAST_FOR_CORRELATION, seed=11)
    chance = random.Random(12)
    depths = [chance.choice((None, Depth.MENTIONED, Depth.JUSTIFIED)) for _ in every]
    for levels, depth in zip(every, depths, strict=True):
        judged(alice, *levels, met={"ab-test": depth} if depth else {})
    met = [1 if depth else 0 for depth in depths]
    rest = [fmean(levels[:2]) for levels in every]
    named = depths.count(Depth.MENTIONED) / sum(met)
    assert line(analysis().indicators, "Names the ab-test").figures == (
        f"{fmean(met):.0%}",
        f"{named:.0%}",
        f"{correlation(met, rest):.2f}".replace("-", "−"),
    )


def test_a_correlation_waits_for_more_interviews_than_a_mean(alice: User) -> None:
    for levels in some_levels(LEAST_FOR_CORRELATION - 1, seed=3):
        judged(alice, *levels)
    for each in analysis().criteria:
        assert each.figures[0] != TOO_FEW
        assert each.figures[2] == TOO_FEW


def test_what_nobody_meets_is_said_first_with_what_came_near(alice: User) -> None:
    for number in range(LEAST):
        judged(alice, 2, 2, 3, met={"ab-test": Depth.SPECIFIED}, near=["load"][: number // 6])
    found = analysis()
    said = {each.title: each.advice for each in found.to_mend}
    assert said["The load"] == (
        f"Nobody meets this: is it named as people say it? 4 of {LEAST} came near it.",
    )
    assert said["Names the ab-test"] == ("Everybody meets this: it tells nobody apart.",)
    assert "Everybody has level 2" in said["Goal"][0]
    order = [each.title for each in found.to_mend]
    assert order.index("The load") < order.index("Goal") < order.index("Names the ab-test")
    assert line(found.indicators, "The load").figures[1] == "–"


def test_what_everybody_has_tells_nobody_apart_and_has_no_spread(alice: User) -> None:
    for levels in some_levels(LEAST_FOR_CORRELATION, seed=7):
        judged(alice, 4, *levels[1:])
    goal = line(analysis().criteria, "Goal")
    assert goal.advice[0].startswith("Everybody has level 4: it tells nobody apart")
    assert goal.figures[2] == NO_SPREAD


def test_a_name_without_depth_asks_for_the_details(alice: User) -> None:
    for number in range(2 * LEAST):
        judged(alice, 2, 2, 2, met={"metric": Depth.MENTIONED} if number % 2 else {})
    advice = line(analysis().indicators, "Names the metric").advice
    assert advice == ("Who names it goes no deeper: are its details said as people say them?",)


def test_what_runs_against_the_rest_asks_to_read_its_wordings(alice: User) -> None:
    for number in range(LEAST_FOR_CORRELATION):
        high = number % 2
        judged(alice, 1 if high else 4, 4 if high else 1, 4 if high else 2)
    found = analysis()
    assert found.to_mend[0].title == "Goal"
    assert found.to_mend[0].advice == (REVERSED,)
    assert found.criteria[0].title == "Goal"


def test_blank_answers_and_other_rubrics_are_left_out_and_counted(alice: User) -> None:
    judged(alice, 1, 1, 1, texts={"scope": " \n\t"})
    judged(alice, 3, 3, 3)
    factories.submitted(candidate=alice)
    document = factories.question_document()
    document["rubric"]["criteria"][0]["indicators"][0]["wordings"].append("hours seen")
    found = analysis()
    assert (found.n, found.blank, found.elsewhere) == (1, 1, 0)
    factories.fill_bank(questions=(document,))
    found = analysis()
    assert (found.version, found.n, found.blank, found.elsewhere) == (2, 0, 0, 2)


def test_what_was_not_judged_is_in_no_mean_and_no_rest(alice: User) -> None:
    for _ in range(LEAST):
        judged(alice, None, 3, 3)
    found = analysis()
    assert {each.title for each in found.criteria} == {"Retrieval", "Experiment"}
    assert {each.about for each in found.indicators} == {
        "retrieval.candidates",
        "experiment.ab-test",
    }


def test_only_the_latest_are_looked_at(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "LATEST", 2)
    levels: tuple[Level, ...] = (1, 4, 4)
    for number, level in enumerate(levels):
        interview = judged(alice, level, 2, 3)
        later = NOON + timedelta(days=number)
        Interview.objects.filter(pk=interview.pk).update(submitted_at=later)
    found = analysis()
    assert (found.n, found.is_cut) == (2, True)
    assert {each.n for each in found.criteria} == {2}


def test_a_blank_answer_takes_no_place_among_the_latest(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "LATEST", 2)
    for number, text in enumerate(("One.", "Two.", " \n", "")):
        interview = judged(alice, 2, 2, 3, texts={"scope": text})
        later = NOON + timedelta(days=number)
        Interview.objects.filter(pk=interview.pk).update(submitted_at=later)
    found = analysis()
    assert (found.n, found.blank, found.is_cut) == (2, 2, False)
    assert {each.n for each in (*found.criteria, *found.indicators, *found.stages)} == {2}


def test_the_judge_stands_beside_people_by_the_same_rubric(alice: User) -> None:
    for _ in range(LEAST):
        interview = judged(alice, 4, 2, 3)
        record(interview, (3, 2, None), judge="ann")
        record(interview, (2, 3, None), judge="ben")
        record(interview, (1, 1, 1), judge="llm")
    found = analysis()
    assert [(each.title, each.n, each.figures) for each in found.judges] == [
        ("Goal", LEAST, ("+1.5",)),
        ("Retrieval", LEAST, ("−0.5",)),
    ]
    assert found.judges[0].advice[0].startswith("The judge is kinder than people")
    assert found.judges[1].advice[0].startswith("The judge is stricter than people")
    assert found.n == LEAST


@pytest.mark.parametrize(
    ("minutes", "extra"), [(30, flow.Extra.NONE), (47, flow.Extra.NONE), (30, flow.Extra.HALF)]
)
def test_time_per_stage_is_what_the_clocks_show(
    alice: User, minutes: int, extra: flow.Extra
) -> None:
    chance = random.Random(minutes)
    now = NOON
    for _ in range(LEAST):
        interview = factories.an_interview(candidate=alice, minutes=minutes, extra=extra, now=now)
        for stage in ("design", "scope", "evaluation", "design"):
            now += timedelta(seconds=chance.randrange(30, 900))
            interview.enter(stage, now=now)
            if interview.pause(now=now + timedelta(seconds=20)):
                now += timedelta(seconds=chance.randrange(30, 3000))
                interview.resume(now=now)
            gone, now = now, now + timedelta(seconds=chance.randrange(5, 100))
            interview.credit([flow.Span(gone, now)], now=now, most=120)
        factories.draft(factories.fresh(interview), interview.current_stage, "words", now=NOON)
        now += timedelta(seconds=chance.randrange(30, 1200))
        interview.submit(flow.Submitter.SWEEP, now=now)
        record(interview, (2, 2, 2))
        Interview.objects.filter(pk=interview.pk).update(state=flow.State.SCORED)
    times = [each.times(now) for each in Interview.objects.all()]
    found = analysis().stages
    assert [each.title for each in found] == ["Scope", "Design", "Evaluation"]
    for each in found:
        stage = each.title.lower()
        spent = round(median(time.spent[stage] for time in times))
        planned = times[0].planned[stage]
        over = fmean(time.spent[stage] > time.planned[stage] for time in times)
        assert each.figures[0] == f"{spent // 60}:{spent % 60:02}"
        assert each.figures[1] == f"{planned // 60}:{planned % 60:02}"
        assert each.figures[2] == f"{over:.0%}"
    assert sum(time.spent["design"] for time in times)


def test_a_stage_that_most_overrun_or_never_reach_says_so(alice: User) -> None:
    for _ in range(LEAST):
        interview = factories.an_interview(candidate=alice)
        factories.draft(interview, "scope", "words", now=NOON)
        interview.submit(flow.Submitter.PAGE, now=interview.deadline_at)
        record(interview, (2, 2, 2))
        Interview.objects.filter(pk=interview.pk).update(state=flow.State.SCORED)
    scope, design, evaluation = analysis().stages
    assert scope.figures == ("30:00", "8:00", "100%")
    assert scope.advice == ("Most people overrun this: is too much asked for the time?",)
    for each in (design, evaluation):
        assert each.figures[0] == "0:00"
        assert each.advice[0].startswith("Most people never came here")


def test_more_interviews_need_no_more_queries(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    question = Question.objects.select_related("published").get(slug="video-feed")
    judged(alice, 1, 2, 3)
    items.analyse(question)
    for n in (0, 4):
        for _ in range(n):
            judged(alice, 2, 2, 3)
        with django_assert_num_queries(5):
            items.analyse(question)
