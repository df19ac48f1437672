"""The steps of a text's history, and one earlier text beside what is saved now."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import DjangoAssertNumQueries

from interviews import flow, history
from interviews.models import Interview, StageAnswer
from tests import factories
from tests.factories import NOON


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def interview(bank: None, alice: User) -> Interview:
    return factories.an_interview(candidate=alice)


def type_in(interview: Interview, *saves: tuple[float, str]) -> StageAnswer:
    """Save texts, each so many seconds after the start."""
    for seconds, text in saves:
        assert factories.draft(interview, "scope", text, now=at(seconds)).refused is None
    return interview.sheets.texts().get(stage="scope")


class TestSteps:
    def test_saves_without_a_pause_are_one_step_told_by_its_last_save(
        self, interview: Interview
    ) -> None:
        answer = type_in(interview, (5, "one"), (10, "one two"), (29, "one two three"))
        (step,) = history.of(answer, now=at(60)).steps
        assert (step.number, step.saves, step.words) == (3, 3, 3)
        assert (step.into, step.ago) == (29, 31)

    def test_a_pause_of_twenty_seconds_ends_a_step_and_the_latest_is_first(
        self, interview: Interview
    ) -> None:
        answer = type_in(interview, (5, "one"), (25, "one two"), (44, "one two three"))
        assert [step.number for step in history.of(answer, now=at(60)).steps] == [3, 1]

    def test_whoever_types_without_pause_has_a_step_a_minute(self, interview: Interview) -> None:
        texts = [(second, "word " * second) for second in range(1, 131)]
        answer = type_in(interview, *texts)
        assert [step.number for step in history.of(answer, now=at(200)).steps] == [130, 120, 60]

    def test_a_step_says_how_many_words_came_and_went(self, interview: Interview) -> None:
        answer = type_in(interview, (5, "a b c"), (60, "a c d e"))
        latest, first = history.of(answer, now=at(60)).steps
        assert (first.added, first.removed) == (3, 0)
        assert (latest.added, latest.removed) == (2, 1)

    def test_a_word_that_only_moved_neither_came_nor_went(self, interview: Interview) -> None:
        answer = type_in(interview, (5, "a b"), (60, "b a"))
        latest = history.of(answer, now=at(60)).steps[0]
        assert (latest.added, latest.removed) == (0, 0)

    def test_without_a_save_there_is_no_step(self, interview: Interview) -> None:
        answer = interview.sheets.texts().get(stage="scope")
        assert history.of(answer, now=at(60)).steps == ()

    def test_the_number_of_saves_changes_nothing_about_the_queries(
        self, interview: Interview, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        answer = type_in(interview, *((second, f"{second}") for second in range(200)))
        with django_assert_num_queries(1):
            history.of(answer, now=at(300))


class TestOneVersion:
    def test_it_is_the_text_as_it_was_beside_what_is_saved_now(self, interview: Interview) -> None:
        answer = type_in(interview, (5, "We rank by clicks."), (9, "We rank by watch time."))
        version = history.version(answer, 1, now=at(10))
        assert version
        assert version.text == "We rank by clicks."
        (passage,) = version.change.passages
        marked = [(piece.kind, piece.text) for piece in passage.pieces]
        assert ("gone", "clicks.") in marked
        assert ("new", "watch time.") in marked

    def test_it_knows_its_neighbours(self, interview: Interview) -> None:
        answer = type_in(interview, (1, "a"), (2, "b"), (3, "c"))
        first, middle, last = (history.version(answer, n, now=at(9)) for n in (1, 2, 3))
        assert first
        assert middle
        assert last
        assert (first.earlier, first.later) == (None, 2)
        assert (middle.earlier, middle.later) == (1, 3)
        assert (last.earlier, last.later) == (2, None)
        assert [first.is_latest, last.is_latest] == [False, True]

    @pytest.mark.parametrize("number", [0, 2, 2**40])
    def test_a_number_that_was_never_saved_is_none(self, interview: Interview, number: int) -> None:
        answer = type_in(interview, (1, "a"))
        assert history.version(answer, number, now=at(9)) is None

    def test_every_one_of_many_saves_is_there_letter_by_letter(self, interview: Interview) -> None:
        texts = [f"{'x' * (n % 7)} Größe 😀 {n}\n" * (n % 5 + 1) for n in range(120)]
        answer = type_in(interview, *enumerate(texts))
        for number in (1, 2, 49, 50, 51, 52, 99, 101, 120):
            version = history.version(answer, number, now=at(200))
            assert version
            assert version.text == texts[number - 1]

    def test_it_can_be_put_back_only_where_one_can_write(self, interview: Interview) -> None:
        answer = type_in(interview, (1, "a"))
        assert self.is_writable(answer)
        interview.enter("design", now=at(5))
        assert not self.is_writable(interview.sheets.texts().get(stage="scope"))

    def test_after_handing_in_it_is_only_to_be_read(self, interview: Interview) -> None:
        type_in(interview, (1, "a"))
        interview.submit(flow.Submitter.CANDIDATE, now=at(5))
        assert not self.is_writable(factories.fresh(interview).sheets.texts().get(stage="scope"))

    def is_writable(self, answer: StageAnswer) -> bool:
        version = history.version(answer, 1, now=at(9))
        assert version
        return version.is_writable
