"""The bench scores an answer by two versions of a question, and shows where they differ."""

from rubrics import trials
from tests.rubrics.documents import criterion, indicator, library, question

FRAMEWORKS = library().frameworks
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


def test_words_that_are_read_as_denied_are_told() -> None:
    new = question(criterion(indicator(title="Tests it on people", wordings=["a/b test"])))
    trial = trials.of_text("We never run an A/B test.", "four-stage", None, new, FRAMEWORKS)
    (said,) = trial.rows[0].withheld
    assert said == (
        "Tests it on people is named, but read as denied or another's: “We never run an A/B test.”"
    )


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


def test_only_what_differs_is_open_and_the_rest_is_folded() -> None:
    same = criterion(name="monitors")
    old = question(same, criterion(indicator(wordings=["no such words"])))
    new = question(same, criterion(indicator(wordings=["a/b test"], details=["two weeks"])))
    trial = trials.of_text(TEXT, "four-stage", old, new, FRAMEWORKS)
    assert [row.differs for row in trial.rows] == [False, True]
    assert (trial.open_rows, trial.folded_rows) == (trial.rows[1:], trial.rows[:1])


def test_a_criterion_that_came_or_went_differs() -> None:
    old, new = question(criterion()), question(criterion(), criterion(name="monitors"))
    trial = trials.of_text(TEXT, "four-stage", old, new, FRAMEWORKS)
    assert [row.differs for row in trial.rows] == [False, True]


def test_of_a_pasted_answer_that_one_version_judged_all_is_open() -> None:
    trial = trials.of_text(TEXT, "four-stage", None, question(), FRAMEWORKS)
    assert trial.open_rows == trial.rows
    assert not trial.folded_rows
    assert not trial.is_rated


def test_what_a_level_rests_on_is_told_by_titles() -> None:
    one = indicator(title="Runs a test", wordings=["a/b test"])
    other = indicator(name="zebra", title="Has a zebra", wordings=["zebra"])
    (row,) = trials.of_text(
        TEXT, "four-stage", None, question(criterion(one, other)), FRAMEWORKS
    ).rows
    assert [found.title for found in row.met] == ["Runs a test"]
    assert "A/B test" in row.met[0].quotes[0]
    assert row.missing == ("Has a zebra",)


def test_a_sample_shows_what_is_far_from_its_rater() -> None:
    sample = {
        "grade": "strong",
        "framework": "four-stage",
        "stages": {"scope": "Nothing of it."},
        "levels": {"evaluates": 4},
    }
    (trial,) = trials.of_samples(question(samples=[sample]), None, FRAMEWORKS)
    assert trial.is_rated
    assert [row.is_far for row in trial.open_rows] == [True]
