"""The replay: every save at its moment, moments worth a look, and never a large document."""

import json
import random
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from interviews import flow, replays
from interviews.models import Interview, StageRevision
from interviews.replays import Moment, Replay
from tests import factories
from tests.factories import GRACE, NOON
from tests.interviews.test_boards import a_drawing
from tests.pages import page


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def interview(bank: None, alice: User) -> Interview:
    return factories.an_interview(candidate=alice)


def save(interview: Interview, seconds: float, text: str, *, stage: str = "scope") -> None:
    interview.enter(stage, now=at(seconds))
    assert factories.draft(interview, stage, text, now=at(seconds)).refused is None


def draw(interview: Interview, seconds: float, text: str, *, part: str = "drawing") -> None:
    sheet = interview.sheets.get(stage="scope", part=part)
    assert factories.save(sheet, text, now=at(seconds)).refused is None


def hand_in(interview: Interview, seconds: float) -> Replay:
    assert interview.submit(flow.Submitter.CANDIDATE, now=at(seconds))
    return replays.build(factories.fresh(interview))


def of_kind(replay: Replay, kind: str) -> list[Moment]:
    return [moment for moment in replay.moments if moment.kind == kind]


def played(document: dict[str, Any], *, until: float) -> list[str]:
    """What the page's script makes of the document, with offsets in code units as it has them."""
    texts = [b"" for _ in document["sheets"]]
    for moment, sheet, start, cut, text, *_ in document["edits"]:
        if moment <= until:
            before = texts[sheet]
            put = text.encode("utf-16-le")
            texts[sheet] = before[: 2 * start] + put + before[2 * (start + cut) :]
    return [text.decode("utf-16-le") for text in texts]


def write_history(interview: Interview, texts: Iterable[str], *, every: float = 1.0) -> None:
    """Rows as ``save_draft`` would leave them, many at once."""
    answer = interview.sheets.texts().get(stage="scope")
    rows, latest = [], ""
    for number, text in enumerate(texts, start=1):
        rows.append(
            StageRevision(
                answer=answer, number=number, key=uuid.uuid4(), text=text,
                saved_at=at(every * number),
            )
        )  # fmt: skip
        latest = text
    StageRevision.objects.bulk_create(rows)
    answer.text, answer.revision = latest, len(rows)
    answer.save()


def an_hour_of_typing() -> list[str]:
    """A text that grows by five characters a second, with a word taken back now and then."""
    chance, text = random.Random(5), ""
    texts: list[str] = []
    while len(texts) < 3600:
        if chance.random() < 0.03:
            text = text[: max(0, len(text) - chance.randint(3, 20))]
        elif chance.random() < 0.1 and len(text) > 200:
            place = chance.randrange(len(text))
            text = f"{text[:place]}más {text[place:]}"
        else:
            text += "".join(chance.choice("etaoin shrdlu") for _ in range(5))
        texts.append(text)
    return texts


