"""What a draft changes is told by meaning, sentence by sentence, and by line."""

import pytest

from rubrics import changes
from rubrics.changes import Piece
from rubrics.schema import Question
from tests.rubrics.documents import criterion, indicator, question

PROSE = (
    "The registry keeps every model. Each has a hash.\n\n"
    "- It is rolled out to one percent. Then to ten. Then to all."
)


def _told(before: Question, after: Question) -> dict[str, changes.Change]:
    return {change.where: change for change in changes.by_meaning(before, after)}


def _one(before: Question, after: Question) -> changes.Change:
    (change,) = changes.by_meaning(before, after)
    return change


def _before(change: changes.Change) -> str:
    """What was there."""
    return _without("new", change)


def _after(change: changes.Change) -> str:
    """What is there now."""
    return _without("gone", change)


def _without(kind: str, change: changes.Change) -> str:
    pieces = [piece for passage in change.passages for piece in passage.pieces]
    return "".join(piece.text for piece in pieces if piece.kind != kind)


def _kinds(change: changes.Change) -> set[str]:
    return {piece.kind for passage in change.passages for piece in passage.pieces}


def _counted(words: int, *, every: int = 0) -> str:
    """One long sentence; one word in ``every`` is another."""
    return " ".join(f"{'x' if every and n % every == 0 else 'w'}{n}" for n in range(words))


def test_the_same_question_has_no_change() -> None:
    assert changes.by_meaning(question(), question()) == []


def test_words_that_came_and_went_are_listed() -> None:
    before = question(criterion(indicator(wordings=["a test", "an experiment"])))
    after = question(criterion(indicator(wordings=["a test", "a trial"])))
    change = _one(before, after)
    assert change.where.endswith("wordings")
    assert change.kind == "changed"
    assert [passage.pieces for passage in change.passages] == [
        (Piece("gone", "an experiment"),),
        (Piece("new", "a trial"),),
    ]


def test_a_phrase_that_was_mended_has_its_words_marked() -> None:
    before = question(criterion(indicator(wordings=["a test", "roll the model back at once"])))
    after = question(criterion(indicator(wordings=["roll the model back slowly", "a test"])))
    (passage,) = _one(before, after).passages
    assert passage.pieces == (
        Piece("same", "roll the model back "),
        Piece("gone", "at once"),
        Piece("new", "slowly"),
    )


@pytest.mark.parametrize(("old", "new", "kind"), [([], ["why"], "added"), (["why"], [], "removed")])
def test_a_list_that_came_or_went_is_added_or_removed(
    old: list[str], new: list[str], kind: str
) -> None:
    one, other = (question(criterion(indicator(reasons=each))) for each in (old, new))
    assert _one(one, other).kind == kind


def test_phrases_in_another_order_are_told_as_that() -> None:
    before = question(criterion(indicator(wordings=["a test", "a trial"])))
    after = question(criterion(indicator(wordings=["a trial", "a test"])))
    change = _one(before, after)
    assert (change.kind, change.passages) == ("changed", ())
    assert "another order" in change.note


def test_of_prose_the_sentence_that_differs_is_open_and_its_words_are_marked() -> None:
    after = PROSE.replace("one percent", "two percent of people")
    change = _one(question(prompt=PROSE), question(prompt=after))
    stays, differs, rest = change.passages
    assert (stays.is_folded, stays.sentences) == (True, 2)
    assert differs.pieces == (
        Piece("same", "- It is rolled out to "),
        Piece("gone", "one percent. "),
        Piece("new", "two percent of people. "),
    )
    assert (rest.is_folded, rest.sentences) == (True, 2)
    assert (_before(change), _after(change)) == (PROSE, after)


def test_a_single_sentence_that_stays_is_not_folded_away() -> None:
    change = _one(question(prompt="One. Two."), question(prompt="One. Three."))
    assert [(each.stays, each.is_folded) for each in change.passages] == [
        (True, False),
        (False, False),
    ]


def test_sentences_with_little_in_common_stand_one_after_the_other() -> None:
    old, new = "Design a feed for videos.", "Who may see which of the models, and when?"
    (passage,) = _one(question(prompt=old), question(prompt=new)).passages
    assert passage.pieces == (Piece("gone", old), Piece("new", new))


def test_other_blanks_are_told_as_that() -> None:
    change = _one(question(prompt="One. Two."), question(prompt="One.\n\nTwo."))
    assert change.note.startswith("Only blanks")
    assert all(passage.stays for passage in change.passages)


def test_a_criterion_that_came_is_named_by_its_id() -> None:
    after = question(criterion(), criterion(name="monitors"))
    found = _told(question(criterion()), after)
    assert found["rubric › criteria › monitors"].kind == "added"
    assert _told(after, question(criterion()))["rubric › criteria › monitors"].kind == "removed"


def test_a_weight_and_a_gate_are_told_with_both_values() -> None:
    before = question(criterion(weight=1))
    after = question(criterion(weight=2))
    change = _one(before, after)
    assert change.where == "rubric › criteria › evaluates › weight"
    assert (_before(change), _after(change), change.kind) == ("1.0", "2.0", "changed")


