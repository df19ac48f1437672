"""A rescore: first it is shown what would change, then scorecards are added; none is touched."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from interviews import grading, reports, rescoring, tasks
from interviews.models import Interview, Rescore, Scorecard
from interviews.models.rescore import TRIES
from rubrics.models import Question, QuestionVersion
from tests import factories
from tests.factories import NOON
from tests.interviews.test_grading import rung
from tests.races import at_once

LEASE = timedelta(seconds=60)
LATER = NOON + timedelta(days=1)


def noon() -> datetime:
    return NOON


def later() -> datetime:
    return LATER


def graded(candidate: User, texts: dict[str, str] | None = None) -> Interview:
    interview = factories.submitted(candidate=candidate, texts=texts)
    assert grading.grade(interview.pk, clock=noon, lease=LEASE)
    return factories.fresh(interview)


def stricter() -> dict[str, Any]:
    """Another rubric: the goal is named otherwise, retrieval is gone, the price is new."""
    document = factories.question_document()
    goal, _, experiment = document["rubric"]["criteria"]
    goal["indicators"][0]["wordings"] = ["hours of joy"]
    price = {**experiment, "id": "price", "title": "Price", "competency": "serving"}
    price["indicators"] = [{"id": "cost", "title": "The cost", "wordings": ["dollars"]}]
    document["rubric"]["criteria"] = [goal, experiment, price]
    return document


def publish(document: dict[str, Any] | None = None) -> Question:
    factories.fill_bank(questions=(document or stricter(),), now=LATER)
    return question()


def question() -> Question:
    return Question.objects.select_related("published").get(slug="video-feed")


def begun(curator: User) -> Rescore:
    rescore = rescoring.begin(question(), by=curator, now=LATER)
    assert rescore
    return rescore


def worked_off(rescore: Rescore) -> Rescore:
    while rescoring.work(rescore.pk, clock=later, lease=LEASE):
        pass
    rescore.refresh_from_db()
    return rescore


def impact() -> rescoring.Impact:
    found = rescoring.impact(question(), page="1")
    assert found
    return found


@pytest.fixture
def curator(db: None) -> User:
    return factories.a_user(name="carol", group="curator")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescoring, "BATCH", 2)


pytestmark = pytest.mark.usefixtures("bank")


@pytest.fixture
def old(alice: User) -> Interview:
    """A good interview that was scored by version 1; version 2 is published since."""
    interview = graded(alice)
    publish()
    return interview


def cards(interview: Interview) -> list[tuple[str, float | None]]:
    return list(interview.scorecards.order_by("pk").values_list("rubric_hash", "score"))


class TestLooking:
    def test_nothing_is_begun_where_all_is_scored_by_the_rubric(
        self, alice: User, curator: User
    ) -> None:
        graded(alice)
        assert rescoring.begin(question(), by=curator, now=LATER) is None
        assert not Rescore.objects.exists()
        found = impact()
        assert (found.version, found.waiting, found.rescore) == (1, 0, None)
        assert not found.is_empty

    def test_a_question_that_nobody_was_scored_on_is_known_to_be_that(self, alice: User) -> None:
        factories.submitted(candidate=alice)
        assert impact().is_empty

    def test_a_new_version_with_the_same_rubric_waits_for_nobody(self, alice: User) -> None:
        graded(alice)
        publish(factories.question_document(prompt="Design it, **please**."))
        assert impact().version == 2
        assert impact().waiting == 0

    def test_a_question_that_was_never_published_has_no_impact(self, curator: User) -> None:
        draft = Question.objects.create(slug="new", title="New", updated_at=NOON)
        assert rescoring.impact(draft, page="1") is None
        assert rescoring.begin(draft, by=curator, now=NOON) is None
        assert rescoring.write(draft, "1") is None

    def test_only_scored_interviews_on_the_question_are_listed(
        self, old: Interview, alice: User, curator: User
    ) -> None:
        factories.submitted(candidate=alice)
        factories.an_interview(candidate=alice)
        by_the_new = graded(alice)
        assert by_the_new.version.number == 2
        factories.fill_bank(questions=(stricter(), factories.question_document(slug="other")))
        rescore = begun(curator)
        assert [line.interview_id for line in rescore.lines.all()] == [old.pk]

    def test_it_shows_scores_bands_and_criteria_and_changes_nobody(
        self, old: Interview, curator: User
    ) -> None:
        before = cards(old)
        rescore = worked_off(begun(curator))
        assert rescore.state == Rescore.State.READY
        assert cards(old) == before
        line = rescore.lines.get()
        assert line.before == before[0][1]
        fresh = grading.judge(old, question().published)  # type: ignore[arg-type]
        assert line.after == fresh.score
        assert line.before is not None
        assert line.after is not None
        assert line.difference == round(line.after - line.before, 1)
        assert (line.band_before, line.band_after) == ("above", "meets")
        assert {tuple(change) for change in line.changes} == {
            ("Band for mid", "above", "meets"),
            ("Goal", "3", "2"),
            ("Price", "not asked", "1"),
            ("Retrieval", "4", "not asked"),
        }
        found = impact()
        assert (found.total, found.looked, found.changed, found.up, found.down) == (1, 1, 1, 0, 1)
        assert (found.bands, found.failed, found.to_write) == (1, 0, 1)
        assert found.mean == pytest.approx(line.difference)
        assert found.largest == pytest.approx(-line.difference)

    @pytest.mark.usefixtures("small_batches")
    def test_it_goes_in_batches_and_says_how_far_it_is(self, alice: User, curator: User) -> None:
        for _ in range(5):
            graded(alice)
        publish()
        rescore = begun(curator)
        far = []
        while more := rescoring.work(rescore.pk, clock=later, lease=LEASE):
            far.append(impact().done)
            assert impact().is_working
            assert impact().lines is None
        assert not more
        assert far == [2, 4]
        assert (impact().done, impact().is_working) == (5, False)

    def test_a_batch_ends_when_its_time_is_over(self, alice: User, curator: User) -> None:
        for _ in range(2):
            graded(alice)
        publish()
        rescore = begun(curator)
        moments = iter(LATER + timedelta(seconds=6 * n) for n in range(9))
        assert rescoring.work(rescore.pk, clock=lambda: next(moments), lease=LEASE)
        assert impact().looked == 1

    def test_the_largest_difference_is_listed_first(self, alice: User, curator: User) -> None:
        graded(alice, texts={"scope": "Nothing of it."})
        graded(alice)
        publish()
        worked_off(begun(curator))
        lines = impact().lines
        assert lines
        apart = [abs(line.difference or 0) for line in lines]
        assert apart == sorted(apart, reverse=True)
        assert apart[0] > 0

    def test_what_cannot_be_judged_is_said_and_holds_up_nobody(
        self,
        old: Interview,
        alice: User,
        curator: User,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        broken = graded(alice)
        document = QuestionVersion.objects.get(number=1)
        unreadable = QuestionVersion.objects.create(
            question=document.question,
            number=9,
            document="{",
            content_hash="broken",
            rubric_hash="broken",
            created_at=NOON,
        )
        Interview.objects.filter(pk=broken.pk).update(version=unreadable)
        Scorecard.objects.filter(interview=broken).delete()
        with caplog.at_level(logging.ERROR):
            rescore = worked_off(begun(curator))
        assert str(broken.pk) in caplog.text
        failed = rescore.lines.get(interview=broken)
        assert failed.problem.startswith("ValidationError: ")
        assert (impact().looked, impact().failed, impact().to_write) == (2, 1, 1)
        assert (impact().changed, impact().up, impact().down, impact().unknown) == (1, 0, 1, 0)
        assert rescore.write()
        worked_off(rescore)
        assert not broken.scorecards.exists()
        assert old.scorecards.count() == 2
        assert Rescore.objects.get().state == Rescore.State.DONE

    def test_a_score_where_there_was_none_and_none_where_there_was_one_are_counted(
        self, alice: User, curator: User
    ) -> None:
        for _ in range(4):
            graded(alice)
        publish()
        rescore = worked_off(begun(curator))
        same, fresh, lost, failed = rescore.lines.all()
        for line, before, after, problem in (
            (same, 50.0, 50.0, ""),
            (fresh, None, 40.0, ""),
            (lost, 40.0, None, ""),
            (failed, 40.0, None, "ValueError: boom"),
        ):
            rescore.lines.filter(pk=line.pk).update(before=before, after=after, problem=problem)
        found = impact()
        assert (found.total, found.failed, found.changed) == (4, 1, 2)
        assert (found.up, found.down, found.unknown) == (0, 0, 2)

    def test_an_answer_that_kills_its_worker_is_left_alone_in_the_end(
        self, old: Interview, curator: User
    ) -> None:
        rescore = begun(curator)
        rescore.lines.update(tries=TRIES)
        worked_off(rescore)
        line = rescore.lines.get()
        assert line.problem == "The judge broke off each time."
        assert line.after is None

    def test_two_who_begin_at_once_get_one_and_the_same(
        self, old: Interview, curator: User
    ) -> None:
        first = begun(curator)
        assert begun(curator) == first
        assert Rescore.objects.count() == 1
        assert first.lines.count() == 1

    def test_one_look_takes_so_many_and_the_next_one_the_rest(
        self, alice: User, curator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("interviews.models.rescore.MOST", 2)
        for _ in range(3):
            graded(alice)
        publish()
        rescore = worked_off(begun(curator))
        assert impact().total == 2
        assert rescore.write()
        worked_off(rescore)
        assert impact().waiting == 1
        assert begun(curator).lines.count() == 1


class TestWriting:
    def test_it_adds_the_scorecards_that_were_shown_and_keeps_the_old_ones(
        self, old: Interview, curator: User
    ) -> None:
        kept = old.scorecards.get()
        shown = worked_off(begun(curator)).lines.get()
        decided = rescoring.write(question(), str(shown.rescore_id))
        assert decided
        done = worked_off(decided)
        assert (done.state, done.finished_at) == (Rescore.State.DONE, LATER)
        new = old.scorecards.first()
        assert new
        assert (new.judge, new.score, new.created_at) == ("rules", shown.after, LATER)
        assert new.document == shown.card
        assert new.rubric_hash == question().published.rubric_hash  # type: ignore[union-attr]
        assert old.scorecards.last() == kept
        assert old.scorecards.count() == 2
        line = done.lines.get()
        assert (line.written_at, line.card, line.after) == (LATER, None, shown.after)
        assert (impact().written, impact().waiting) == (1, 0)

    @pytest.mark.usefixtures("small_batches")
    def test_it_goes_in_batches_and_says_how_far_it_is(self, alice: User, curator: User) -> None:
        for _ in range(5):
            graded(alice)
        publish()
        rescore = worked_off(begun(curator))
        assert rescoring.write(question(), str(rescore.pk))
        far = []
        while rescoring.work(rescore.pk, clock=later, lease=LEASE):
            far.append(impact().done)
        assert far == [2, 4]
        assert {each.scorecards.count() for each in Interview.objects.all()} == {2}

    def test_a_scorecard_that_is_there_already_is_not_added_again(
        self, old: Interview, curator: User
    ) -> None:
        ready = worked_off(begun(curator))
        another = worked_off(begun(curator))
        for rescore in (ready, another):
            assert rescoring.write(question(), str(rescore.pk))
            assert worked_off(rescore).state == Rescore.State.DONE
        assert old.scorecards.count() == 2

    def test_it_is_decided_once(self, old: Interview, curator: User) -> None:
        rescore = worked_off(begun(curator))
        assert rescoring.write(question(), str(rescore.pk)) == rescore
        assert rescoring.write(question(), str(rescore.pk)) is None
        worked_off(rescore)
        assert rescoring.write(question(), str(rescore.pk)) is None
        assert old.scorecards.count() == 2

    def test_what_is_still_being_worked_out_cannot_be_decided(
        self, old: Interview, curator: User
    ) -> None:
        assert rescoring.write(question(), str(begun(curator).pk)) is None

    def test_a_list_of_a_version_that_is_out_of_date_cannot_be_decided(
        self, old: Interview, curator: User
    ) -> None:
        rescore = worked_off(begun(curator))
        another = stricter()
        another["rubric"]["criteria"][0]["weight"] = 2
        assert rescoring.write(publish(another), str(rescore.pk)) is None
        assert impact().rescore is None
        assert impact().waiting == 1
        assert old.scorecards.count() == 1

    @pytest.mark.parametrize("number", ["", "x", "-1", "1.0", "9" * 40, "²", "999999"])
    def test_what_is_no_number_of_a_list_decides_nothing(self, old: Interview, number: str) -> None:
        assert rescoring.write(question(), number) is None

    def test_it_is_not_decided_while_somebody_looks_again(
        self, old: Interview, curator: User
    ) -> None:
        ready = worked_off(begun(curator))
        again = begun(curator)
        assert again != ready
        assert rescoring.write(question(), str(ready.pk)) is None
        worked_off(again)
        assert rescoring.write(question(), str(ready.pk)) == ready

    def test_an_interview_that_is_gone_meanwhile_is_no_error(
        self, old: Interview, alice: User, curator: User
    ) -> None:
        rescore = worked_off(begun(curator))
        assert rescoring.write(question(), str(rescore.pk))
        alice.delete()
        assert worked_off(rescore).state == Rescore.State.DONE


class TestTheQueue:
    def test_a_second_delivery_finds_somebody_at_it(self, old: Interview, curator: User) -> None:
        rescore = begun(curator)
        token = rescore.claim(now=LATER, lease=LEASE)
        assert token
        assert not rescoring.work(rescore.pk, clock=later, lease=LEASE)
        assert impact().looked == 0
        assert rescoring.to_work_at(now=LATER) == []
        rescore.give_back(token)
        assert rescoring.to_work_at(now=LATER) == [rescore.pk]
        worked_off(rescore)
        assert impact().looked == 1

    def test_a_worker_that_died_is_followed_by_the_next_one(
        self, old: Interview, curator: User
    ) -> None:
        rescore = begun(curator)
        rescore.claim(now=LATER - 2 * LEASE, lease=LEASE)
        assert rescoring.to_work_at(now=LATER) == [rescore.pk]
        assert worked_off(rescore).state == Rescore.State.READY

    def test_who_comes_back_after_the_lease_takes_nothing_from_the_next(
        self, old: Interview, curator: User
    ) -> None:
        rescore = begun(curator)
        slow = rescore.claim(now=LATER - 2 * LEASE, lease=LEASE)
        next_one = rescore.claim(now=LATER, lease=LEASE)
        assert slow
        assert next_one
        rescore.give_back(slow)
        rescore.refresh_from_db()
        assert rescore.worked_by == next_one

    def test_what_was_kept_of_an_answer_stays(self, old: Interview, curator: User) -> None:
        rescore = worked_off(begun(curator))
        line = rescore.lines.get()
        line.keep(now=LATER, after=1.0, problem="late")
        assert rescore.lines.get() == line
        assert rescore.lines.get().after == line.after
        assert not line.try_it()

    @pytest.mark.parametrize("number", [0, 999])
    def test_a_rescore_that_is_gone_is_no_error(self, number: int) -> None:
        assert not rescoring.work(number, clock=later, lease=LEASE)

    @pytest.mark.usefixtures("small_batches")
    def test_the_task_rings_for_its_next_batch_and_the_sweep_for_a_lost_one(
        self,
        alice: User,
        curator: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        for _ in range(3):
            graded(alice)
        publish()
        rescore = begun(curator)
        rung()
        with django_capture_on_commit_callbacks(execute=True):
            tasks.rescore(str(rescore.pk))
        assert rung() == [str(rescore.pk)]
        with django_capture_on_commit_callbacks(execute=True):
            tasks.sweep()
        assert rung() == [str(rescore.pk)]
        with django_capture_on_commit_callbacks(execute=True):
            tasks.rescore(str(rescore.pk))
            tasks.sweep()
        assert rung() == []
        rescore.refresh_from_db()
        assert rescore.state == Rescore.State.READY

    def test_the_database_has_one_at_work_per_version(self, old: Interview, curator: User) -> None:
        begun(curator)
        version = question().published
        assert version
        with pytest.raises(IntegrityError), transaction.atomic():
            Rescore.objects.begin(version, by=curator, now=LATER)

    def test_more_interviews_need_no_more_queries_to_read(
        self, alice: User, curator: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(4):
            graded(alice)
        publish()
        worked_off(begun(curator))
        found = question()
        with django_assert_num_queries(5):
            read = rescoring.impact(found, page="1")
            assert read
            assert read.lines
            assert [line.interview.version.number for line in read.lines] == [1, 1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_the_same_moment_one_gets_it() -> None:
    graded(factories.a_user(name="dora"))
    publish()
    rescore = begun(factories.a_user(name="carl", group="curator"))

    def claimed() -> bool:
        return Rescore.objects.get(pk=rescore.pk).claim(now=LATER, lease=LEASE) is not None

    held = Rescore.objects.select_for_update()
    assert sorted(at_once(lambda: held.get(pk=rescore.pk), claimed, claimed)) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_the_same_moment_get_one_and_the_same() -> None:
    graded(factories.a_user(name="dora"))
    found = publish()
    assert found.published_id
    at = found.published_id
    curator = factories.a_user(name="carl", group="curator")
    version = QuestionVersion.objects.select_for_update()

    def begin() -> Rescore | None:
        return rescoring.begin(found, by=curator, now=LATER)

    one, other = at_once(lambda: version.get(pk=at), begin, begin)
    assert one == other == Rescore.objects.get()


class TestReport:
    def test_it_says_which_version_scored_it(self, alice: User) -> None:
        built = reports.build(graded(alice), now=NOON)
        assert built
        assert built.scored_by == "Scored by version 1 of this question."

    def test_it_goes_on_showing_the_old_score_until_a_rescore_is_done(
        self, old: Interview, curator: User
    ) -> None:
        before = reports.build(factories.fresh(old), now=LATER)
        rescore = worked_off(begun(curator))
        assert reports.build(factories.fresh(old), now=LATER) == before
        assert before
        assert before.scored_by == "Scored by version 1 of this question."
        assert rescore.write()
        worked_off(rescore)
        after = reports.build(factories.fresh(old), now=LATER)
        assert after
        assert after.score == rescore.lines.get().after
        assert [each.title for each in after.criteria] == ["Goal", "Experiment", "Price"]
        assert after.scored_by == (
            "Scored again by version 2 of this question, on 3 March 2026. "
            f"You answered version 1, which gave {before.score:.0f}."
        )
        assert after.model_answer == before.model_answer
