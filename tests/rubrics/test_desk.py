"""Curators write drafts that nobody overwrites, publish what is clean, retire and bring back."""

import re
import shutil
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rubrics import LIBRARY, bank, clock, drafts, packing, schema
from rubrics.loading import read, validate, written
from rubrics.models import Concept, Draft, Question, QuestionVersion
from tests import factories
from tests.rubrics import documents

pytestmark = pytest.mark.django_db
SLUG = "model-registry-rollout"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One question of the library, with what it refers to: it is clean by every rule."""
    made = tmp_path_factory.mktemp("library")
    shutil.copytree(LIBRARY / "frameworks", made / "frameworks")
    for kind in ("concepts", "questions"):
        (made / kind).mkdir()
    question = shutil.copy(LIBRARY / "questions" / f"{SLUG}.yaml", made / "questions")
    for name in validate(read(Path(question)), schema.Question).concepts:
        shutil.copy(LIBRARY / "concepts" / f"{name}.yaml", made / "concepts")
    return made


@pytest.fixture
def curator(folder: Path) -> User:
    bank.import_library(folder, now=factories.NOON)
    return factories.a_user(name="carol", group="curator")


@pytest.fixture
def desk(client: Client, curator: User) -> Client:
    client.force_login(curator)
    return client


def begun(desk: Client) -> Draft:
    desk.post(f"/bank/{SLUG}/beginning/")
    return Draft.objects.get(question__slug=SLUG)


def mark(revision: int) -> str:
    return f"{Draft.objects.get().pk}-{revision}"


def kept(desk: Client, text: str, base: int) -> int:
    sent = {"text": text, "base": mark(base)}
    return desk.post(f"/bank/{SLUG}/draft/", sent, headers={"HX-Request": "true"}).status_code


def test_a_draft_begins_with_what_is_published(desk: Client) -> None:
    draft = begun(desk)
    examined = drafts.examine(draft.text, slug=SLUG)
    assert draft.base == draft.question.published
    assert examined.question
    assert draft.base
    assert examined.question.hash == draft.base.content_hash


def test_beginning_twice_leaves_the_draft_alone(desk: Client) -> None:
    begun(desk)
    assert kept(desk, "id: other words", 0) == 200
    assert begun(desk).text == "id: other words"


def test_a_text_typed_over_an_older_revision_overwrites_nothing(desk: Client) -> None:
    begun(desk)
    assert kept(desk, "first", 0) == 200
    sent = {"text": "second", "base": mark(0)}
    answer = desk.post(f"/bank/{SLUG}/draft/", sent)
    assert answer.status_code == 409
    assert "You wrote on this draft somewhere else" in answer.content.decode()
    other = Client()
    other.force_login(factories.a_user(name="dave", group="curator"))
    told = other.post(f"/bank/{SLUG}/draft/", sent).content.decode()
    assert "Somebody else wrote on this draft" in told
    assert "carol@example.org changed it" in told
    assert Draft.objects.get().text == "first"
    assert kept(desk, "second", 1) == 200


def test_the_same_text_sent_again_is_kept_and_not_a_conflict(desk: Client) -> None:
    begun(desk)
    assert kept(desk, "words", 0) == 200
    assert kept(desk, "words", 0) == 200
    assert Draft.objects.get().revision == 1


def test_problems_come_with_their_line(desk: Client) -> None:
    draft = begun(desk)
    wrong = draft.text.replace("competency: ", "competence: ", 1)
    line = next(n for n, row in enumerate(wrong.split("\n"), 1) if "competence" in row)
    answer = desk.post(f"/bank/{SLUG}/draft/", {"text": wrong, "base": mark(0)})
    assert f'data-line="{line}"' in answer.content.decode()


def test_two_curators_on_one_draft_are_told_of_each_other(desk: Client) -> None:
    begun(desk)
    desk.get(f"/bank/{SLUG}/draft/")
    other = Client()
    other.force_login(factories.a_user(name="dave", group="curator"))
    page = other.get(f"/bank/{SLUG}/draft/").content.decode()
    assert "Also open by carol" in page


def test_a_clean_draft_is_published_as_a_new_version_with_note_and_author(
    curator: User, desk: Client
) -> None:
    draft = begun(desk)
    before = draft.question.published
    text = draft.text.replace("title: ", "title: New ", 1)
    assert kept(desk, text, 0) == 200
    draft.refresh_from_db()
    now = clock.now()
    examined = drafts.publish_draft(draft, mark=mark(1), note="A new name", by=curator, now=now)
    assert [str(problem) for problem in examined.problems] == []
    question = Question.objects.get(slug=SLUG)
    published = question.published
    assert published
    assert before
    assert (published.number, published.note, published.author) == (
        2,
        "A new name",
        "carol@example.org",
    )
    assert published.source == text
    assert question.title.startswith("New ")
    assert QuestionVersion.objects.get(pk=before.pk).content_hash == before.content_hash
    assert not Draft.objects.exists()


def test_a_draft_with_problems_is_not_published(desk: Client) -> None:
    begun(desk)
    kept(desk, f"id: {SLUG}", 0)
    answer = desk.post(f"/bank/{SLUG}/publication/", {"note": "n", "revision": mark(1)})
    assert answer.status_code == 422
    assert "Nothing was published" in answer.content.decode()
    assert QuestionVersion.objects.filter(question__slug=SLUG).count() == 1
    assert Draft.objects.exists()


def test_only_the_first_of_very_many_problems_are_listed_before_publishing(desk: Client) -> None:
    draft = begun(desk)
    facts = "".join(f"  - {{id: f-{n}, fact: It is {n}., asks: [Is it?]}}\n" for n in range(99))
    text = re.sub(r"^facts:.*(\n[ \t].*)*", f"facts:\n{facts}", draft.text, flags=re.MULTILINE)
    assert kept(desk, text, 0) == 200
    page = desk.get(f"/bank/{SLUG}/publication/").content.decode()
    assert page.count(f'href="/bank/{SLUG}/draft/#line-') == 60
    assert "The first 60 are shown." in page


def test_a_draft_that_began_with_an_older_version_is_told_what_is_published(
    curator: User, desk: Client
) -> None:
    draft = begun(desk)
    kept(desk, draft.text.replace("title: ", "title: New ", 1), 0)
    draft.refresh_from_db()
    now = clock.now()
    assert drafts.publish_draft(draft, mark=draft.mark, note="n", by=curator, now=now).is_clean
    desk.post(f"/bank/{SLUG}/beginning/", {"version": "1"})
    page = desk.get(f"/bank/{SLUG}/publication/").content.decode()
    assert "This draft did not begin with version 2, which is published." in page
    assert "since this draft began" not in page


def test_a_draft_written_on_since_it_was_looked_at_is_not_published(
    curator: User, desk: Client
) -> None:
    draft = begun(desk)
    kept(desk, draft.text.replace("title: ", "title: New ", 1), 0)
    draft.refresh_from_db()
    examined = drafts.publish_draft(draft, mark=mark(0), note="n", by=curator, now=clock.now())
    assert [problem.rule for problem in examined.problems] == ["changed"]
    assert Draft.objects.exists()


def test_a_question_is_retired_and_brought_back(desk: Client) -> None:
    desk.post(f"/bank/{SLUG}/state/", {"to": "retired"})
    assert SLUG not in desk.get("/questions/").content.decode()
    desk.post(f"/bank/{SLUG}/state/", {"to": "published"})
    assert SLUG in desk.get("/questions/").content.decode()


def begin(desk: Client, slug: str, title: str = "Predict tolls", copied: str = "") -> int:
    sent = {"slug": slug, "title": title, "copied": copied}
    return desk.post("/bank/new/", sent).status_code


def test_a_new_question_begins_as_a_draft_and_can_be_thrown_away(desk: Client) -> None:
    answer = desk.post("/bank/new/", {"slug": "toll-prediction", "title": "Predict tolls"})
    assert answer.headers["Location"] == "/bank/toll-prediction/draft/"
    assert "toll-prediction" not in desk.get("/questions/").content.decode()
    assert "Predict tolls" in desk.get("/bank/").content.decode()
    desk.post("/bank/toll-prediction/discarding/", {"revision": mark(0)})
    assert not Question.objects.filter(slug="toll-prediction").exists()


def test_a_new_question_begins_with_an_example_that_can_be_read(desk: Client) -> None:
    bank.bring(packing.unpack_path(LIBRARY / "concepts", packing.Known()), now=clock.now())
    assert begin(desk, "toll-prediction", 'Tolls: "fair", or not?') == 302
    examined = drafts.examine(Draft.objects.get().text, slug="toll-prediction")
    assert examined.problems == ()
    assert examined.question
    assert examined.question.title == 'Tolls: "fair", or not?'


def test_a_new_question_can_begin_as_a_copy(desk: Client) -> None:
    page = desk.get("/bank/new/", {"copied": SLUG}).content.decode()
    assert re.search(rf'<option value="{SLUG}"\s+selected', page)
    assert begin(desk, "toll-prediction", "Tolls: what, why & how", SLUG) == 302
    draft = Draft.objects.get()
    published = Question.objects.get(slug=SLUG).published
    assert published
    rows = set(published.source.split("\n")) ^ set(draft.text.split("\n"))
    assert sorted(row.partition(":")[0] for row in rows) == ["id", "id", "title", "title"]
    examined = drafts.examine(draft.text, slug="toll-prediction")
    same = {"id": "toll-prediction", "title": "Tolls: what, why & how"}
    assert examined.question == published.value.model_copy(update=same)
    assert (draft.base, draft.question.published) == (None, None)


@pytest.mark.parametrize("form", ["json", "folded", "none"])
def test_a_copy_says_the_same_however_the_text_was_written(curator: User, form: str) -> None:
    value = documents.question(title="Its old name that is long")
    text = {
        "json": value.model_dump_json(exclude_defaults=True),
        "folded": written(value).replace("title: Its old name", "title: >-\n  Its\n  old name"),
        "none": "",
    }[form]
    bank.publish(value, now=factories.NOON, source=text)
    question = Question.objects.get(slug="tiny")
    draft = drafts.new_question("copy", "'New': x", by=curator, now=factories.NOON, copied=question)
    examined = drafts.examine(draft.text, slug="copy")
    assert examined.question == value.model_copy(update={"id": "copy", "title": "'New': x"})


def test_a_copy_says_the_same_although_a_concept_was_changed_since(
    curator: User, desk: Client
) -> None:
    published = Question.objects.get(slug=SLUG).published
    assert published
    row = Concept.objects.get(slug=published.value.concepts[0])
    changed = row.value.model_copy(update={"wordings": (*row.value.wordings, "quite new")})
    package = {f"concepts/{row.slug}.yaml": written(changed)}
    bank.bring(packing.unpack_texts(package, packing.Known()), now=clock.now())
    assert begin(desk, "toll-prediction", "Tolls", SLUG) == 302
    examined = drafts.examine(Draft.objects.get().text, slug="toll-prediction")
    same = {"id": "toll-prediction", "title": "Tolls"}
    assert examined.question == published.value.model_copy(update=same)


@pytest.mark.parametrize("slug", ["Not good", "import", SLUG, ""])
def test_a_name_that_cannot_be_is_refused(desk: Client, slug: str) -> None:
    count = Question.objects.count()
    answer = desk.post("/bank/new/", {"slug": slug, "title": "Tolls"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert re.search(r'name="slug"[^>]*aria-invalid="true"\s+autofocus', page)
    assert 'value="Tolls"' in page
    assert Question.objects.count() == count


def test_only_the_first_wrong_field_gets_the_cursor(desk: Client) -> None:
    page = desk.post("/bank/new/", {"slug": "fine", "title": "", "copied": "gone"})
    assert page.content.decode().count("autofocus") == 1
    assert re.search(r'name="title"[^>]*autofocus', page.content.decode())
    assert "autofocus" not in desk.get("/bank/new/").content.decode()


def test_throwing_away_a_draft_leaves_what_is_published(desk: Client) -> None:
    begun(desk)
    desk.post(f"/bank/{SLUG}/discarding/", {"revision": mark(5)})
    assert Draft.objects.exists()
    desk.post(f"/bank/{SLUG}/discarding/", {"revision": mark(0)})
    assert not Draft.objects.exists()
    assert Question.objects.get(slug=SLUG).published


def test_the_list_asks_as_often_for_many_questions_as_for_one(desk: Client) -> None:
    desk.get("/bank/")
    with CaptureQueriesContext(connection) as few:
        desk.get("/bank/")
    now = clock.now()
    for number in range(30):
        Question.objects.create(slug=f"more-{number}", title=f"More {number:02}", updated_at=now)
    with CaptureQueriesContext(connection) as many:
        page = desk.get("/bank/").content.decode()
    assert len(many) == len(few)
    assert "More questions" in page


def test_pages_of_the_list_follow_each_other_without_a_gap(desk: Client) -> None:
    now = clock.now()
    for number in range(60):
        Question.objects.create(slug=f"more-{number}", title="The same", updated_at=now)
    seen: list[str] = []
    after = ""
    while True:
        page = desk.get("/bank/", {"after": after}).context["page"]
        seen += [question.slug for question in page.questions]
        after = page.after
        if not after:
            break
    assert len(seen) == len(set(seen)) == Question.objects.count()


def test_what_a_curator_published_outlives_a_start_and_a_newer_library(
    curator: User, desk: Client, folder: Path, tmp_path: Path
) -> None:
    draft = begun(desk)
    kept(desk, draft.text.replace("title: ", "title: New ", 1), 0)
    draft.refresh_from_db()
    now = clock.now()
    assert drafts.publish_draft(draft, mark=mark(1), note="n", by=curator, now=now).is_clean
    bank.ship(folder, now=now)
    assert Question.objects.get(slug=SLUG).title.startswith("New ")
    newer = shutil.copytree(folder, tmp_path / "newer")
    file = newer / "questions" / f"{SLUG}.yaml"
    file.write_text(file.read_text().replace("minutes: 45", "minutes: 50"))
    bank.ship(newer, now=now)
    assert Question.objects.get(slug=SLUG).title.startswith("New ")


def test_the_library_is_brought_in_once_and_again_when_it_changed(
    curator: User, folder: Path, tmp_path: Path
) -> None:
    now = clock.now()
    assert bank.ship(folder, now=now)
    assert bank.ship(folder, now=now) is None
    newer = shutil.copytree(folder, tmp_path / "newer")
    file = newer / "questions" / f"{SLUG}.yaml"
    file.write_text(file.read_text().replace("minutes: 45", "minutes: 50"))
    brought = bank.ship(newer, now=now)
    assert brought
    assert brought.changed == 1
    assert Question.objects.get(slug=SLUG).minutes == 50


def test_a_page_of_an_older_draft_writes_nothing_on_a_newer_one(desk: Client) -> None:
    begun(desk)
    old = mark(0)
    desk.post(f"/bank/{SLUG}/discarding/", {"revision": old})
    fresh = begun(desk)
    answer = desk.post(f"/bank/{SLUG}/draft/", {"text": "of an old page", "base": old})
    assert answer.status_code == 409
    desk.post(f"/bank/{SLUG}/discarding/", {"revision": old})
    assert Draft.objects.get().text == fresh.text


def test_a_draft_that_says_nothing_new_stays_a_draft(curator: User, desk: Client) -> None:
    draft = begun(desk)
    assert kept(desk, f"# a remark\n{draft.text}", 0) == 200
    draft.refresh_from_db()
    now = clock.now()
    examined = drafts.publish_draft(draft, mark=draft.mark, note="n", by=curator, now=now)
    assert [problem.rule for problem in examined.problems] == ["same"]
    assert Draft.objects.get().text.startswith("# a remark")


def test_without_scripts_a_text_that_is_not_kept_stays_on_the_page(desk: Client) -> None:
    begun(desk)
    kept(desk, "first", 0)
    page = desk.post(f"/bank/{SLUG}/draft/", {"text": "my long work", "base": mark(0)})
    assert page.status_code == 409
    assert "my long work" in page.content.decode()
    assert "<html" in page.content.decode()


def test_a_text_that_cannot_be_kept_is_said_to_be_so(desk: Client) -> None:
    begun(desk)
    page = desk.post(f"/bank/{SLUG}/draft/", {"text": "a\x00b", "base": mark(0)})
    assert page.status_code == 422
    assert "This text cannot be kept" in page.content.decode()


def test_a_form_beyond_all_limits_is_answered_like_any_text_that_cannot_be_kept(
    desk: Client,
) -> None:
    draft = begun(desk)
    sent = {"text": "x" * 4_000_000, "base": mark(0)}
    pages = [
        desk.post(f"/bank/{SLUG}/draft/", sent),
        desk.post(f"/bank/{SLUG}/draft/", urlencode(sent), "application/x-www-form-urlencoded"),
    ]
    for page in pages:
        assert page.status_code == 422
        assert "far too long to be read: a text may have 1 MB" in page.content.decode()
        assert "field is required" not in page.content.decode()
    page = desk.post(f"/bank/{SLUG}/bench/", {"text": "x" * 4_000_000, "framework": "four-stage"})
    assert page.status_code == 422
    assert "a text may have 1 MB" in page.content.decode()
    assert Draft.objects.get().text == draft.text


def test_a_forged_draft_is_refused(curator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(curator)
    question = Question.objects.get(slug=SLUG)
    drafts.draft_of(question, by=curator, now=factories.NOON)
    for text in ("forged", "x" * 4_000_000):
        client.post(f"/bank/{SLUG}/draft/", {"text": text, "base": mark(0)})
    assert Draft.objects.get().revision == 0


def test_what_is_still_to_do_is_told_without_scoring_an_answer(desk: Client) -> None:
    draft = begun(desk)
    page = desk.get(f"/bank/{SLUG}/rules/").content.decode()
    assert "Nothing else to do here" in page
    cut = draft.text.replace("\ncurveball:", "\ncurve:", 1)
    assert cut != draft.text
    assert kept(desk, cut, 0) == 200
    assert "is asked when the text can be read" in desk.get(f"/bank/{SLUG}/rules/").content.decode()
    assert kept(desk, without_summary(draft.text), 1) == 200
    page = desk.get(f"/bank/{SLUG}/rules/").content.decode()
    assert f'data-revision="{mark(2)}"' in page
    assert "Still to do before publishing (1)" in page
    assert "has no summary" in page


def without_summary(text: str) -> str:
    """A question without its summary."""
    return re.sub(r"^summary:.*(\n[ \t].*)*\n", "", text, count=1, flags=re.MULTILINE)


def test_the_rules_that_wait_find_nothing_that_the_others_miss(curator: User) -> None:
    text = without_summary(bank.documents([SLUG])[f"questions/{SLUG}.yaml"])
    soon = drafts.examine_by_rules(text, slug=SLUG)
    wholly = drafts.examine_wholly(text, slug=SLUG)
    assert set(soon.todo) <= set(wholly.problems)
    assert [each.rule for each in soon.todo] == ["complete"]


def test_a_draft_that_says_nothing_new_has_no_button_to_publish_it(desk: Client) -> None:
    draft = begun(desk)
    assert kept(desk, f"# a remark\n{draft.text}", 0) == 200
    page = desk.get(f"/bank/{SLUG}/publication/").content.decode()
    assert "the same as version 1" in page
    assert ">Publish</button>" not in page
    assert kept(desk, draft.text.replace("title: ", "title: New ", 1), 1) == 200
    assert ">Publish</button>" in desk.get(f"/bank/{SLUG}/publication/").content.decode()


def test_a_save_asks_once_who_somebody_is_and_fetches_no_document(desk: Client) -> None:
    begun(desk)
    desk.get(f"/bank/{SLUG}/draft/")
    with CaptureQueriesContext(connection) as queries:
        assert kept(desk, "words", 0) == 200
    asked = [query["sql"] for query in queries]
    assert sum("auth_group" in sql for sql in asked) == 1
    assert not [sql for sql in asked if '"rubrics_questionversion"."document"' in sql]
    assert not [sql for sql in asked if '"rubrics_questionversion"."source"' in sql]


def test_a_draft_knows_its_revision_after_a_text_was_kept(curator: User) -> None:
    question = Question.objects.get(slug=SLUG)
    draft = drafts.draft_of(question, by=curator, now=factories.NOON)
    old = draft.mark
    assert draft.write("mine", base=old, by=curator, now=factories.NOON)
    other = Draft.objects.get()
    assert other.write("theirs", base=draft.mark, by=curator, now=factories.NOON)
    assert (draft.text, draft.revision) == ("mine", 1)
    assert not draft.write("late", base=draft.mark, by=curator, now=factories.NOON)
    assert (draft.text, draft.revision) == ("theirs", 2)
