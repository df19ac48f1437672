"""The report: every quote at its exact place, and unknown is not zero."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User

from interviews import grading, reports
from interviews.models import Interview, Scorecard
from interviews.reports import Report
from interviews.reports.marks import Kind, Piece
from rubrics import scoring
from rubrics.schema import Stance, Target
from rubrics.scoring import Depth, Evidence, Finding, Flag, Judgement, NearMiss, Withheld
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
    flags = [q for c in built.criteria for flag in c.flags for q in flag.quotes]
    near = [n.quote for c in built.criteria for missing in c.missing for n in missing.near]
    return [*met, *flags, *near, *(q for s in built.stages for a in s.asides for q in a.quotes)]


def marked(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces that carry an anchor, also those inside others."""
    for piece in pieces:
        if piece.anchor:
            yield piece
        yield from marked(piece.inside)


def evidence(quote: str, stage: str = "scope") -> Evidence:
    """A quote where it stands first in the good answer."""
    start = factories.GOOD[stage].index(quote)
    return Evidence(stage=stage, start=start, end=start + len(quote), quote=quote)


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
        written = interview.sheets.texts().get(stage="scope").text
        pieces = {stage.id: stage.pieces for stage in built.stages}["scope"]
        assert "".join(piece.text for piece in pieces) == written == text
        by_anchor = {piece.anchor: piece.text for piece in marked(pieces)}
        assert len(by_anchor) == len(list(marked(pieces)))
        assert quotes(built)
        for quote in quotes(built):
            assert by_anchor[quote.anchor] == quote.text
            start, end = map(int, quote.anchor.split("-")[-2:])
            assert written[start:end] == quote.text

    def test_of_a_red_flag_are_marked_too(self, alice: User) -> None:
        _, built = report_on(alice, {"design": "Candidate generation. We tune on the test set."})
        (flag,) = {c.id: c.flags for c in built.criteria}["retrieval"]
        assert (flag.kind, flag.title, flag.cap) == ("red-flag", "Leaks the test set", 2)
        assert [quote.text for quote in flag.quotes] == ["We tune on the test set."]
        (piece,) = [p for p in marked(built.stages[1].pieces) if Kind.FLAG in p.kinds]
        assert piece.text == "We tune on the test set."

    def test_that_do_not_stand_there_are_not_marked(self, alice: User) -> None:
        written = factories.GOOD["scope"]
        true = Evidence(stage="scope", start=0, end=8, quote=written[:8])
        moved = Evidence(stage="scope", start=20, end=28, quote="not this")
        outside = Evidence(stage="scope", start=9000, end=9004, quote="none")
        before = Evidence(stage="scope", start=-8, end=-1, quote=written[-8:-1])
        elsewhere = Evidence(stage="scope-drawing", start=0, end=4, quote="feed")
        finding = Finding(
            indicator="metric",
            depth=Depth.MENTIONED,
            evidence=(true, moved, outside, before, elsewhere),
        )
        built = judged(
            alice,
            Judgement(criterion="goal", level=2, met=(finding,)),
            Judgement(criterion="retrieval", level=1),
            Judgement(criterion="experiment", level=1),
        )
        scope = built.stages[0]
        assert "".join(piece.text for piece in scope.pieces) == written
        assert [piece.text for piece in marked(scope.pieces)] == [written[:8]]
        shown = built.criteria[0].met[0].quotes
        assert [quote.text for quote in shown] == [
            written[:8], "not this", "none", written[-8:-1], "feed",
        ]  # fmt: skip
        assert [bool(quote.anchor) for quote in shown] == [True, False, False, False, False]

    def test_stand_inside_each_other_and_across_and_twice(self, alice: User) -> None:
        text = factories.GOOD["scope"]
        whole = evidence("We raise watch time per session, because clicks mislead.")
        within = evidence("watch time per session")
        beyond = Evidence(stage="scope", start=40, end=70, quote=text[40:70])
        finding = Finding(indicator="metric", depth=Depth.SPECIFIED, evidence=(whole,))
        near = [
            NearMiss(indicator="load", wording="peak", evidence=each)
            for each in (whole, within, beyond)
        ]
        built = judged(
            alice,
            Judgement(
                criterion="goal", level=2, met=(finding,), missing=("load",), near=tuple(near)
            ),
            Judgement(criterion="retrieval", level=1),
            Judgement(criterion="experiment", level=1),
        )
        pieces = built.stages[0].pieces
        assert "".join(piece.text for piece in pieces) == text
        kinds = {piece.anchor: (piece.text, piece.kinds) for piece in marked(pieces)}
        assert [kinds[quote.anchor] for quote in quotes(built)] == [
            (whole.quote, (Kind.EVIDENCE, Kind.NEAR)),
            (whole.quote, (Kind.EVIDENCE, Kind.NEAR)),
            (within.quote, (Kind.NEAR,)),
            (text[40 : whole.end], (Kind.NEAR,)),
        ]
        cut = next(p for p in pieces if p.kinds and not p.anchor)
        assert (cut.text, cut.kinds) == (text[whole.end : 70], (Kind.NEAR,))


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
        assert [each.title for each in goal.missing] == ["Names the metric", "The load"]
        (step,) = goal.next_steps
        assert step.text == "Say how, where or how much for one of these:"
        assert step.options == (("Names the metric", False), ("The load", False))

    def test_at_the_top_asks_for_no_more(self, alice: User) -> None:
        judgements = [
            Judgement(criterion=name, level=4) for name in ("goal", "retrieval", "experiment")
        ]
        built = judged(alice, *judgements)
        assert built.score == 100
        assert {(c.next_level, c.next_text, c.next_steps) for c in built.criteria} == {
            (None, "", ())
        }

    def test_of_an_empty_answer_is_zero_and_has_no_pieces(self, alice: User) -> None:
        _, built = report_on(alice, {})
        assert (built.score, built.is_scored, built.words) == (0, True, 0)
        assert all(stage.pieces == () for stage in built.stages)
        assert {criterion.level for criterion in built.criteria} == {1}
        assert built.band == "below"

    def test_of_the_question_pasted_back_is_zero_and_it_is_set_aside(self, alice: User) -> None:
        _, built = report_on(alice, {"scope": PROMPT})
        assert built.score == 0
        assert built.aside == (("repeats the question or its rubric", 1),)
        (aside,) = built.stages[0].asides
        assert aside.why == "This repeats the question or its rubric."
        (quote,) = aside.quotes
        (piece,) = built.stages[0].pieces
        assert (piece.text, piece.anchor, piece.kinds) == (PROMPT, quote.anchor, (Kind.ASIDE,))
        assert (piece.why, piece.note) == ("repeats the question or its rubric", aside.id)

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


