"""The pages of an answer's history: what they show, to whom, and what needs no script."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from interviews import flow, grading
from interviews.models import Interview, LateText
from tests import factories
from tests.factories import GRACE
from tests.pages import HOSTILE, page

HTMX = {"HX-Request": "true"}


@pytest.fixture
def written(interview: Interview, now: datetime) -> Interview:
    """Alice's interview with three saves in its first stage, the last ones together."""
    for seconds, text in ((0, "We use clicks."), (40, "We use watch"), (45, "We use watch time.")):
        factories.draft(interview, "scope", text, now=now + timedelta(seconds=seconds))
    return interview


def address(name: str, interview: Interview, **more: Any) -> str:
    return reverse(name, kwargs={"interview_id": interview.pk, **more})


class TestHistory:
    def test_it_lists_steps_the_latest_first(
        self, browser_of_alice: Client, written: Interview
    ) -> None:
        shown = page(browser_of_alice.get(address("history", written, stage_id="scope")))
        links = list(shown.all("a", hx_target="#history-version"))
        assert [link.attributes["data-number"] for link in links] == ["3", "1"]
        assert "4 words" in links[0].text
        assert "+2 added" in links[0].text
        assert "−1 removed" in links[0].text

    def test_before_the_first_save_it_says_what_will_be_here(
        self, browser_of_alice: Client, interview: Interview
    ) -> None:
        shown = page(browser_of_alice.get(address("history", interview, stage_id="scope")))
        assert "Nothing to go back to yet" in shown.html

    def test_a_script_gets_the_part_alone(
        self, browser_of_alice: Client, written: Interview
    ) -> None:
        for path in (
            address("history", written, stage_id="scope"),
            address("history_version", written, stage_id="scope", number=1),
        ):
            assert not page(browser_of_alice.get(path, headers=HTMX)).has("main")
            assert page(browser_of_alice.get(path)).has("main")

    def test_a_version_shows_what_differs_and_its_whole_text(
        self, browser_of_alice: Client, written: Interview
    ) -> None:
        path = address("history_version", written, stage_id="scope", number=1)
        shown = page(browser_of_alice.get(path))
        assert [each.text for each in shown.all("del")][-1] == "removed: clicks."
        assert [each.text for each in shown.all("ins")][-1] == "added: watch time."
        assert "We use clicks." in [each.text for each in shown.all("div")]

    def test_an_earlier_text_is_put_back_by_a_plain_form_as_a_new_revision(
        self, browser_of_alice: Client, written: Interview
    ) -> None:
        path = address("history_version", written, stage_id="scope", number=1)
        shown = page(browser_of_alice.get(path))
        form = shown.one("form", data_put_back="answer")
        sent = {"base": shown.field("base"), "key": shown.field("key"), "text": shown.typed()}
        browser_of_alice.post(form.attributes["action"], sent)
        answer = written.sheets.texts().get(stage="scope")
        assert (answer.text, answer.revision) == ("We use clicks.", 4)
        assert factories.texts_of(answer) == [
            "We use clicks.",
            "We use watch",
            "We use watch time.",
            "We use clicks.",
        ]

    def test_what_is_saved_now_cannot_be_put_back(
        self, browser_of_alice: Client, written: Interview
    ) -> None:
        path = address("history_version", written, stage_id="scope", number=3)
        shown = page(browser_of_alice.get(path))
        assert not shown.has("textarea")
        assert "This is what is saved now" in shown.html

    def test_in_another_stage_and_after_handing_in_it_is_only_to_be_read(
        self, browser_of_alice: Client, written: Interview, now: datetime
    ) -> None:
        path = address("history_version", written, stage_id="scope", number=1)
        written.enter("design", now=now)
        assert not page(browser_of_alice.get(path)).has("textarea")
        written.submit(flow.Submitter.CANDIDATE, now=now)
        assert not page(browser_of_alice.get(path)).has("textarea")

    def test_an_outline_has_a_history_of_its_own(
        self, browser_of_alice: Client, written: Interview, now: datetime
    ) -> None:
        outline = written.sheets.get(stage="scope", part="outline")
        for base, text in enumerate(("A -> B", "A -> C")):
            factories.save(outline, text, base=base, now=now)
        path = address("outline_history_version", written, stage_id="scope", number=1)
        shown = page(browser_of_alice.get(path))
        form = shown.one("form", data_put_back="outline")
        assert form.attributes["action"] == address("outline", written, stage_id="scope")
        assert shown.typed() == "A -> B"

    @pytest.mark.parametrize("number", [0, 4, 10**30])
    def test_a_number_that_was_never_saved_is_not_there(
        self, browser_of_alice: Client, written: Interview, number: int
    ) -> None:
        path = address("history_version", written, stage_id="scope", number=number)
        assert browser_of_alice.get(path).status_code == 404

    def test_somebody_elses_is_not_there(
        self, browser_of_mallory: Client, written: Interview, now: datetime
    ) -> None:
        for path in (
            address("history", written, stage_id="scope"),
            address("history_version", written, stage_id="scope", number=1),
        ):
            assert browser_of_mallory.get(path).status_code == 404
        written.submit(flow.Submitter.CANDIDATE, now=now)
        for path in (address("replay", written), address("replay_edits", written)):
            assert browser_of_mallory.get(path).status_code == 404

    def test_nothing_is_changed_by_looking(
        self, browser_of_alice: Client, written: Interview
    ) -> None:
        path = address("history", written, stage_id="scope")
        assert browser_of_alice.post(path).status_code == 405

    def test_what_people_write_stays_text(
        self, browser_of_alice: Client, interview: Interview, now: datetime
    ) -> None:
        factories.draft(interview, "scope", "\n\n".join(HOSTILE), now=now)
        factories.draft(interview, "scope", "\n\n".join(reversed(HOSTILE)), now=now)
        path = address("history_version", interview, stage_id="scope", number=1)
        version = page(browser_of_alice.get(path)).one("div", class_="version")
        ours = [
            each
            for each in version.inside
            if each.tag in ("script", "img", "svg", "iframe", "style", "object")
        ]
        assert ours == []

    def test_the_number_of_saves_changes_nothing_about_the_queries(
        self,
        browser_of_alice: Client,
        interview: Interview,
        now: datetime,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for second in range(60):
            text = f"{second} words"
            factories.draft(interview, "scope", text, now=now + timedelta(seconds=30 * second))
        with django_assert_num_queries(4):  # session, person, sheet, revisions
            browser_of_alice.get(address("history", interview, stage_id="scope"), headers=HTMX)


class TestReplay:
    def test_while_one_writes_there_is_none(
        self, browser_of_alice: Client, written: Interview
    ) -> None:
        for name in ("replay", "replay_edits"):
            answer = browser_of_alice.get(address(name, written))
            assert answer["Location"] == address("interview", written)

    def test_it_shows_the_end_first_and_a_moment_by_its_link(
        self, browser_of_alice: Client, written: Interview, now: datetime
    ) -> None:
        written.submit(flow.Submitter.CANDIDATE, now=now + timedelta(seconds=60))
        path = address("replay", written)
        shown = page(browser_of_alice.get(path))
        assert shown.one(id="replay-text").text == "We use watch time."
        earlier = page(browser_of_alice.get(path, {"at": "41"}))
        assert earlier.one(id="replay-text").text == "We use watch"
        assert earlier.one(id="replay-at").text == "0:41"
        links = [link.attributes["href"] for link in shown.all("a") if "data-at" in link.attributes]
        assert links == ["?at=0", "?at=0", "?at=60"]

    @pytest.mark.parametrize("wanted", ["", "-1", "x", "9" * 30, "1e3"])
    def test_what_is_no_moment_is_the_end(
        self, browser_of_alice: Client, written: Interview, now: datetime, wanted: str
    ) -> None:
        written.submit(flow.Submitter.CANDIDATE, now=now + timedelta(seconds=60))
        sent = {"at": wanted, "sheet": wanted}
        shown = page(browser_of_alice.get(address("replay", written), sent))
        assert shown.one(id="replay-at").text == "1:00"

    def test_without_a_word_there_is_nothing_to_play(
        self, browser_of_alice: Client, interview: Interview, now: datetime
    ) -> None:
        interview.submit(flow.Submitter.CANDIDATE, now=now)
        shown = page(browser_of_alice.get(address("replay", interview)))
        assert "Nothing was written" in shown.html
        assert not shown.has(id="replay")

    def test_a_browser_that_has_the_edits_is_not_sent_them_again(
        self, browser_of_alice: Client, written: Interview, now: datetime
    ) -> None:
        written.submit(flow.Submitter.CANDIDATE, now=now + timedelta(seconds=60))
        first = browser_of_alice.get(address("replay_edits", written))
        assert first.json()["edits"][0] == [0.0, 0, 0, 0, "We use clicks."]
        again = browser_of_alice.get(
            address("replay_edits", written), headers={"If-None-Match": first["ETag"]}
        )
        assert again.status_code == 304

    def test_what_came_after_the_end_is_told_apart(
        self, browser_of_alice: Client, written: Interview, now: datetime
    ) -> None:
        written.submit(flow.Submitter.CANDIDATE, now=now + timedelta(seconds=60))
        answer = written.sheets.texts().get(stage="scope")
        late = now + timedelta(seconds=75)
        LateText.objects.keep(answer.pk, "Too late.", key=uuid.uuid4(), now=late)
        shown = page(browser_of_alice.get(address("replay", written)))
        assert "Came after the end" in shown.html
        assert "Too late." in shown.html
        assert shown.one(id="replay-text").text == "We use watch time."

    def test_the_report_leads_to_it(
        self, browser_of_alice: Client, written: Interview, now: datetime
    ) -> None:
        written.submit(flow.Submitter.CANDIDATE, now=now)
        assert grading.grade(written.pk, clock=lambda: now, lease=GRACE)
        shown = page(browser_of_alice.get(address("report", written)))
        assert shown.has("a", href=address("replay", written))


class TestDifference:
    def test_it_marks_what_is_only_in_the_saved_text_and_what_is_only_in_the_one_that_is_sent(
        self, browser_of_alice: Client, written: Interview
    ) -> None:
        path = address("difference", written, stage_id="scope")
        shown = page(browser_of_alice.post(path, {"text": "We use clicks."}))
        (gone,), (new,) = shown.all("del"), shown.all("ins")
        assert (gone.text, new.text) == ("removed: watch time.", "added: clicks.")
        assert not shown.has("main")

    def test_what_is_typed_stays_words_and_is_not_kept(
        self, browser_of_alice: Client, written: Interview
    ) -> None:
        path = address("difference", written, stage_id="scope")
        shown = page(browser_of_alice.post(path, {"text": "\n\n".join(HOSTILE)}))
        tags = {"p", "del", "ins", "span", "details", "summary"}
        assert {each.tag for each in shown.all()} <= tags
        assert written.sheets.texts().get(stage="scope").revision == 3