class TestTheLineOfTime:
    def test_at_every_moment_every_text_is_what_was_saved_by_then(
        self, interview: Interview
    ) -> None:
        save(interview, 10, "One")
        save(interview, 20, "One 😀 two")
        save(interview, 30, "Boxes", stage="design")
        save(interview, 40, "One 😀 three", stage="scope")
        replay = hand_in(interview, 60)
        for moment, scope, design in (
            (9, "", ""),
            (10, "One", ""),
            (29, "One 😀 two", ""),
            (30, "One 😀 two", "Boxes"),
            (60, "One 😀 three", "Boxes"),
        ):
            shown = [replay.at(at=moment, sheet=sheet).text for sheet in (0, 1)]
            assert shown == [scope, design]
            assert played(replay.document(), until=moment)[:2] == [scope, design]

    def test_without_a_wish_it_stands_at_the_end_with_the_text_that_was_written_last(
        self, interview: Interview
    ) -> None:
        save(interview, 10, "One")
        save(interview, 20, "Two words", stage="design")
        shown = hand_in(interview, 60).at(at=None, sheet=None)
        assert (shown.at, shown.sheet, shown.text) == (60, 1, "Two words")
        assert [(sheet.title, words) for sheet, words in shown.tabs] == [
            ("Scope", 1),
            ("Design", 2),
            ("Evaluation", 0),
        ]

    def test_a_wish_beyond_the_end_is_the_end(self, interview: Interview) -> None:
        save(interview, 10, "One")
        shown = hand_in(interview, 60).at(at=2**31 - 1, sheet=99)
        assert (shown.at, shown.text) == (60, "One")

    def test_the_clock_and_the_stage_are_those_of_the_moment(self, interview: Interview) -> None:
        save(interview, 10, "One")
        save(interview, 100, "Two", stage="design")
        replay = hand_in(interview, 200)
        early, late = replay.at(at=60, sheet=None), replay.at(at=160, sheet=None)
        assert (early.stage, early.left) == ("Scope", 1800 - 60)
        assert (late.stage, late.left) == ("Design", 1800 - 160)

    def test_while_it_is_paused_the_clock_stands_still(self, interview: Interview) -> None:
        save(interview, 10, "One")
        assert interview.pause(now=at(60))
        assert interview.resume(now=at(360))
        replay = hand_in(interview, 400)
        left = [replay.at(at=moment, sheet=None).left for moment in (60, 200, 360, 390)]
        assert left == [1740, 1740, 1740, 1710]
        (band,) = replay.bands
        assert band.left == pytest.approx(60 * replays.BARS / 400, abs=0.1)
        assert band.width == pytest.approx(300 * replays.BARS / 400, abs=0.1)

    def test_the_clock_is_at_every_moment_what_the_ledger_says(self, interview: Interview) -> None:
        save(interview, 5, "One")
        for seconds in (30, 90):
            assert interview.pause(now=at(seconds))
            assert interview.extend(
                flow.Extra.FIVE,
                by=flow.By.CANDIDATE,
                reason="asked for",
                now=at(seconds + 10),
                grace=GRACE,
            )
            assert interview.resume(now=at(seconds + 20))
        outage = flow.Span(at(120), at(150))
        assert interview.credit([outage], now=at(160), most=300) == 30
        interview.enter("design", now=at(170))
        ledger, shares = interview.lines(), dict.fromkeys(factories.STAGES, 1)
        replay = hand_in(interview, 200)
        for moment in range(0, 200, 5):
            known = [line for line in ledger if line.at <= at(moment)]
            read = flow.times(known, shares=shares, minutes=30, now=at(moment))
            assert replay.at(at=moment, sheet=None).left == read.left

    def test_an_outline_is_one_of_the_texts_once_there_is_one(self, interview: Interview) -> None:
        save(interview, 10, "One")
        outline = interview.sheets.get(stage="scope", part="outline")
        said = factories.save(outline, "A -> B", now=at(20))
        assert said.refused is None
        replay = hand_in(interview, 60)
        titles = [sheet.title for sheet in replay.sheets]
        assert titles == ["Scope", "Scope: outline", "Design", "Evaluation"]
        assert replay.at(at=None, sheet=None).text == "A -> B"


ONE, TWO = a_drawing(("Events", "Store", "")), a_drawing(("Events", "Store", "hourly"))
# The same, moved a little: it says no more in words.
MOVED = TWO.replace('"x": 0', '"x": 1')


