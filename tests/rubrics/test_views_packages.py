"""Curators look into a package before it comes in, and take the bank with them."""

import io
import json
import re
import zipfile

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rubrics import bank, clock, drafts, packing
from rubrics.models import Concept, Draft, Question, QuestionVersion
from tests import factories
from tests.rubrics.documents import TINY, WHOLE, question
from tests.rubrics.test_packing import ALONE, FINISHED, NOTHING, PACKAGE

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def curator() -> User:
    return factories.a_user(name="carol", group="curator")


@pytest.fixture
def desk(client: Client, curator: User) -> Client:
    client.force_login(curator)
    return client


def sent(
    desk: Client,
    content: bytes,
    *,
    name: str = "p.zip",
    seen: str = "",
    headers: dict[str, str] | None = None,
) -> tuple[int, str]:
    """Status and page (or where it leads) after a package was sent."""
    fields = {"package": SimpleUploadedFile(name, content), **({"seen": seen} if seen else {})}
    answer = desk.post("/bank/import/", fields, headers=headers or {})
    there = answer.headers.get("Location") or answer.headers.get("HX-Redirect")
    return answer.status_code, there or answer.content.decode()


def mark(page: str) -> str:
    found = re.search(r'name="seen"\s+value="(\w+)"', page)
    assert found, page
    return found[1]


def test_a_package_is_looked_into_and_then_comes_in(desk: Client) -> None:
    content = packing.pack(FINISHED)
    status, page = sent(desk, content)
    assert status == 200
    assert "3 added, 0 changed, 0 unchanged" in page
    assert "Choose the same file again" in page
    assert not Question.objects.exists()
    assert sent(desk, content, seen=mark(page)) == (302, "/bank/")
    version = QuestionVersion.objects.get()
    assert (version.author, version.source) == (
        "carol@example.org",
        FINISHED["questions/dinner-ideas.yaml"],
    )
    assert "Imported: 3 added, 0 changed, 0 unchanged." in desk.get("/bank/").content.decode()
    _, page = sent(desk, content)
    assert "has all of it already" in page
    assert 'name="seen"' not in page


def test_an_unfinished_question_comes_in_as_a_draft_with_its_problems_told_before(
    curator: User, desk: Client
) -> None:
    content = packing.pack(PACKAGE)
    status, page = sent(desk, content)
    assert status == 200
    assert "1 question not finished" in page
    assert re.search(r"tiny</code> comes in as a draft: \d+ things are still to do", page)
    assert re.search(r"has no model answer</span>\s*<span class=\"tag\">complete</span>", page)
    assert sent(desk, content, seen=mark(page)) == (302, "/bank/")
    assert not QuestionVersion.objects.exists()
    draft = Draft.objects.get()
    assert (draft.text, draft.updated_by) == (TINY, curator)
    assert "tiny" not in desk.get("/questions/").content.decode()


def test_what_changes_in_a_question_is_told_before_it_comes_in(desk: Client) -> None:
    bank.bring(packing.unpack("p.zip", packing.pack(FINISHED), NOTHING), now=clock.now())
    other = json.dumps({**WHOLE, "minutes": 50})
    package = packing.pack({"questions/dinner-ideas.yaml": other})
    _, page = sent(desk, package, headers=HTMX)
    assert "0 added, 1 changed" in page
    assert "<li>minutes: changed</li>" in page
    assert "Somebody has a draft" not in page
    Draft.objects.create(question=Question.objects.get(), text="words", updated_at=clock.now())
    assert "Somebody has a draft of it" in sent(desk, package)[1]


def test_a_draft_that_somebody_writes_is_not_overwritten(desk: Client) -> None:
    row = Question.objects.create(slug="tiny", title="Tiny", updated_at=clock.now())
    Draft.objects.create(question=row, text="words", updated_at=clock.now())
    status, page = sent(desk, packing.pack(PACKAGE))
    assert status == 422
    assert "publish it or throw it away first" in page
    assert Draft.objects.get().text == "words"


def test_where_scripts_run_only_the_outlook_is_sent_and_the_file_stays_chosen(desk: Client) -> None:
    content = packing.pack(PACKAGE)
    status, page = sent(desk, content, headers=HTMX)
    assert status == 200
    assert page.strip().startswith('<div id="outlook">')
    assert "Choose the same file again" not in page
    assert sent(desk, content, seen=mark(page), headers=HTMX) == (200, "/bank/")
    assert Question.objects.exists()


def test_another_file_than_the_one_looked_into_does_not_come_in(desk: Client) -> None:
    _, page = sent(desk, packing.pack(PACKAGE))
    other = packing.pack({"questions/tiny.yaml": ALONE})
    status, page = sent(desk, other, seen=mark(page))
    assert status == 200
    assert "0 added, 0 changed, 0 unchanged, 1 as a draft" in page
    assert not Question.objects.exists()
    assert sent(desk, other, seen=mark(page))[0] == 302