@pytest.mark.usefixtures("bank")
class TestFindings:
    def of_goal(self, candidate: User, **fields: Any) -> reports.CriterionReport:
        goal = Judgement(criterion="goal", level=2, **fields)
        others = [Judgement(criterion=name, level=1) for name in ("retrieval", "experiment")]
        return judged(candidate, goal, *others).criteria[0]

    @pytest.mark.parametrize(
        ("depth", "reached", "deeper"),
        [
            (Depth.MENTIONED, ["named"], "Named only. Say how, where or how much."),
            (Depth.SPECIFIED, ["named", "specified"], "Add why, or what it costs."),
            (Depth.JUSTIFIED, ["named", "specified", "justified"], ""),
        ],
    )
    def test_say_how_deep_and_what_would_be_deeper(
        self, alice: User, depth: Depth, reached: list[str], deeper: str
    ) -> None:
        finding = Finding(indicator="metric", depth=depth, evidence=(evidence("watch time"),))
        (met,) = self.of_goal(alice, met=(finding,)).met
        assert [name for name, _ in met.steps] == ["named", "specified", "justified"]
        assert [name for name, is_reached in met.steps if is_reached] == reached
        assert (met.depth, met.deeper, met.prompted) == (reached[-1], deeper, False)

    def test_that_came_after_a_question_say_so(self, alice: User) -> None:
        finding = Finding(indicator="metric", depth=Depth.MENTIONED, evidence=(), prompted=True)
        (met,) = self.of_goal(alice, met=(finding,)).met
        assert met.prompted

    def test_that_are_missing_have_their_near_misses_beneath(self, alice: User) -> None:
        near = NearMiss(
            indicator="load", wording="peak", evidence=evidence("3,000 queries per second")
        )
        goal = self.of_goal(alice, missing=("metric", "load"), near=(near,))
        metric, load = goal.missing
        assert (metric.title, metric.near) == ("Names the metric", ())
        ((wording, quote),) = [(each.wording, each.quote) for each in load.near]
        assert (load.title, wording) == ("The load", "peak")
        assert quote.text == "3,000 queries per second"
        assert goal.seen == ("1 near miss",)

    def test_that_are_named_and_not_claimed_say_how_they_are_read(self, alice: User) -> None:
        held = Withheld(
            indicator="load", stance=Stance.DEFERRED, evidence=evidence("3,000 queries per second")
        )
        metric, load = self.of_goal(alice, missing=("metric", "load"), withheld=(held,)).missing
        assert metric.withheld == ()
        ((how, quote),) = [(each.how, each.quote) for each in load.withheld]
        assert (how, quote.text) == ("put off", "3,000 queries per second")

    def test_of_a_wrong_sum_hold_the_level_and_open_the_criterion(self, alice: User) -> None:
        flag = Flag(
            kind="wrong-sum",
            title="A sum is wrong: it says 30 per second, but 2 x 1,500 = 3,000 per second.",
            evidence=(evidence("The peak is 3,000 queries per second."),),
        )
        goal = self.of_goal(alice, flags=(flag,))
        (raised,) = goal.flags
        assert (raised.kind, raised.title, raised.cap) == ("wrong-sum", flag.title, 2)
        assert goal.seen == ("1 wrong sum",)
        assert goal.is_open
        assert not goal.below
        assert goal.next_steps[0].text.startswith("Put the sum above right")


