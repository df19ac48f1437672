"""Every address of the interviews, asked for by every kind of person.

An address that is not in the table fails the test, so that nobody adds a page without saying
who may see it.
"""

from typing import NamedTuple

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, reverse

from interviews import urls as interviews_urls
from interviews.models import Interview
from rubrics import clock, drafts, schema
from rubrics import urls as rubrics_urls
from rubrics.models import Concept, Question
from tests import factories

PEOPLE = ("stranger", "owner", "other", "interviewer", "curator")


class Answers(NamedTuple):
    """The status that each kind of person gets. A stranger's 302 must lead to the sign-in."""

    stranger: int
    owner: int
    other: int
    interviewer: int
    curator: int


PUBLIC = Answers(200, 200, 200, 200, 200)
MEMBERS = Answers(302, 200, 200, 200, 200)
# Until interviewers get submissions to score, an interview is its candidate's alone.
OWN = Answers(302, 200, 404, 404, 404)
OWN_LEADS_ON = Answers(302, 302, 404, 404, 404)
# Who is no curator finds nothing at the desk.
CURATORS = Answers(302, 404, 404, 404, 200)
CURATORS_LEAD_ON = Answers(302, 404, 404, 404, 302)
PATTERNS: list[URLPattern] = [*interviews_urls.urlpatterns, *rubrics_urls.urlpatterns]
KEY = "00000000-0000-4000-8000-000000000001"
DRAFT = {"text": "words", "base": "0", "key": KEY, "from": "scope"}
START = {"framework": "three-stage", "minutes": "30", "target": "mid", "pacing": "soft", "key": KEY}

# Name of the address, method, what is sent, and the answers while the interview is running.
TABLE: dict[str, tuple[str, dict[str, str], Answers]] = {
    "home": ("get", {}, PUBLIC),
    "question_list": ("get", {}, MEMBERS),
    "question": ("get", {}, MEMBERS),
    "interview_start": ("post", START, Answers(302, 302, 302, 302, 302)),
    "interview_list": ("get", {}, MEMBERS),
    "interview": ("get", {}, OWN_LEADS_ON),
    "stage": ("get", {}, OWN),
    "draft": ("post", DRAFT, OWN_LEADS_ON),
    "drawing": ("post", DRAFT, OWN_LEADS_ON),
    "outline": ("post", DRAFT, OWN_LEADS_ON),
    "outline_reading": ("post", {"text": "Events -> Ranker"}, OWN),
    "board": ("get", {}, OWN),
    "picture": ("get", {}, OWN),
    "entry": ("post", {"from": "scope"}, OWN_LEADS_ON),
    "preview": ("post", {"text": "words"}, OWN),
    "clocks": ("get", {}, OWN),
    "history": ("get", {}, OWN),
    "history_version": ("get", {}, Answers(302, 404, 404, 404, 404)),
    "outline_history": ("get", {}, OWN),
    "outline_history_version": ("get", {}, Answers(302, 404, 404, 404, 404)),
    "replay": ("get", {}, OWN_LEADS_ON),
    "replay_edits": ("get", {}, OWN_LEADS_ON),
    "ledger": ("get", {}, OWN),
    "pause": ("post", {}, OWN_LEADS_ON),
    "resumption": ("post", {}, OWN_LEADS_ON),
    "extension": ("post", {"extra": "five"}, OWN_LEADS_ON),
    "submission": ("get", {}, OWN),
    "report": ("get", {}, OWN_LEADS_ON),
    "handbook": ("get", {}, MEMBERS),
    "handbook_cards": ("get", {}, MEMBERS),
    "handbook_concept": ("get", {}, MEMBERS),
    "handbook_framework": ("get", {}, MEMBERS),
    "bank": ("get", {}, CURATORS),
    "bank_new": ("post", {"slug": "toll-prediction", "title": "Tolls"}, CURATORS_LEAD_ON),
    "bank_import": ("get", {}, CURATORS),
    "bank_export": ("get", {}, CURATORS),
    "bank_schema": ("get", {}, CURATORS),
    "bank_question": ("get", {}, CURATORS),
    "bank_question_export": ("get", {}, CURATORS),
    "bank_state": ("post", {"to": "retired"}, CURATORS_LEAD_ON),
    "bank_beginning": ("post", {}, CURATORS_LEAD_ON),
    "bank_draft": ("get", {}, CURATORS),
    "bank_rules": ("get", {}, CURATORS),
    "bank_publication": ("get", {}, CURATORS),
    "bank_discarding": ("post", {"revision": "1-0"}, CURATORS_LEAD_ON),
    "bank_preview": ("get", {}, CURATORS),
    "bank_changes": ("get", {}, CURATORS),
    "bank_bench": ("get", {}, CURATORS),
    "bank_items": ("get", {}, CURATORS),
    "bank_rescore": ("get", {}, CURATORS),
    "bank_rescore_scorecards": ("post", {}, CURATORS_LEAD_ON),
}


@pytest.fixture
def interview(db: None) -> Interview:
    factories.fill_bank()
    owner = factories.a_user(name="alice")
    recall = schema.Concept(
        id="recall", title="Recall", wordings=("recall",), card="What is found."
    )
    document = recall.model_dump_json()
    Concept.objects.create(
        slug="recall", title="Recall", words="recall", document=document,
        content_hash=recall.hash, updated_at=clock.now(),
    )  # fmt: skip
    question = Question.objects.get()
    drafts.draft_of(question, by=owner, now=clock.now())
    return factories.an_interview(candidate=owner, now=clock.now())


def person(kind: str, interview: Interview) -> User | None:
    """A person of a kind; nobody for a stranger."""
    if kind == "stranger":
        return None
    if kind == "owner":
        return interview.candidate
    group = "" if kind == "other" else kind
    return factories.a_user(name=kind, group=group, is_staff=kind == "curator")


def address(pattern: URLPattern, interview: Interview) -> str:
    values = {
        "slug": "video-feed",
        "interview_id": interview.pk,
        "stage_id": "scope",
        "concept": "recall",
        "framework": "three-stage",
        "number": 1,
    }
    names = pattern.pattern.converters
    return reverse(pattern.name, kwargs={name: values[name] for name in names})


@pytest.mark.parametrize("kind", PEOPLE)
@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_every_address_answers_each_person_as_the_table_says(
    client: Client, interview: Interview, pattern: URLPattern, kind: str
) -> None:
    assert pattern.name in TABLE, f"say in TABLE who may see {pattern.name}"
    method, sent, answers = TABLE[pattern.name]
    someone = person(kind, interview)
    if someone:
        client.force_login(someone)
    path = address(pattern, interview)
    answer = getattr(client, method)(path, sent)
    assert answer.status_code == getattr(answers, kind)
    to_sign_in = answer.headers.get("Location", "").startswith("/accounts/login/")
    assert to_sign_in == (kind == "stranger" and answers is not PUBLIC)


def test_the_table_names_no_address_that_is_gone() -> None:
    assert TABLE.keys() == {pattern.name for pattern in PATTERNS}


@pytest.mark.parametrize("kind", ["stranger", "other", "interviewer", "curator"])
def test_nothing_that_others_sent_has_changed_anything(
    client: Client, interview: Interview, kind: str
) -> None:
    someone = person(kind, interview)
    if someone:
        client.force_login(someone)
    for pattern in PATTERNS:
        if "interview_id" in pattern.pattern.converters:
            client.post(address(pattern, interview), DRAFT)
    kept = factories.fresh(interview)
    assert kept.is_running
    assert kept.current_stage == "scope"
    assert {answer.revision for answer in kept.sheets.all()} == {0}
