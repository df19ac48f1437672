"""The whiteboard: what its outline says, what is judged of it, its pages and who may frame them."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from interviews import access, boards, flow, grading, reports
from interviews.models import Interview, Part, StageAnswer
from rubrics import clock
from tests import factories
from tests.pages import Page, page

GRACE = timedelta(seconds=30)
BUNDLE = Path(__file__).parents[2] / "static" / "vendor" / "whiteboard"
DRAWN = "- Events -> Feature store: hourly"
BY_HAND = "Ranker -> Cache: the feed of active people"


def a_drawing(*arrows: tuple[str, str, str]) -> str:
    """A drawing as the board writes it: boxes with bound texts, and bound arrows."""
    names = dict.fromkeys(name for source, target, _ in arrows for name in (source, target))
    elements: list[dict[str, Any]] = []
    for row, name in enumerate(names):
        elements += [
            {"id": name, "type": "rectangle", "x": 0, "y": 200 * row, "width": 170, "height": 70},
            {"id": f"text of {name}", "type": "text", "containerId": name, "text": name},
        ]
    for source, target, label in arrows:
        arrow = f"{source} to {target}"
        ends = {"startBinding": {"elementId": source}, "endBinding": {"elementId": target}}
        elements += [
            {"id": arrow, "type": "arrow", "endArrowhead": "arrow", **ends},
            {"id": f"text of {arrow}", "type": "text", "containerId": arrow, "text": label},
        ]
    return json.dumps({"type": "excalidraw", "elements": elements})


DRAWING = a_drawing(("Events", "Feature store", "hourly"))


def put(interview: Interview, part: Part, text: str, *, stage: str = "scope") -> None:
    sheet = interview.sheets.get(stage=stage, part=part)
    assert factories.save(sheet, text, now=clock.now()).refused is None


@pytest.fixture
def interview(db: None) -> Interview:
    factories.fill_bank()
    return factories.an_interview(candidate=factories.a_user(name="alice"), now=clock.now())


@pytest.fixture
def alice(interview: Interview) -> User:
    return interview.candidate


def text_of(interview: Interview, stage: str = "scope") -> StageAnswer:
    return access.stage_or_404(interview.candidate, interview.pk, stage)


def address(name: str, interview: Interview, stage: str = "scope") -> str:
    return reverse(name, args=[interview.pk, stage])


class TestTheOutline:
    def test_follows_the_drawing_while_nobody_wrote_one(self, interview: Interview) -> None:
        put(interview, Part.DRAWING, DRAWING)
        board = boards.of_stage(text_of(interview))
        assert (board.words, board.is_by_hand) == (DRAWN, False)
        put(interview, Part.DRAWING, a_drawing(("Events", "Ranker", "")))
        assert boards.of_stage(text_of(interview)).words == "- Events -> Ranker"

    def test_by_hand_is_left_alone_and_given_back_when_it_is_emptied(
        self, interview: Interview
    ) -> None:
        put(interview, Part.DRAWING, DRAWING)
        put(interview, Part.OUTLINE, BY_HAND)
        board = boards.of_stage(text_of(interview))
        assert (board.words, board.made, board.is_by_hand) == (BY_HAND, DRAWN, True)
        put(interview, Part.OUTLINE, " \n")
        assert boards.of_stage(text_of(interview)).words == DRAWN

    @pytest.mark.parametrize("text", ["", "{", "null", "[" * 100_000, '{"elements": 5}', "NaN"])
    def test_of_what_is_no_drawing_is_empty(self, text: str) -> None:
        assert boards.made_of(text).text == ""

    def test_is_one_query(self, interview: Interview, django_assert_num_queries: Any) -> None:
        answer = text_of(interview)
        with django_assert_num_queries(1):
            boards.of_stage(answer)


class TestWhatIsJudged:
    def test_is_each_text_and_each_outline_under_a_name_of_its_own(
        self, interview: Interview
    ) -> None:
        put(interview, Part.TEXT, "Words.")
        put(interview, Part.DRAWING, DRAWING)
        judged = boards.judged(interview.sheets.all())
        assert judged["scope"] == "Words."
        assert judged["scope-drawing"] == DRAWN
        assert [stage for stage, text in judged.items() if text] == ["scope", "scope-drawing"]

    def test_leaves_out_an_outline_that_an_earlier_stage_has(self, interview: Interview) -> None:
        put(interview, Part.DRAWING, DRAWING)
        interview.enter("design", now=clock.now())
        put(interview, Part.DRAWING, DRAWING, stage="design")
        judged = boards.judged(interview.sheets.all())
        assert [stage for stage in judged if stage.endswith("-drawing")] == ["scope-drawing"]
        assert [*boards.outlined(interview.sheets.all())] == ["scope", "design"]

    def test_is_told_of_no_repetition_when_a_drawing_goes_on_in_a_later_stage(
        self, interview: Interview
    ) -> None:
        put(interview, Part.DRAWING, DRAWING)
        interview.enter("design", now=clock.now())
        more = a_drawing(("Events", "Feature store", "hourly"), ("Feature store", "Ranker", "5 ms"))
        put(interview, Part.DRAWING, more, stage="design")
        card = grading.judge(interview, interview.version)
        assert [flag.title for flag in card.flags if flag.kind == "set-aside"] == []
        said = "We rank all candidates by the watch time that we expect of this person."
        put(interview, Part.TEXT, f"{said}\n\n{said}", stage="design")
        card = grading.judge(interview, interview.version)
        (flag,) = [flag for flag in card.flags if flag.kind == "set-aside"]
        assert [quote.stage for quote in flag.evidence] == ["design"]

    def test_quotes_the_outline_at_its_exact_place(self, interview: Interview) -> None:
        put(interview, Part.OUTLINE, "Events -> Two-tower model: candidate generation, 500 videos")
        interview.submit(flow.Submitter.CANDIDATE, now=clock.now())
        lease = timedelta(minutes=1)
        assert grading.grade(interview.pk, clock=clock.now, lease=lease)
        built = reports.build(factories.fresh(interview), now=clock.now())
        assert built
        quotes = [q for c in built.criteria for met in c.met for q in met.quotes]
        assert quotes, "the judge found nothing in the outline"
        outline = interview.sheets.get(stage="scope", part=Part.OUTLINE).text
        for quote in quotes:
            assert quote.stage.endswith(", outline")
            start, end = map(int, quote.anchor.removeprefix("quote-scope-drawing-").split("-"))
            assert outline[start:end] == quote.text
        (scope, *_) = built.stages
        assert scope.outline
        assert "".join(piece.text for piece in scope.outline.pieces) == outline
        assert {quote.anchor for quote in quotes} <= anchors(scope.outline.pieces)


def anchors(pieces: Any) -> set[str]:
    """The anchors of pieces and of those within them."""
    return {piece.anchor for piece in pieces}.union(*(anchors(piece.inside) for piece in pieces))


class TestThePages:
    @pytest.fixture(autouse=True)
    def signed_in(self, client: Client, alice: User) -> None:
        client.force_login(alice)

    def get(self, client: Client, name: str, interview: Interview) -> Page:
        return page(client.get(address(name, interview)))

    @pytest.mark.parametrize(("name", "may_write_styles"), [("board", False), ("picture", True)])
    def test_alone_may_be_framed_and_only_the_picture_writes_styles(
        self, client: Client, interview: Interview, name: str, may_write_styles: bool
    ) -> None:
        headers = client.get(address(name, interview)).headers
        policy = headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in policy
        assert ("style-src 'self' 'unsafe-inline'" in policy) == may_write_styles
        assert policy.count("unsafe") == may_write_styles

    def test_around_them_keep_the_strict_policy(self, client: Client, interview: Interview) -> None:
        headers = client.get(address("stage", interview)).headers
        policy = headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in policy
        assert "frame-src 'self'" in policy
        assert "unsafe-inline" not in policy

    def test_of_the_board_holds_the_drawing_and_its_revision(
        self, client: Client, interview: Interview
    ) -> None:
        put(interview, Part.DRAWING, DRAWING)
        shown = self.get(client, "board", interview)
        assert json.loads(shown.one("script", id="drawing").text) == DRAWING
        assert shown.one("body", data_revision="1").attributes.keys() >= {"data-writable"}

    @pytest.mark.parametrize("part", [Part.DRAWING, Part.OUTLINE])
    def test_hand_out_hostile_words_as_words(
        self, client: Client, interview: Interview, part: Part
    ) -> None:
        hostile = "</script></template></textarea><script>alert(1)</script>"
        put(
            interview, part, a_drawing((hostile, "x", hostile)) if part == Part.DRAWING else hostile
        )
        for name in ("board", "picture", "stage"):
            shown = self.get(client, name, interview)
            scripts = [each for each in shown.all("script") if "src" not in each.attributes]
            assert {each.attributes.get("type") for each in scripts} <= {"application/json"}

    def test_are_to_look_at_only_when_the_stage_is_not_the_current_one(
        self, client: Client, interview: Interview
    ) -> None:
        interview.enter("design", now=clock.now())
        shown = self.get(client, "board", interview)
        assert "data-writable" not in shown.one("body").attributes
        assert not self.get(client, "stage", interview).has(
            "div", id="whiteboard", data_writable=""
        )

    def test_are_still_there_when_all_is_handed_in(
        self, client: Client, interview: Interview
    ) -> None:
        put(interview, Part.DRAWING, DRAWING)
        interview.submit(flow.Submitter.CANDIDATE, now=clock.now())
        shown = self.get(client, "board", interview)
        assert "data-writable" not in shown.one("body").attributes
        assert (
            "Feature store"
            in self.get(client, "picture", interview).one("script", id="source").text
        )

    def test_of_a_later_stage_offer_what_was_drawn_before(
        self, client: Client, interview: Interview
    ) -> None:
        put(interview, Part.DRAWING, DRAWING)
        assert not list(
            self.get(client, "stage", interview).all(data_copy=address("board", interview))
        )
        interview.enter("design", now=clock.now())
        shown = page(client.get(address("stage", interview, "design")))
        assert shown.has("button", data_copy=address("board", interview))

    def test_without_scripts_take_the_outline(self, client: Client, interview: Interview) -> None:
        shown = self.get(client, "board", interview)
        sent = {"base": shown.field("base"), "key": shown.field("key"), "text": BY_HAND}
        answer = client.post(address("outline", interview), sent)
        assert answer.status_code == 302
        assert boards.of_stage(text_of(interview)).words == BY_HAND
        assert self.get(client, "board", interview).typed() == BY_HAND


def spaced(shown: Page) -> str:
    return " ".join(shown.html.split())


class TestTheReadingOfAnOutline:
    @pytest.fixture(autouse=True)
    def signed_in(self, client: Client, alice: User) -> None:
        client.force_login(alice)

    def read(self, client: Client, interview: Interview, text: str) -> Page:
        return page(client.post(address("outline_reading", interview), {"text": text}))

    def test_counts_and_names_what_is_not_read(self, client: Client, interview: Interview) -> None:
        read = self.read(client, interview, f"{BY_HAND}\nthis is -> what we would do")
        assert "Read as 2 components and" in read.html
        assert "1 connection." in read.html
        assert "Line 2 is not read as a connection" in read.html

    def test_gives_what_the_drawing_makes_beside_what_was_typed(
        self, client: Client, interview: Interview
    ) -> None:
        put(interview, Part.DRAWING, DRAWING)
        read = self.read(client, interview, BY_HAND)
        assert read.one("template", data_made="").text == DRAWN
        assert "Ranker" in read.one("template", data_source="").text
        follows = self.read(client, interview, "")
        assert "Feature store" in follows.one("template", data_source="").text

    def test_says_which_arrows_are_not_in_an_outline_that_follows_the_drawing(
        self, client: Client, interview: Interview
    ) -> None:
        drawing = json.loads(DRAWING)
        stray = {"type": "arrow", "points": [[900, 900], [999, 999]], "endArrowhead": "arrow"}
        drawing["elements"].append(stray)
        put(interview, Part.DRAWING, json.dumps(drawing))
        told = "1 arrow does not join two parts and is not in the outline"
        assert told in spaced(self.read(client, interview, ""))
        assert told in spaced(page(client.get(address("stage", interview))))
        assert "join two parts" not in self.read(client, interview, BY_HAND).html
        drawing["elements"].append(stray)
        put(interview, Part.DRAWING, json.dumps(drawing))
        told = "2 arrows do not join two parts and are not"
        assert told in spaced(self.read(client, interview, ""))

    def test_says_how_much_of_a_large_drawing_is_not_in_the_outline(
        self, client: Client, interview: Interview
    ) -> None:
        many = [{"type": "text", "text": "n", "id": str(at)} for at in range(2_003)]
        put(interview, Part.DRAWING, json.dumps(many))
        told = "3 elements are not in the outline"
        assert told in spaced(self.read(client, interview, ""))

    def test_keeps_nothing(self, client: Client, interview: Interview) -> None:
        self.read(client, interview, BY_HAND)
        assert {sheet.revision for sheet in interview.sheets.all()} == {0}


class TestTheBundle:
    """What `make vendor` built: nothing in it asks another host, nothing is as large as it came."""

    FILES: ClassVar = sorted(each for each in BUNDLE.rglob("*") if each.is_file())

    def test_is_there_with_its_licences(self) -> None:
        names = {each.relative_to(BUNDLE).as_posix() for each in self.FILES}
        assert names >= {"board.js", "board.css", "picture.js", "LICENSE.txt"}
        licences = (BUNDLE / "LICENSE.txt").read_text()
        for package in ("@excalidraw/excalidraw 0.18", "mermaid 12", "react-dom 19"):
            assert f"\n{package}" in f"\n{licences}"

    def test_asks_no_other_host_for_fonts(self) -> None:
        scripts = [each for each in self.FILES if each.suffix == ".js"]
        assert not [each.name for each in scripts if "esm.sh" in each.read_text()]
        fonts = {each.parent.name for each in self.FILES if each.suffix == ".woff2"}
        assert {"Excalifont", "Nunito"} <= fonts
        assert "Xiaolai" not in fonts

    def test_is_kept_by_browsers_by_the_names_of_its_parts(self, settings: Any) -> None:
        is_immutable = re.compile(settings.WHITENOISE_IMMUTABLE_FILE_TEST).search
        assert is_immutable("/static/vendor/whiteboard/parts/chunk-LOOQNKVM.js")
        assert is_immutable("/static/js/editor.0123456789ab.js")
        assert not is_immutable("/static/js/editor.js")
        assert not is_immutable("/static/vendor/whiteboard/board.js")
        assert sum(each.stat().st_size for each in self.FILES) < 4_000_000
