"""Saving a draft: what is acknowledged stays, what is not is refused with its reason."""

import uuid
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from interviews import flow
from interviews.models import (
    FROM_START,
    DraftOutcome,
    Interview,
    LateText,
    Part,
    StageAnswer,
    StageRevision,
)
from interviews.models.stage import MAX_BYTES, MOST_LATE, WHOLE_EVERY
from tests import factories
from tests.factories import GRACE, NOON
from tests.races import at_once, together

KEY = uuid.UUID(int=1)
SOON = NOON + timedelta(minutes=1)


@pytest.fixture
def running(bank: None, alice: User) -> Interview:
    return factories.an_interview(candidate=alice)


@pytest.fixture
def scope(running: Interview) -> StageAnswer:
    return running.sheets.texts().get(stage="scope")


def save(
    answer: StageAnswer,
    text: str,
    *,
    base: int = 0,
    key: uuid.UUID | None = None,
    now: datetime = SOON,
) -> DraftOutcome:
    return factories.save(answer, text, base=base, key=key, now=now)


def stored(answer: StageAnswer) -> tuple[str, int, list[str]]:
    """What the database has: the text, its revision, and every text that was acknowledged."""
    row = StageAnswer.objects.get(pk=answer.pk)
    return row.text, row.revision, factories.texts_of(row)


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
    design = running.sheets.texts().get(stage="design")
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
    scope = strict.sheets.texts().get(stage="scope")
    strict.enter("design", now=SOON)
    assert save(scope, "too late") == DraftOutcome(0, "locked")
    assert stored(scope) == ("", 0, [])


def test_a_lock_holds_also_while_one_is_in_the_stage(scope: StageAnswer) -> None:
    StageAnswer.objects.filter(pk=scope.pk).update(locked_at=NOON)
    assert save(scope, "too late") == DraftOutcome(0, "locked")
    assert stored(scope) == ("", 0, [])


def test_a_stage_that_one_is_not_in_takes_no_text(running: Interview) -> None:
    design = running.sheets.texts().get(stage="design")
    assert save(design, "too early") == DraftOutcome(0, "elsewhere")
    assert stored(design) == ("", 0, [])


def test_an_interview_that_was_handed_in_takes_no_text(
    running: Interview, scope: StageAnswer
) -> None:
    running.submit(flow.Submitter.CANDIDATE, now=SOON)
    assert save(scope, "too late") == DraftOutcome(0, "late")
    assert stored(scope) == ("", 0, [])


@pytest.mark.parametrize(
    ("late", "refused"),
    [
        (timedelta(0), None),
        (GRACE - timedelta(microseconds=1), None),
        (GRACE, "late"),
        (timedelta(days=1), "late"),
    ],
)
def test_what_was_on_its_way_at_the_deadline_counts_within_the_grace(
    running: Interview, scope: StageAnswer, late: timedelta, refused: str | None
) -> None:
    outcome = save(scope, "the last words", now=running.deadline_at + late)
    assert outcome.refused == refused
    assert stored(scope)[0] == ("" if refused else "the last words")


@pytest.mark.parametrize("base", [0, 7])
@pytest.mark.parametrize("text", ["first", "x" * (MAX_BYTES + 1)])
def test_every_outcome_costs_one_statement(
    scope: StageAnswer, django_assert_num_queries: DjangoAssertNumQueries, text: str, base: int
) -> None:
    with django_assert_num_queries(1):
        save(scope, text, base=base)


# --- revisions say what changed -----------------------------------------------------------


def changes(answer: StageAnswer) -> list[tuple[int, int | None, str]]:
    """Of every revision: where, in place of how many characters (None: of all), what."""
    return list(answer.revisions.values_list("start", "cut", "text"))


def save_as_the_page_does(
    answer: StageAnswer, text: str, *, base: int, start: int | None, cut: int | None
) -> None:
    outcome = StageAnswer.objects.save_draft(
        text,
        interview_id=answer.interview_id,
        stage=answer.stage,
        base=base,
        key=uuid.uuid4(),
        now=SOON,
        grace=GRACE,
        start=start,
        cut=cut,
    )
    assert outcome == DraftOutcome(base + 1)


