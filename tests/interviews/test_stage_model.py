"""Saving a draft: what is acknowledged stays, what is not is refused with its reason."""

import uuid
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from interviews import flow
from interviews.models import DraftOutcome, Interview, StageAnswer, StageRevision
from interviews.models.stage import MAX_BYTES
from tests import factories
from tests.factories import GRACE, NOON
from tests.races import at_once

KEY = uuid.UUID(int=1)
SOON = NOON + timedelta(minutes=1)


@pytest.fixture
def running(bank: None, alice: User) -> Interview:
    return factories.an_interview(candidate=alice)


@pytest.fixture
def scope(running: Interview) -> StageAnswer:
    return running.stages.get(stage="scope")


def save(
    answer: StageAnswer,
    text: str,
    *,
    base: int = 0,
    key: uuid.UUID | None = None,
    now: datetime = SOON,
) -> DraftOutcome:
    return answer.save_draft(text, base=base, key=key or uuid.uuid4(), now=now, grace=GRACE)


def stored(answer: StageAnswer) -> tuple[str, int, list[str]]:
    """What the database has: the text, its revision, and every text that was acknowledged."""
    row = StageAnswer.objects.get(pk=answer.pk)
    return row.text, row.revision, [each.text for each in row.revisions.all()]


def test_a_text_is_kept_with_its_revision_and_moment(scope: StageAnswer) -> None:
    assert save(scope, "first") == DraftOutcome(1)
    assert save(scope, "second", base=1) == DraftOutcome(2)
    assert stored(scope) == ("second", 2, ["first", "second"])
    scope.refresh_from_db()
    assert scope.saved_at == SOON


def test_a_text_over_an_old_revision_is_a_conflict_and_changes_nothing(scope: StageAnswer) -> None:
    save(scope, "of the other tab")
    assert save(scope, "mine", base=0) == DraftOutcome(1, "conflict")
    assert stored(scope) == ("of the other tab", 1, ["of the other tab"])
    assert scope.text == "of the other tab"  # the caller can show both


@pytest.mark.parametrize("base", [1, 7, 2**31 - 1])
def test_a_revision_that_never_was_is_a_conflict(scope: StageAnswer, base: int) -> None:
    assert save(scope, "mine", base=base).refused == "conflict"
    assert stored(scope) == ("", 0, [])


def test_the_same_key_again_is_acknowledged_and_not_kept_twice(scope: StageAnswer) -> None:
    save(scope, "once", key=KEY)
    sent_again = StageAnswer.objects.get(pk=scope.pk)
    assert save(sent_again, "once", key=KEY) == DraftOutcome(1)
    assert stored(scope) == ("once", 1, ["once"])


def test_the_same_key_again_is_a_conflict_once_another_tab_wrote_over_it(
    scope: StageAnswer,
) -> None:
    save(scope, "once", key=KEY)
    save(scope, "later", base=1)
    assert save(scope, "once", key=KEY) == DraftOutcome(2, "conflict")
    assert stored(scope) == ("later", 2, ["once", "later"])


@pytest.mark.parametrize("base", [0, 1])
def test_a_used_key_never_acknowledges_another_text(scope: StageAnswer, base: int) -> None:
    save(scope, "once", key=KEY)
    fresh = StageAnswer.objects.get(pk=scope.pk)
    assert save(fresh, "another text", base=base, key=KEY).refused == "conflict"
    assert stored(scope) == ("once", 1, ["once"])


def test_a_key_counts_within_its_own_stage_only(running: Interview, scope: StageAnswer) -> None:
    save(scope, "here", key=KEY)
    running.enter("design", now=SOON)
    design = running.stages.get(stage="design")
    assert save(design, "there", key=KEY) == DraftOutcome(1)
    assert stored(design)[0] == "there"


def test_the_same_text_makes_no_new_revision(scope: StageAnswer) -> None:
    save(scope, "same")
    scope.refresh_from_db()
    assert save(scope, "same", base=1) == DraftOutcome(1)
    assert stored(scope) == ("same", 1, ["same"])