@pytest.mark.usefixtures("bank")
class TestWholeAnswer:
    def with_flags(self, candidate: User, *flags: Flag, calibration: str | None = None) -> Report:
        interview = factories.submitted(candidate=candidate)
        judgements = [
            Judgement(criterion=name, level=1) for name in ("goal", "retrieval", "experiment")
        ]
        card = scoring.add_up(
            interview.version.value.rubric, judgements, "rules", flags, calibration
        )
        Scorecard.objects.record(interview, card, now=NOON)
        built = reports.build(interview, now=NOON)
        assert built
        return built

    @pytest.mark.parametrize(
        ("kind", "meaning"),
        [
            ("denied", "So whatever it shows counts as named only."),
            ("off-subject", "So whatever it shows counts as named only."),
            ("copied", "So whatever it shows counts as named only."),
            ("filled", "So whatever it shows counts as named only."),
            ("hidden", "What nobody can see earns nothing."),
        ],
    )
    def test_notes_say_what_they_mean(self, alice: User, kind: Any, meaning: str) -> None:
        (note,) = self.with_flags(alice, Flag(kind=kind, title="Something is so.")).notes
        assert (note.title, note.meaning) == ("Something is so.", meaning)

    def test_set_aside_is_counted_by_reason_and_told_per_stage(self, alice: User) -> None:
        why = "This only strings terms together."
        flags = [
            Flag(kind="set-aside", title=why, evidence=(evidence("We raise watch time"),)),
            Flag(kind="set-aside", title=why, evidence=(evidence(" per session"),)),
            Flag(kind="set-aside", title=why, evidence=(evidence("The peak"),)),
            Flag(kind="set-aside", title="37 more sentences were set aside."),
        ]
        built = self.with_flags(alice, *flags)
        assert built.aside == (
            ("only strings terms together", 3),
            ("37 more sentences were set aside.", 0),
        )
        assert not built.notes
        (aside,) = built.stages[0].asides
        assert aside.why == why
        assert [quote.text for quote in aside.quotes] == [
            "We raise watch time", " per session", "The peak",
        ]  # fmt: skip
        assert built.stages[1].asides == ()
        # one label behind places that follow each other
        assert [bool(piece.why) for piece in marked(built.stages[0].pieces)] == [False, True, True]

    def test_the_legend_names_the_marks_that_there_are(self, alice: User) -> None:
        assert self.with_flags(alice).legend == ()
        flag = Flag(kind="set-aside", title="This is so.", evidence=(evidence("The peak"),))
        assert [kind for kind, _ in self.with_flags(alice, flag).legend] == [Kind.ASIDE]
        _, built = report_on(alice, factories.GOOD)
        assert [kind for kind, _ in built.legend] == [Kind.EVIDENCE]

    def test_it_says_whether_levels_are_calibrated(self, alice: User) -> None:
        assert "not calibrated" in self.with_flags(alice).calibration
        calibrated = self.with_flags(alice, calibration="c" * 64).calibration
        assert "calibrated" in calibrated
        assert "not" not in calibrated


def test_a_scorecard_from_before_near_misses_and_calibration_still_shows(
    bank: None, alice: User
) -> None:
    interview, new = report_on(alice, factories.GOOD)
    document = interview.scorecards.get().document
    del document["calibration"]
    for judgement in document["judgements"]:
        del judgement["near"]
        for finding in judgement["met"]:
            del finding["prompted"]
    Scorecard.objects.create(
        interview=interview,
        judge="before",
        rubric_hash=document["rubric_hash"],
        score=document["score"],
        document=document,
        created_at=NOON + GRACE,
    )
    assert [each.judge for each in interview.scorecards.all()] == ["before", "rules"]
    old = reports.build(factories.fresh(interview), now=NOON)
    assert old == new


def test_there_is_no_report_before_there_is_a_scorecard(bank: None, alice: User) -> None:
    assert reports.build(factories.submitted(candidate=alice), now=NOON) is None


def test_a_report_cannot_be_changed(bank: None, alice: User) -> None:
    _, built = report_on(alice, {})
    with pytest.raises(AttributeError):
        built.score = 100.0  # type: ignore[misc]  # that is the point
    assert replace(built, score=1.0) != built
