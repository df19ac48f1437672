"""The bench scores an answer by two versions of a question, and shows where they differ."""

from rubrics import trials
from rubrics.loading import load_library
from tests.rubrics.documents import criterion, indicator, question

FRAMEWORKS = load_library().frameworks
TEXT = "We run an A/B test per user for two weeks, because habits change slowly."


def test_a_pasted_answer_is_scored_by_both_and_differences_are_marked() -> None:
    old = question(criterion(indicator(wordings=["no such words"])))
    new = question(criterion(indicator(wordings=["a/b test"], details=["two weeks"])))
    trial = trials.of_text(TEXT, "four-stage", old, new, FRAMEWORKS)
    (row,) = trial.rows
    assert row.old
    assert row.new
    assert len(row.new.met) > len(row.old.met)
    assert row.last is row.new


def test_without_a_draft_there_is_what_is_published_only() -> None:
    trial = trials.of_text(TEXT, "four-stage", question(), None, FRAMEWORKS)
    assert trial.new is None
    assert trial.rows[0].last is trial.rows[0].old
    assert not trial.rows[0].differs


def test_a_criterion_that_only_one_version_has_is_shown() -> None:
    old, new = question(criterion()), question(criterion(name="monitors"))
    trial = trials.of_text(TEXT, "four-stage", old, new, FRAMEWORKS)
    assert [(row.old is None, row.new is None) for row in trial.rows] == [
        (True, False),
        (False, True),
    ]


def test_nothing_to_score_gives_no_trial() -> None:
    assert trials.of_samples(None, None, FRAMEWORKS) == []
    assert trials.of_samples(question(), None, FRAMEWORKS) == []