def test_another_order_of_criteria_is_no_change_of_meaning() -> None:
    one, other = criterion(), criterion(name="monitors")
    assert changes.by_meaning(question(one, other), question(other, one)) == []


def test_entries_without_an_id_are_matched_by_what_they_say() -> None:
    cache, path = {"component": "cache"}, {"path": ["api", "ranker", "store"]}
    longer = {"path": ["api", "ranker", "store", "log"]}
    before = question(criterion(indicator(drawn=[cache, path])))
    after = question(criterion(indicator(drawn=[longer, cache])))
    change = _one(before, after)
    assert change.where.endswith("drawn › 1 › path")
    assert [passage.pieces for passage in change.passages] == [(Piece("new", "log"),)]


def test_an_entry_without_any_name_that_came_is_told_by_what_it_says() -> None:
    after = question(criterion(indicator(drawn=[{"component": "cache"}])))
    change = _one(question(criterion(indicator())), after)
    assert (change.where.split(" › ")[-2:], _after(change)) == (["1", "component"], "cache")
    assert change.kind == "added"


def test_two_samples_of_one_grade_are_both_compared() -> None:
    samples = [
        {
            "grade": "strong",
            "framework": name,
            "stages": {"scope": text},
            "levels": {"evaluates": 3},
        }
        for name, text in (("four-stage", "We keep it short."), ("seven-step", "Nobody waits."))
    ]
    mended = [samples[0], {**samples[1], "stages": {"scope": "Nobody waits long."}}]
    change = _one(question(samples=samples), question(samples=mended))
    assert change.where == "samples › strong 2 › stages › scope"
    assert _after(change) == "Nobody waits long."


def test_a_model_answer_that_came_is_told_stage_by_stage() -> None:
    answer = {"framework": "four-stage", "stages": {"scope": "Goals first."}}
    found = _told(question(), question(model_answer=answer))
    assert found["model_answer › stages › scope"].kind == "added"


def test_texts_beyond_the_limit_are_not_compared_though_they_are_alike() -> None:
    old, new = _counted(500), _counted(500, every=10)
    assert "same" in _kinds(_one(question(prompt=old), question(prompt=new)))
    old, new = _counted(1_200), _counted(1_200, every=10)
    change = _one(question(prompt=old), question(prompt=new))
    assert [piece.text for passage in change.passages for piece in passage.pieces] == [old, new]
    old, new = "a. " * 13_000, "a. b. " * 6_500
    change = _one(question(prompt=old), question(prompt=new))
    assert _kinds(change) == {"gone", "new"}
    assert _after(change) == new.strip()


def test_the_limit_is_one_for_all_that_a_page_compares() -> None:
    def answer(every: int) -> Question:
        stages = {f"s-{n}": _counted(400, every=every) for n in range(8)}
        return question(model_answer={"framework": "four-stage", "stages": stages})

    found = [_kinds(each) for each in changes.by_meaning(answer(0), answer(10))]
    assert found == [{"same", "gone", "new"}] * 6 + [{"gone", "new"}] * 2


def test_many_thousand_phrases_are_told_as_gone_and_new() -> None:
    one, other = ([f"{word} {n}" for n in range(20_000)] for word in ("old", "new"))
    same = [f"same {n}" for n in range(5_000)]
    before = question(criterion(indicator(wordings=[*same, *one])))
    after = question(criterion(indicator(wordings=[*same, *other])))
    assert len(_one(before, after).passages) == 40_000


def test_rows_beyond_the_limit_are_not_compared() -> None:
    old = [f"row {n}" for n in range(10_000)]
    new = [f"{row} x" if n % 2 else row for n, row in enumerate(old)]
    rows, is_all = changes.by_line("\n".join(old), "\n".join(new))
    assert not is_all
    assert [row[0] for row in rows] == ["-"] * 750 + ["+"] * 750
    assert rows[0] == "-row 0"
    new[2:] = old[2:]
    rows, is_all = changes.by_line("\n".join(old), "\n".join(new))
    assert is_all
    assert "+row 1 x" in rows


def test_rows_are_told_with_their_sign_and_capped() -> None:
    rows, is_all = changes.by_line("a\nb\nc", "a\nB\nc")
    assert ("-b" in rows, "+B" in rows, is_all) == (True, True, True)
    many, is_all = changes.by_line("\n".join("a" * 2_000), "\n".join("b" * 2_000))
    assert len(many) == changes.MOST_ROWS
    assert not is_all


def test_of_two_texts_the_words_that_differ_are_marked_and_the_rest_stays() -> None:
    change = changes.by_word("We rank.\n\nBy clicks, daily.", "We rank.\n\nBy sessions, daily.")
    same, differs = change.passages
    assert same.stays
    assert Piece("gone", "clicks, ") in differs.pieces
    assert Piece("new", "sessions, ") in differs.pieces


def test_two_texts_that_are_the_same_have_no_passages() -> None:
    assert changes.by_word("We rank.", "We rank.").passages == ()
    assert changes.by_word("", "").passages == ()


def test_a_text_over_an_empty_one_is_all_new() -> None:
    (passage,) = changes.by_word("", "We rank.").passages
    assert passage.pieces == (Piece("new", "We rank."),)