@pytest.mark.parametrize("letter", ["a", "é", "語", "🎬"])
def test_the_limit_counts_bytes_not_letters(scope: StageAnswer, letter: str) -> None:
    fits = letter * (MAX_BYTES // len(letter.encode()))
    assert save(scope, fits) == DraftOutcome(1)
    scope.refresh_from_db()
    assert save(scope, fits + letter, base=1) == DraftOutcome(1, "too-long")
    assert stored(scope)[:2] == (fits, 1)


def test_line_ends_of_a_form_do_not_count_against_the_limit(scope: StageAnswer) -> None:
    text = "\r\n" * MAX_BYTES
    assert save(scope, text) == DraftOutcome(1)
    assert stored(scope)[0] == "\n" * MAX_BYTES


def test_characters_that_a_database_cannot_hold_are_left_out(scope: StageAnswer) -> None:
    assert save(scope, "a\x00b\r\nc\rd") == DraftOutcome(1)
    assert stored(scope)[0] == "ab\nc\rd"


def test_a_form_that_gives_the_same_text_with_its_own_line_ends_changes_nothing(
    scope: StageAnswer,
) -> None:
    save(scope, "a\nb")
    scope.refresh_from_db()
    assert save(scope, "a\r\nb", base=1) == DraftOutcome(1)


def test_an_empty_text_may_replace_a_full_one(scope: StageAnswer) -> None:
    save(scope, "regretted")
    assert save(scope, "", base=1) == DraftOutcome(2)
    assert stored(scope) == ("", 2, ["regretted", ""])


def test_a_locked_stage_takes_no_text(bank: None, alice: User) -> None:
    strict = factories.an_interview(candidate=alice, pacing=flow.Pacing.STRICT)
    scope = strict.stages.get(stage="scope")
    strict.enter("design", now=SOON)
    assert save(scope, "too late") == DraftOutcome(0, "locked")
    assert stored(scope) == ("", 0, [])


def test_a_lock_holds_also_while_one_is_in_the_stage(scope: StageAnswer) -> None:
    StageAnswer.objects.filter(pk=scope.pk).update(locked_at=NOON)
    assert save(scope, "too late") == DraftOutcome(0, "locked")
    assert stored(scope) == ("", 0, [])


def test_a_stage_that_one_is_not_in_takes_no_text(running: Interview) -> None:
    design = running.stages.get(stage="design")
    assert save(design, "too early") == DraftOutcome(0, "elsewhere")
    assert stored(design) == ("", 0, [])


def test_an_interview_that_was_handed_in_takes_no_text(
    running: Interview, scope: StageAnswer
) -> None:
    running.submit(flow.Submitter.CANDIDATE, now=SOON)
    assert save(scope, "too late") == DraftOutcome(0, "closed")
    assert stored(scope) == ("", 0, [])


@pytest.mark.parametrize(
    ("late", "refused"),
    [
        (timedelta(0), None),
        (GRACE - timedelta(microseconds=1), None),
        (GRACE, "closed"),
        (timedelta(days=1), "closed"),
    ],
)
def test_what_was_on_its_way_at_the_deadline_counts_within_the_grace(
    running: Interview, scope: StageAnswer, late: timedelta, refused: str | None
) -> None:
    outcome = save(scope, "the last words", now=running.deadline_at + late)
    assert outcome.refused == refused
    assert stored(scope)[0] == ("" if refused else "the last words")


def test_a_draft_costs_a_fixed_number_of_queries(
    scope: StageAnswer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):  # savepoint, UPDATE, INSERT, release
        save(scope, "first")
    scope.refresh_from_db()
    with django_assert_num_queries(0):
        save(scope, "first", base=1)
    with django_assert_num_queries(0):
        save(scope, "x" * (MAX_BYTES + 1), base=1)


@pytest.mark.parametrize("change", [{"text": "forged"}, {"saved_at": NOON}, {"number": 9}])
def test_the_database_refuses_to_edit_a_revision(
    scope: StageAnswer, change: dict[str, object]
) -> None:
    save(scope, "as it was")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        StageRevision.objects.update(**change)
    assert stored(scope)[2] == ["as it was"]


@pytest.mark.django_db(transaction=True)
def test_of_two_different_texts_at_once_one_is_kept_and_the_other_told(
    running: Interview, scope: StageAnswer
) -> None:
    texts = ["mine", "yours"]
    outcomes = at_once(
        lambda: list(Interview.objects.select_for_update().filter(pk=running.pk)),
        *(partial(save, StageAnswer.objects.get(pk=scope.pk), text) for text in texts),
    )
    kept = [text for text, each in zip(texts, outcomes, strict=True) if each.refused is None]
    assert sorted(each.refused or "" for each in outcomes) == ["", "conflict"]
    assert stored(scope) == (kept[0], 1, kept)


@pytest.mark.django_db(transaction=True)
def test_the_same_text_sent_twice_at_once_is_acknowledged_twice_and_kept_once(
    running: Interview, scope: StageAnswer
) -> None:
    outcomes = at_once(
        lambda: list(Interview.objects.select_for_update().filter(pk=running.pk)),
        *(partial(save, StageAnswer.objects.get(pk=scope.pk), "once", key=KEY) for _ in range(2)),
    )
    assert outcomes == [DraftOutcome(1), DraftOutcome(1)]
    assert stored(scope) == ("once", 1, ["once"])


@pytest.mark.django_db(transaction=True)
def test_a_draft_that_is_acknowledged_beside_a_submission_is_part_of_it(
    running: Interview, scope: StageAnswer
) -> None:
    def hand_in() -> str:
        running.submit(flow.Submitter.CANDIDATE, now=SOON)
        return StageAnswer.objects.get(pk=scope.pk).text

    def write() -> str:
        return "" if save(scope, "the last words").refused else "the last words"

    handed_in, acknowledged = at_once(
        lambda: list(Interview.objects.select_for_update().filter(pk=running.pk)), hand_in, write
    )
    if acknowledged:
        assert handed_in == acknowledged
    else:
        assert stored(scope) == ("", 0, [])
