"""What a draft changes is told by meaning and by line."""

from rubrics import changes
from rubrics.schema import Question
from tests.rubrics.documents import criterion, indicator, question


def _told(before: Question, after: Question) -> dict[str, changes.Change]:
    return {change.where: change for change in changes.by_meaning(before, after)}


def test_the_same_question_has_no_change() -> None:
    assert changes.by_meaning(question(), question()) == []


def test_words_that_came_and_went_are_listed() -> None:
    before = question(criterion(indicator(wordings=["a test", "an experiment"])))
    after = question(criterion(indicator(wordings=["a test", "a trial"])))
    (change,) = changes.by_meaning(before, after)
    assert change.where.endswith("wordings")
    assert (change.gone, change.new) == (("an experiment",), ("a trial",))


def test_a_criterion_that_came_is_named_by_its_id() -> None:
    after = question(criterion(), criterion(name="monitors"))
    found = _told(question(criterion()), after)
    assert found["rubric › criteria › monitors"].kind == "added"
    assert _told(after, question(criterion()))["rubric › criteria › monitors"].kind == "removed"


def test_a_weight_and_a_gate_are_told_with_both_values() -> None:
    before = question(criterion(weight=1))
    after = question(criterion(weight=2))
    (change,) = changes.by_meaning(before, after)
    assert change.where == "rubric › criteria › evaluates › weight"
    assert change.after == "2.0"


def test_another_order_of_criteria_is_no_change_of_meaning() -> None:
    one, other = criterion(), criterion(name="monitors")
    assert changes.by_meaning(question(one, other), question(other, one)) == []


def test_rows_are_told_with_their_sign_and_capped() -> None:
    rows, is_all = changes.by_line("a\nb\nc", "a\nB\nc")
    assert ("-b" in rows, "+B" in rows, is_all) == (True, True, True)
    many, is_all = changes.by_line("\n".join("a" * 2_000), "\n".join("b" * 2_000))
    assert len(many) == changes.MOST_ROWS
    assert not is_all