def test_a_revision_stores_what_was_typed_and_the_first_one_all(scope: StageAnswer) -> None:
    for base, text in enumerate(["We rank.", "We rank films.", "We films.", "Oh: We films."]):
        scope.refresh_from_db()
        save(scope, text, base=base)
    assert changes(scope) == [(0, None, "We rank."), (7, 0, " films"), (3, 5, ""), (0, 0, "Oh: ")]
    assert stored(scope)[2] == ["We rank.", "We rank films.", "We films.", "Oh: We films."]


@pytest.mark.parametrize(
    ("before", "after", "start", "cut", "piece"),
    [
        ("abc", "abXc", 2, 0, "X"),
        ("abc", "", 0, 3, ""),
        ("aaaa", "aaaaa", 0, 0, "a"),  # any of five places is right
        ("a🎬語é", "a🎬語!é", 3, 0, "!"),
        ("one\ntwo", "one\n\ntwo", 3, 0, "\n"),
        ("abc", "xyz", 0, 3, "xyz"),
    ],
)
def test_the_page_says_where_a_text_changed(
    scope: StageAnswer, before: str, after: str, start: int, cut: int, piece: str
) -> None:
    save(scope, before)
    save_as_the_page_does(scope, after, base=1, start=start, cut=cut)
    assert changes(scope)[1] == (start, cut, piece)
    assert stored(scope) == (after, 2, [before, after])


@pytest.mark.parametrize(
    ("start", "cut"),
    [
        (1, 0),  # before it, something else differs too
        (4, 0),
        (3, 1),
        (0, 0),
        (0, 99),
        (99, 0),
        (2**24, 2**24),
        (2, None),
        (None, 0),
        (None, None),
    ],
)
def test_what_is_not_so_is_not_believed_and_the_whole_text_stored(
    scope: StageAnswer, start: int | None, cut: int | None
) -> None:
    save(scope, "abcdef")
    save_as_the_page_does(scope, "abXcdeYf", base=1, start=start, cut=cut)
    assert changes(scope)[1] == (0, None, "abXcdeYf")
    assert stored(scope) == ("abXcdeYf", 2, ["abcdef", "abXcdeYf"])


def test_a_whole_text_is_stored_now_and_then(scope: StageAnswer) -> None:
    texts = ["w" * length for length in range(1, 2 * WHOLE_EVERY + 3)]
    for base, text in enumerate(texts):
        save_as_the_page_does(scope, text, base=base, start=base, cut=0)
    whole = scope.revisions.filter(cut=None).values_list("number", flat=True)
    assert list(whole) == [1, WHOLE_EVERY + 1, 2 * WHOLE_EVERY + 1]
    assert stored(scope) == (texts[-1], len(texts), texts)


TYPED = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.text(max_size=8), st.booleans()), max_size=12
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=TYPED)
def test_whatever_is_typed_every_text_can_be_told_again(
    running: Interview, edits: list[tuple[float, float, str, bool]]
) -> None:
    StageAnswer.objects.filter(interview=running).delete()
    running.sheets.prepare(running, ["scope"])
    scope = running.sheets.texts().get()
    texts: list[str] = []
    text = ""
    for at, much, piece, is_true in edits:
        start = int(at * len(text))
        cut = int(much * (len(text) - start))
        fresh = text[:start] + piece + text[start + cut :]
        fresh = fresh.replace("\x00", "").replace("\r\n", "\n")
        if fresh == text or any(0xD800 <= ord(letter) < 0xE000 for letter in fresh):
            continue
        claimed = (start, cut) if is_true else (cut, start)
        save_as_the_page_does(scope, fresh, base=len(texts), start=claimed[0], cut=claimed[1])
        texts.append(fresh)
        text = fresh
    assert factories.texts_of(scope) == texts
    assert [scope.text_at(number) for number in range(1, len(texts) + 1)] == texts