class TestTheWhiteboard:
    def test_says_at_every_moment_what_counted_then_and_which_drawing_was_on_it(
        self, interview: Interview
    ) -> None:
        draw(interview, 10, ONE)
        draw(interview, 20, TWO)
        draw(interview, 25, MOVED)
        draw(interview, 30, "Events -> Ranker", part="outline")
        draw(interview, 40, ONE)
        draw(interview, 50, "", part="outline")
        draw(interview, 60, "")
        replay = hand_in(interview, 90)
        sheet = replay.sheets[1]
        assert (sheet.title, sheet.stage) == ("Scope: whiteboard", "scope")
        for moment, words in (
            (9, ""),
            (10, "- Events -> Store"),
            (29, "- Events -> Store: hourly"),
            (30, "Events -> Ranker"),
            (49, "Events -> Ranker"),
            (50, "- Events -> Store"),
            (90, ""),
        ):
            assert replay.at(at=moment, sheet=1).text == words
            assert played(replay.document(), until=moment)[1] == words
        numbers = [edit[5] for edit in replay.document()["edits"]]
        assert numbers == [1, 2, 3, 3, 4, 4, 5]

    def test_that_was_drawn_on_is_not_idle(self, interview: Interview) -> None:
        for number in range(12):
            draw(interview, 10 * number, (ONE, TWO)[number % 2])
        replay = hand_in(interview, 120)
        assert of_kind(replay, "still") == []
        assert replay.bars

    def test_with_other_names_on_it_is_no_paste_and_much_more_at_once_is(
        self, interview: Interview
    ) -> None:
        many = [("Events", f"Model number {n}", "") for n in range(12)]
        draw(interview, 10, ONE)
        draw(interview, 20, a_drawing(*many))
        draw(interview, 30, a_drawing(*(("Clicks", model, "") for _, model, _ in many)))
        (paste,) = of_kind(hand_in(interview, 40), "paste")
        assert (paste.at, paste.sheet) == (20, "Scope: whiteboard")

    def test_that_is_very_large_is_put_into_words_now_and_then_and_at_the_end(
        self, interview: Interview, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drawings = [a_drawing(("Events", f"Store {n}", "")) for n in range(20)]
        monkeypatch.setattr(replays, "MOST_DRAWN", 5 * len(drawings[0]))
        for number, drawing in enumerate(drawings):
            draw(interview, 10 * number, drawing)
        replay = hand_in(interview, 300)
        assert replay.is_thinned
        said = {replay.at(at=10 * number, sheet=1).text for number in range(20)}
        assert 4 <= len(said) <= 7
        assert replay.at(at=None, sheet=1).text == "- Events -> Store 19"
        assert [edit[5] for edit in replay.document()["edits"]] == [*range(1, 21)]

    def test_takes_one_query_more_however_often_it_was_saved(
        self, interview: Interview, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        save(interview, 1, "a")
        for number in range(5):
            draw(interview, number, (ONE, TWO)[number % 2])
        draw(interview, 9, "Events -> Ranker", part="outline")
        hand_in(interview, 300)
        kept = factories.fresh(interview)
        with django_assert_num_queries(4):
            replays.build(kept)


class TestADrawingOfTheReplay:
    @pytest.fixture
    def drawn(self, interview: Interview) -> Interview:
        for seconds, drawing in enumerate((ONE, TWO)):
            draw(interview, seconds, drawing)
        return interview

    def address(self, interview: Interview, number: int) -> str:
        return reverse("replay_drawing", args=[interview.pk, "scope", number])

    def test_is_that_of_its_number(
        self,
        client: Client,
        drawn: Interview,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        hand_in(drawn, 60)
        client.force_login(drawn.candidate)
        with django_assert_num_queries(4):  # session, person, sheet, revisions
            first = client.get(self.address(drawn, 1))
        assert first.json() == {"drawing": ONE}
        assert client.get(self.address(drawn, 2)).json() == {"drawing": TWO}
        again = client.get(self.address(drawn, 1), headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304

    @pytest.mark.parametrize("number", [0, 3, 10**30])
    def test_that_was_never_saved_is_not_there(
        self, client: Client, drawn: Interview, number: int
    ) -> None:
        hand_in(drawn, 60)
        client.force_login(drawn.candidate)
        assert client.get(self.address(drawn, number)).status_code == 404

    def test_of_somebody_else_is_not_there(
        self, client: Client, drawn: Interview, mallory: User
    ) -> None:
        hand_in(drawn, 60)
        client.force_login(mallory)
        assert client.get(self.address(drawn, 1)).status_code == 404

    def test_has_its_address_at_the_tab_of_its_whiteboard_which_the_page_may_frame(
        self, client: Client, drawn: Interview
    ) -> None:
        hand_in(drawn, 60)
        client.force_login(drawn.candidate)
        answer = client.get(reverse("replay", args=[drawn.pk]))
        assert "frame-src 'self'" in answer["Content-Security-Policy"]
        (tab,) = page(answer).all("a", data_drawings=self.address(drawn, 0))
        assert tab.attributes["data-board"] == reverse("board", args=[drawn.pk, "scope"])
        assert page(answer).one(id="replay-text").text == "- Events -> Store: hourly"


class TestMomentsToLookAt:
    def test_thirty_seconds_without_a_change_are_one_and_less_is_none(
        self, interview: Interview
    ) -> None:
        save(interview, 29, "a")
        save(interview, 58, "b")
        save(interview, 88, "c")
        still = of_kind(hand_in(interview, 117), "still")
        assert [(moment.at, moment.seconds) for moment in still] == [(58, 30)]

    def test_a_pause_of_the_clock_is_told_as_one_and_is_not_idle_time(
        self, interview: Interview
    ) -> None:
        save(interview, 10, "a")
        interview.pause(now=at(15))
        interview.resume(now=at(315))
        save(interview, 320, "b")
        replay = hand_in(interview, 330)
        assert of_kind(replay, "still") == []
        (paused,) = of_kind(replay, "paused")
        assert (paused.at, paused.seconds) == (15, 300)

    def test_two_hundred_characters_in_one_save_are_a_paste(self, interview: Interview) -> None:
        typed = "x" * 199
        save(interview, 10, typed)
        save(interview, 12, typed + "We retrieve first. " + "y" * 200)
        (paste,) = of_kind(hand_in(interview, 30), "paste")
        assert (paste.sheet, paste.characters) == ("Scope", 219)
        assert paste.quote.startswith("We retrieve first. yyy")
        assert paste.quote.endswith("…")

    def test_the_moment_of_a_paste_shows_it(self, interview: Interview) -> None:
        save(interview, 12.7, "z" * 300)
        replay = hand_in(interview, 30)
        (paste,) = of_kind(replay, "paste")
        assert replay.at(at=paste.at, sheet=None).text == "z" * 300

    def test_stages_extra_time_and_the_end_are_in_their_order(self, interview: Interview) -> None:
        save(interview, 10, "a")
        assert interview.extend(
            flow.Extra.FIVE, by=flow.By.CANDIDATE, reason="asked for", now=at(12), grace=GRACE
        )
        save(interview, 20, "b", stage="design")
        moments = hand_in(interview, 25).moments
        assert [(moment.kind, moment.at) for moment in moments] == [
            ("stage", 0),
            ("extended", 12),
            ("stage", 20),
            ("end", 25),
        ]
        assert [moments[1].seconds, moments[2].sheet] == [300, "Design"]

    def test_a_list_that_nobody_would_read_is_cut_and_says_so(self, interview: Interview) -> None:
        many = replays.MOST_MOMENTS + 5
        write_history(interview, (f"{n % 2}" * 200 for n in range(many)))
        replay = hand_in(interview, many + 10)
        assert len(replay.moments) == replays.MOST_MOMENTS
        assert replay.has_more_moments


class TestItsSize:
    def test_an_hour_of_typing_is_small_and_whole(self, interview: Interview) -> None:
        texts = an_hour_of_typing()
        write_history(interview, texts)
        replay = hand_in(interview, 3700)
        assert not replay.is_thinned
        document = replay.document()
        assert len(document["edits"]) == sum(a != b for a, b in pairwise(["", *texts]))
        assert len(json.dumps(document)) < 300_000
        for moment in (100, 1777, 3600):
            assert played(document, until=moment)[0] == texts[moment - 1]

    def test_a_history_out_of_all_proportion_is_thinned_and_ends_right(
        self, interview: Interview
    ) -> None:
        texts = [f"{'ab'[n % 2]}" * 20_000 + str(n) for n in range(300)]
        write_history(interview, texts)
        replay = hand_in(interview, 400)
        assert replay.is_thinned
        document = replay.document()
        assert len(json.dumps(document)) < 2 * replays.COARSE
        assert played(document, until=400)[0] == texts[-1]

    def test_the_number_of_saves_and_stages_changes_nothing_about_the_queries(
        self, interview: Interview, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        save(interview, 1, "a")
        save(interview, 2, "b", stage="design")
        write_history(factories.an_interview(candidate=interview.candidate), ["other"])
        hand_in(interview, 300)
        kept = factories.fresh(interview)
        with django_assert_num_queries(3):
            replays.build(kept)
