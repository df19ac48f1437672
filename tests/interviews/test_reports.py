"""The report: every quote at its exact place, and unknown is not zero."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from interviews import grading, reports
from interviews.models import Interview, Scorecard
from interviews.reports import Report
from rubrics import scoring
from rubrics.schema import Target
from rubrics.scoring import Evidence, Finding, Judgement
from tests import factories
from tests.factories import GRACE, NOON

PROMPT = "Design the home feed of a site for short films."


def report_on(candidate: User, texts: dict[str, str]) -> tuple[Interview, Report]:
    """Hand an answer in, have it graded, build its report."""
    interview = factories.submitted(candidate=candidate, texts=texts)
    assert grading.grade(interview.pk, clock=lambda: NOON, lease=GRACE)
    built = reports.build(factories.fresh(interview), now=NOON)
    assert built
    return interview, built


def judged(candidate: User, *judgements: Judgement) -> Report:
    """The report on a good answer with judgements that somebody else made."""
    interview = factories.submitted(candidate=candidate)
    card = scoring.add_up(interview.version.value.rubric, judgements, "rules")
    Scorecard.objects.record(interview, card, now=NOON)
    built = reports.build(interview, now=NOON)
    assert built
    return built


def quotes(built: Report) -> list[reports.Quote]:
    """Everything that the report quotes."""
    met = [q for c in built.criteria for each in c.met for q in each.quotes]
    flags = [q for c in built.criteria for _, of_flag in c.flags for q in of_flag]
    return [*met, *flags, *(q for _, q in built.aside)]


@pytest.mark.usefixtures("bank")
class TestQuotes:
    @pytest.mark.parametrize(
        "text",
        [
            "We raise watch time per session, because clicks mislead.",
            "🎬🎬 语 of all. We raise watch time per session 👩\u200d👧 as clicks mislead. 🎬",
            "# Goal\n\n- We raise **watch time** per session, because clicks mislead.\n- 𝔐ore",
            "e\u0301a\u0308\u200b. We raise\u200b watch time per\u00a0session, because it pays.",
            "\n\n\n   \t We raise watch time per session, because clicks mislead.   \n\n",
            "| metric | why |\n|---|---|\n| watch time per session | because clicks mislead |",
            "We raise watch time per session.\n\nWe raise watch time per session.",
            "<!-- 🎬 unseen --> We raise watch time per session, because clicks mislead.",
            "ﬁrst: we raise watch time per session, because clicks mislead ½ of the time.",
            "We tune on the test set. 🎬 And raise watch time per session.",
            f"{PROMPT}\n\n🎬 We raise watch time per session.",
        ],
    )
    def test_stand_in_the_answer_exactly_where_they_lead(self, alice: User, text: str) -> None:
        interview, built = report_on(alice, {"scope": text})
        written = interview.stages.get(stage="scope").text
        pieces = {stage.id: stage.pieces for stage in built.stages}["scope"]
        assert "".join(piece.text for piece in pieces) == written == text
        by_anchor = {piece.anchor: piece.text for piece in pieces if piece.anchor}
        assert len(by_anchor) == len([piece for piece in pieces if piece.anchor])
        assert quotes(built)
        for quote in quotes(built):
            assert by_anchor[quote.anchor] == quote.text
            start = int(quote.anchor.rsplit("-", 1)[1])
            assert written[start : start + len(quote.text)] == quote.text

    def test_of_a_red_flag_are_marked_too(self, alice: User) -> None:
        _, built = report_on(alice, {"design": "Candidate generation. We tune on the test set."})
        ((title, flagged),) = {c.id: c.flags for c in built.criteria}["retrieval"]
        assert title == "Leaks the test set"
        assert [quote.text for quote in flagged] == ["We tune on the test set."]

    def test_that_do_not_stand_there_are_not_marked(self, alice: User) -> None:
        written = factories.GOOD["scope"]
        true = Evidence(stage="scope", start=0, end=8, quote=written[:8])
        moved = Evidence(stage="scope", start=20, end=28, quote="not this")
        outside = Evidence(stage="scope", start=9000, end=9004, quote="none")
        finding = Finding(
            indicator="metric", depth=scoring.Depth.MENTIONED, evidence=(true, moved, outside)
        )
        built = judged(
            alice,
            Judgement(criterion="goal", level=2, met=(finding,)),
            Judgement(criterion="retrieval", level=1),
            Judgement(criterion="experiment", level=1),
        )
        scope = built.stages[0]
        assert "".join(piece.text for piece in scope.pieces) == written
        assert [piece.text for piece in scope.pieces if piece.anchor] == [written[:8]]


@pytest.mark.usefixtures("bank")
class TestScore:
    def test_of_a_good_answer_names_what_was_shown(self, alice: User) -> None:
        _, built = report_on(alice, factories.GOOD)
        goal = built.criteria[0]
        assert goal.level is not None
        assert goal.level >= 3
        assert [each.title for each in goal.met] == ["Names the metric", "The load"]
        assert goal.anchor_text == f"goal as of level {goal.level}"
        assert built.band in ("meets", "above")
        assert built.bar == 33
        assert built.words == sum(len(text.split()) for text in factories.GOOD.values())

    def test_says_what_the_next_level_needs(self, alice: User) -> None:
        _, built = report_on(alice, {"scope": "Nothing of note."})
        goal = built.criteria[0]
        assert (goal.level, goal.next_level, goal.next_text) == (1, 2, "goal as of level 2")
        assert goal.missing == ("Names the metric", "The load")

    def test_at_the_top_asks_for_no_more(self, alice: User) -> None:
        judgements = [
            Judgement(criterion=name, level=4) for name in ("goal", "retrieval", "experiment")
        ]
        built = judged(alice, *judgements)
        assert built.score == 100
        assert {(c.next_level, c.next_text) for c in built.criteria} == {(None, "")}

    def test_of_an_empty_answer_is_zero_and_has_no_pieces(self, alice: User) -> None:
        _, built = report_on(alice, {})
        assert (built.score, built.is_scored, built.words) == (0, True, 0)
        assert all(stage.pieces == () for stage in built.stages)
        assert {criterion.level for criterion in built.criteria} == {1}
        assert built.band == "below"

    def test_of_the_question_pasted_back_is_zero_and_it_is_set_aside(self, alice: User) -> None:
        _, built = report_on(alice, {"scope": PROMPT})
        assert built.score == 0
        ((why, quote),) = built.aside
        assert "repeats the question" in why
        (piece,) = built.stages[0].pieces
        assert (piece.text, piece.anchor, piece.aside) == (PROMPT, quote.anchor, why)

    def test_that_nobody_could_give_stays_unknown(self, alice: User) -> None:
        built = judged(
            alice,
            Judgement(criterion="goal", level=3),
            Judgement(criterion="retrieval", level=None, not_judged="No answer came."),
            Judgement(criterion="experiment", level=3),
        )
        retrieval = built.criteria[1]
        assert (retrieval.level, retrieval.not_judged) == (None, "No answer came.")
        assert not retrieval.below
        assert retrieval.next_level is None
        levels = {each.name: each.level for each in built.competencies}
        assert (levels["architecture"], levels["requirements"]) == (None, 3)
        assert built.score == pytest.approx(66.7)

    def test_is_unknown_when_nothing_could_be_judged(self, alice: User) -> None:
        names = ("goal", "retrieval", "experiment")
        built = judged(alice, *(Judgement(criterion=name, level=None) for name in names))
        assert not built.is_scored
        assert all(criterion.level is None for criterion in built.criteria)
        assert not any(criterion.below for criterion in built.criteria)

    def test_has_no_bar_where_the_rubric_sets_none(self, alice: User) -> None:
        interview, _ = report_on(alice, factories.GOOD)
        Interview.objects.filter(pk=interview.pk).update(target=Target.STAFF)
        built = reports.build(factories.fresh(interview), now=NOON)
        assert built
        assert (built.bar, built.band_text) == (None, "No bar is set for staff")


def test_there_is_no_report_before_there_is_a_scorecard(bank: None, alice: User) -> None:
    assert reports.build(factories.submitted(candidate=alice), now=NOON) is None


def test_a_report_cannot_be_changed(bank: None, alice: User) -> None:
    _, built = report_on(alice, {})
    with pytest.raises(AttributeError):
        built.score = 100.0  # type: ignore[misc]  # that is the point
    assert replace(built, score=1.0) != built