@pytest.mark.parametrize("number", [1, WHOLE_EVERY, WHOLE_EVERY + 1, WHOLE_EVERY + 7])
def test_a_text_of_the_past_costs_one_query(
    scope: StageAnswer, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for base in range(WHOLE_EVERY + 10):
        save_as_the_page_does(scope, "w" * (base + 1), base=base, start=base, cut=0)
    with django_assert_num_queries(1) as asked:
        assert scope.text_at(number) == "w" * number
    assert len(asked) == 1
    with django_assert_num_queries(1):
        numbers = [revision.number for _, revision in scope.revisions.whole()]
    assert numbers == list(range(1, WHOLE_EVERY + 11))


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_revision_that_never_was_has_no_text(scope: StageAnswer, number: int) -> None:
    save(scope, "one")
    scope.refresh_from_db()
    save(scope, "one two", base=1)
    with pytest.raises(StageRevision.DoesNotExist):
        scope.text_at(number)


# --- the parts of a stage -----------------------------------------------------------------


def sheet(interview: Interview, part: Part) -> StageAnswer:
    return interview.sheets.get(stage="scope", part=part)


@pytest.mark.parametrize("part", [Part.DRAWING, Part.OUTLINE])
def test_each_part_has_revisions_of_its_own(running: Interview, part: Part) -> None:
    assert save(sheet(running, Part.TEXT), "written", key=KEY) == DraftOutcome(1)
    assert save(sheet(running, part), "drawn", key=KEY) == DraftOutcome(1)
    assert stored(sheet(running, Part.TEXT)) == ("written", 1, ["written"])
    assert stored(sheet(running, part)) == ("drawn", 1, ["drawn"])


@pytest.mark.parametrize("part", FROM_START)
def test_each_part_holds_so_much_and_no_more(running: Interview, part: Part) -> None:
    most = 1024 * 1024 if part is Part.DRAWING else 64 * 1024
    assert save(sheet(running, part), "x" * most) == DraftOutcome(1)
    assert save(sheet(running, part), "x" * (most + 1), base=1) == DraftOutcome(1, "too-long")


@pytest.mark.parametrize("part", FROM_START)
def test_a_lock_holds_for_all_parts(bank: None, alice: User, part: Part) -> None:
    strict = factories.an_interview(candidate=alice, pacing=flow.Pacing.STRICT)
    strict.enter("design", now=SOON)
    assert save(sheet(strict, part), "too late") == DraftOutcome(0, "locked")


@pytest.mark.parametrize("part", FROM_START)
def test_no_part_is_written_where_one_is_not(running: Interview, part: Part) -> None:
    running.enter("design", now=SOON)
    assert save(sheet(running, part), "elsewhere") == DraftOutcome(0, "elsewhere")


def test_a_sheet_of_somebody_else_is_not_there(scope: StageAnswer, mallory: User) -> None:
    owner = scope.interview.candidate_id
    for candidate_id, stage in ((mallory.pk, "scope"), (owner, "nowhere")):
        with pytest.raises(StageAnswer.DoesNotExist):
            StageAnswer.objects.save_draft(
                "forged",
                interview_id=scope.interview_id,
                candidate_id=candidate_id,
                stage=stage,
                base=0,
                key=KEY,
                now=SOON,
                grace=GRACE,
            )
    assert stored(scope) == ("", 0, [])


# --- pauses and what comes late -----------------------------------------------------------


@pytest.mark.parametrize(("after", "refused"), [(GRACE / 2, None), (GRACE, "paused")])
def test_a_pause_refuses_what_was_not_on_its_way(
    running: Interview, scope: StageAnswer, after: timedelta, refused: str | None
) -> None:
    assert running.pause(now=SOON)
    assert save(scope, "words", now=SOON + after).refused == refused
    # However long it lasts, it is a pause and not the end.
    assert save(scope, "more", now=SOON + timedelta(days=9)).refused == "paused"
    assert running.resume(now=SOON + timedelta(days=10))
    base = StageAnswer.objects.get(pk=scope.pk).revision
    assert save(scope, "on", base=base, now=SOON + timedelta(days=10)).refused is None


def late(answer: StageAnswer) -> list[str]:
    return list(answer.late_texts.values_list("text", flat=True))


@pytest.mark.parametrize("part", FROM_START)
def test_what_came_after_the_end_is_kept_beside_the_answer(running: Interview, part: Part) -> None:
    answer = sheet(running, part)
    save(answer, "in time")
    running.submit(flow.Submitter.CANDIDATE, now=SOON)
    assert save(answer, "in time, and late", base=1) == DraftOutcome(1, "late")
    assert (stored(answer), late(answer)) == (("in time", 1, ["in time"]), ["in time, and late"])
    assert answer.late_texts.get().received_at == SOON


def test_the_same_late_text_again_is_kept_once(running: Interview, scope: StageAnswer) -> None:
    running.submit(flow.Submitter.CANDIDATE, now=SOON)
    for _ in range(3):
        assert save(scope, "late", key=KEY) == DraftOutcome(0, "late")
    assert late(scope) == ["late"]


def test_only_so_many_late_texts_are_kept(running: Interview, scope: StageAnswer) -> None:
    running.submit(flow.Submitter.CANDIDATE, now=SOON)
    keys = [uuid.UUID(int=number) for number in range(1, MOST_LATE + 2)]
    refused = [save(scope, f"late {key.int}", key=key).refused for key in keys]
    assert refused == ["late"] * MOST_LATE + ["closed"]
    assert save(scope, "late 1", key=keys[0]).refused == "late"
    assert late(scope) == [f"late {key.int}" for key in keys[:MOST_LATE]]


def test_what_is_too_long_is_not_kept_late(running: Interview, scope: StageAnswer) -> None:
    running.submit(flow.Submitter.CANDIDATE, now=SOON)
    assert save(scope, "x" * (MAX_BYTES + 1)).refused == "too-long"
    assert late(scope) == []


def test_what_was_handed_in_already_is_not_late(running: Interview, scope: StageAnswer) -> None:
    save(scope, "handed in", key=KEY)
    running.submit(flow.Submitter.CANDIDATE, now=SOON)
    assert save(scope, "handed in", key=KEY) == DraftOutcome(1)
    assert save(scope, "handed in", base=1) == DraftOutcome(1)
    assert late(scope) == []


def test_the_database_refuses_to_edit_a_late_text(running: Interview, scope: StageAnswer) -> None:
    running.submit(flow.Submitter.CANDIDATE, now=SOON)
    save(scope, "as it came")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        LateText.objects.update(text="forged")
    assert late(scope) == ["as it came"]


# --- what never changes, and who comes first ----------------------------------------------


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


@pytest.mark.django_db(transaction=True)
def test_in_200_races_of_a_draft_with_a_submission_nothing_acknowledged_is_missing(
    bank: None, alice: User
) -> None:
    outcomes = []
    for number in range(200):
        running = factories.an_interview(candidate=alice)
        scope = running.sheets.texts().get(stage="scope")
        write = partial(save, scope, str(number))
        hand_in = partial(running.submit, flow.Submitter.CANDIDATE, now=SOON)
        outcome, _ = together(write, hand_in)
        assert isinstance(outcome, DraftOutcome)
        kept = str(number) if outcome.refused is None else ""
        assert stored(scope)[0] == kept
        assert late(scope) == ([] if kept else [str(number)])
        outcomes.append(outcome.refused)
    assert set(outcomes) <= {None, "late"}


def test_the_migration_lays_out_the_other_sheets_of_what_is_running(
    bank: None, alice: User, running: Interview
) -> None:
    done = factories.submitted(candidate=alice)
    running.enter("design", now=SOON)
    running.sheets.filter(stage="scope").update(locked_at=SOON)
    StageAnswer.objects.exclude(part=Part.TEXT).delete()
    migration = import_module("interviews.migrations.0006_sheets")
    with connection.cursor() as cursor:
        cursor.execute(migration.LAY_OUT)
    assert not done.sheets.exclude(part=Part.TEXT).exists()
    assert [(each.stage, each.part) for each in running.sheets.all()] == [
        (stage, part) for stage in factories.STAGES for part in ("drawing", "outline", "text")
    ]
    locked = running.sheets.filter(locked_at=SOON).values_list("stage", "part")
    assert set(locked) == {("scope", "drawing"), ("scope", "outline"), ("scope", "text")}
    outline = running.sheets.get(stage="design", part=Part.OUTLINE)
    assert save(outline, "Events -> Store: hourly") == DraftOutcome(1)