def test_a_package_is_looked_into_again_when_the_bank_was_changed_meanwhile(desk: Client) -> None:
    content = packing.pack(FINISHED)
    _, page = sent(desk, content)
    bank.publish(question(id="dinner-ideas"), now=clock.now())
    status, page = sent(desk, content, seen=mark(page))
    assert status == 200
    assert "2 added, 1 changed" in page
    assert QuestionVersion.objects.count() == 1


def test_problems_are_listed_with_file_line_and_path(desk: Client) -> None:
    bad = {**PACKAGE, "questions/tiny.yaml": TINY.replace("title: Tiny", "titel: <b>")}
    status, page = sent(desk, packing.pack(bad))
    assert status == 422
    assert "Nothing was changed: 2 problems" in page
    assert "<code>questions/tiny.yaml:2: titel</code>" in page
    assert not Concept.objects.exists()


def test_only_the_first_of_very_many_problems_are_listed(desk: Client) -> None:
    bad = b"".join(b"key%d: !tag x\n" % number for number in range(500))
    status, page = sent(desk, bad, name="x.yaml")
    assert status == 422
    assert page.count("<li>") == 60
    assert "500 problems" in page
    assert "The first 60 are shown." in page


@pytest.mark.parametrize("name", ["x.yaml", "x.zip", "<b>.yaml"])
def test_a_large_file_gets_a_clear_answer(desk: Client, name: str) -> None:
    status, page = sent(desk, b"PK\x03\x04" + b"x" * 10_000_000, name=name)
    assert status == 422
    assert "is larger than 8 MiB" in page
    assert "<b>" not in page
    status, page = sent(desk, b"x" * 2_000_000, name="x.yaml")
    assert "is larger than 1024 KiB" in page


def test_no_more_than_a_package_may_have_is_kept_of_many_files(desk: Client) -> None:
    files = {
        name: SimpleUploadedFile(f"{name}.zip", b"x" * packing.MAX_PACKAGE)
        for name in ("a", "b", "package")
    }
    answer = desk.post("/bank/import/", files)
    assert answer.status_code == 422
    kept = [answer.wsgi_request.FILES.getlist(name)[0].size for name in files]
    assert kept == [packing.MAX_PACKAGE, 1, 0]


def test_without_a_file_nothing_happens(desk: Client) -> None:
    answer = desk.post("/bank/import/", {})
    assert answer.status_code == 422
    assert b"choose a file first" in answer.content
    assert desk.post("/bank/import/", {"package": "text"}).status_code == 422
    assert desk.get("/bank/import/").status_code == 200


def test_a_forged_form_is_refused(curator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(curator)
    assert sent(client, packing.pack(PACKAGE))[0] == 403
    page = client.get("/bank/import/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    assert sent(client, packing.pack(PACKAGE), headers={"X-CSRFToken": token[1]})[0] == 200


def test_looking_into_a_package_takes_few_queries(desk: Client) -> None:
    many = {f"questions/q-{n}.yaml": ALONE.replace("id: tiny", f"id: q-{n}") for n in range(9)}
    changed = {name: text.replace("title: Tiny", "title: Other") for name, text in many.items()}
    asked = []
    for package in ({"questions/tiny.yaml": ALONE}, many, changed):
        with CaptureQueriesContext(connection) as queries:
            sent(desk, packing.pack(package))
        asked.append(len(queries))
        bank.bring(packing.unpack("p.zip", packing.pack(package), NOTHING), now=clock.now())
    assert asked[1] == asked[0]
    assert asked[2] == asked[0]


def test_the_whole_bank_is_a_zip_and_one_question_a_file(desk: Client) -> None:
    bank.bring(packing.unpack("p.zip", packing.pack(PACKAGE), NOTHING), now=clock.now())
    answer = desk.get("/bank/export/")
    today = f"{clock.now():%Y-%m-%d}"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="bank-{today}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert set(archive.namelist()) == set(PACKAGE)
    answer = desk.get("/bank/tiny/export/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tiny.yaml"'
    assert answer.content.decode() == TINY
    assert desk.get("/bank/gone/export/").status_code == 404
    drafts.new_question("fresh", "Fresh", by=User.objects.get(), now=clock.now())
    assert desk.get("/bank/fresh/export/").status_code == 404


def test_exporting_takes_as_many_queries_for_one_question_as_for_many(desk: Client) -> None:
    bank.publish(question(), now=clock.now())
    with CaptureQueriesContext(connection) as few:
        desk.get("/bank/export/")
    for number in range(5):
        bank.publish(question(id=f"q-{number}"), now=clock.now())
    with CaptureQueriesContext(connection) as more:
        desk.get("/bank/export/")
    assert len(more) == len(few)


@pytest.mark.parametrize("address", ["/bank/import/", "/bank/export/", "/bank/tiny/export/"])
def test_for_others_there_is_nothing_here(client: Client, address: str) -> None:
    bank.publish(question(), now=clock.now())
    client.force_login(factories.a_user(name="bob", group="interviewer"))
    assert client.get(address).status_code == 404
    assert client.post("/bank/import/", {}).status_code == 404


@pytest.mark.parametrize("address", ["/bank/export/", "/bank/tiny/export/"])
def test_exports_are_only_asked_for(desk: Client, address: str) -> None:
    assert desk.post(address).status_code == 405
