"""Every address of the interviews, asked for by every kind of person.

An address that is not in the table fails the test, so that nobody adds a page without saying
who may see it.
"""

from datetime import timedelta
from typing import NamedTuple

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse

from interviews import urls as interviews_urls
from interviews.models import GoldAnswer, Interview, Issued, Review, SavedFilter, Token, Webhook
from rubrics import clock, drafts, schema
from rubrics import urls as rubrics_urls
from rubrics.models import Concept, Question
from tests import factories

PEOPLE = ("stranger", "owner", "other", "rater", "interviewer", "lead", "curator", "staff")


class Answers(NamedTuple):
    """The status that each kind of person gets. A stranger's 302 must lead to the sign-in.

    The rater is an interviewer who has taken on the review of the interview in question, and has
    sent the invitation in question; staff may enter the admin, and see how the model does.
    """

    stranger: int
    owner: int
    other: int
    rater: int
    interviewer: int
    lead: int
    curator: int
    staff: int


PUBLIC = Answers._make([200] * 8)
MEMBERS = Answers._make([302, *[200] * 7])
NOBODY = Answers._make([302, *[404] * 7])
OWN = Answers._make([302, 200, *[404] * 6])
OWN_LEADS_ON = Answers._make([302, 302, *[404] * 6])
# Who scores an interview may read it once it is handed in; here it is still running.
INTERVIEWERS = Answers(302, 404, 404, 200, 200, 200, 404, 404)
INTERVIEWERS_LEAD_ON = Answers(302, 404, 404, 302, 302, 302, 404, 404)
# Somebody's own business; leads may see to all invitations.
INVITERS = Answers(302, 404, 404, 200, 404, 200, 404, 404)
INVITERS_LEAD_ON = Answers(302, 404, 404, 302, 404, 302, 404, 404)
# For an address that cannot be taken as it was sent.
INTERVIEWERS_REFUSED = Answers(302, 404, 404, 422, 422, 422, 404, 404)
RATERS = Answers(302, 404, 404, 200, 404, 404, 404, 404)
LEADS = Answers(302, 404, 404, 404, 404, 200, 404, 404)
LEADS_LEAD_ON = Answers(302, 404, 404, 404, 404, 302, 404, 404)
# Who is no curator finds nothing at the desk.
CURATORS = Answers._make([302, *[404] * 5, 200, 404])
CURATORS_LEAD_ON = Answers._make([302, *[404] * 5, 302, 404])
# A curator of these tests is one of the staff.
STAFF = Answers._make([302, *[404] * 5, 200, 200])
STAFF_LEAD_ON = Answers._make([302, *[404] * 5, 302, 302])
# Programs are known by a token, which here everybody but the stranger has; a sign-in is none.
TOKENS = Answers._make([401, *[200] * 7])
OWN_BY_TOKEN = Answers._make([401, 200, *[404] * 6])
PATTERNS: list[URLPattern] = [*interviews_urls.urlpatterns, *rubrics_urls.urlpatterns]
KEY = "00000000-0000-4000-8000-000000000001"
DRAFT = {"text": "words", "base": "0", "key": KEY, "from": "scope"}
START = {"framework": "three-stage", "minutes": "30", "target": "mid", "pacing": "soft", "key": KEY}

# Name of the address, method, what is sent, and the answers while the interview is running.
TABLE: dict[str, tuple[str, dict[str, str], Answers]] = {
    "home": ("get", {}, PUBLIC),
    "question_list": ("get", {}, MEMBERS),
    "question": ("get", {}, MEMBERS),
    "interview_start": ("post", START, Answers._make([302] * 8)),
    "interview_list": ("get", {}, MEMBERS),
    "interview": ("get", {}, OWN_LEADS_ON),
    "stage": ("get", {}, OWN),
    "draft": ("post", DRAFT, OWN_LEADS_ON),
    "drawing": ("post", DRAFT, OWN_LEADS_ON),
    "outline": ("post", DRAFT, OWN_LEADS_ON),
    # Nothing was asked; and this interview has no interviewer.
    "probe-1": ("post", DRAFT, NOBODY),
    "probe-2": ("post", DRAFT, NOBODY),
    "probes": ("get", {}, OWN_LEADS_ON),
    "ask": ("post", {"question": "How many users?", "question_key": KEY}, OWN_LEADS_ON),
    "hint": ("post", {}, OWN_LEADS_ON),
    "outline_reading": ("post", {"text": "Events -> Ranker"}, OWN),
    "board": ("get", {}, OWN),
    "picture": ("get", {}, OWN),
    "entry": ("post", {"from": "scope"}, OWN_LEADS_ON),
    "preview": ("post", {"text": "words"}, OWN),
    "clocks": ("get", {}, OWN),
    "history": ("get", {}, OWN),
    "history_version": ("get", {}, Answers._make([302, *[404] * 7])),
    "outline_history": ("get", {}, OWN),
    "outline_history_version": ("get", {}, Answers._make([302, *[404] * 7])),
    "difference": ("post", {"text": "words"}, OWN),
    "replay": ("get", {}, OWN_LEADS_ON),
    "replay_edits": ("get", {}, OWN_LEADS_ON),
    "replay_drawing": ("get", {}, OWN_LEADS_ON),
    "ledger": ("get", {}, OWN),
    "pause": ("post", {}, OWN_LEADS_ON),
    "resumption": ("post", {}, OWN_LEADS_ON),
    "extension": ("post", {"extra": "five"}, OWN_LEADS_ON),
    "submission": ("get", {}, OWN),
    "report": ("get", {}, OWN_LEADS_ON),
    "appeal": ("post", {"asked": "Why?"}, OWN_LEADS_ON),
    "invitation_list": ("get", {}, INTERVIEWERS),
    "invitation_new": ("get", {}, INTERVIEWERS),
    "invitation_many": ("get", {}, INTERVIEWERS),
    "invitation": ("get", {}, INVITERS),
    "invitation_link": ("post", {}, INVITERS),
    "invitation_revocation": ("post", {}, INVITERS_LEAD_ON),
    "invitation_extension": ("post", {"extra": "five"}, Answers._make([302, *[404] * 7])),
    "invitation_release": ("post", {}, Answers._make([302, *[404] * 7])),
    "invited": ("get", {}, PUBLIC),
    "review_list": ("get", {}, INTERVIEWERS),
    "review_filters": ("post", {"name": "Old", "query": "days=7"}, INTERVIEWERS_LEAD_ON),
    "review_filter_deletion": ("post", {}, Answers(302, 404, 404, 302, 404, 404, 404, 404)),
    "review_assignment": ("post", {}, Answers(302, 404, 404, 404, 404, 302, 404, 404)),
    "review_waiver": ("get", {}, Answers._make([302, *[404] * 7])),  # nobody invited to it
    "review_agreement": ("get", {}, INTERVIEWERS),
    "review_gold": ("get", {}, LEADS),
    "review_gold_waiver": ("post", {}, LEADS_LEAD_ON),
    "review_disagreements": ("get", {}, INTERVIEWERS),
    # Nobody before it is handed in and scored.
    "review_beside": ("get", {}, Answers._make([302, *[404] * 7])),
    "review_csv": ("get", {}, INTERVIEWERS),
    "review_json": ("get", {}, INTERVIEWERS),
    "review_next": ("post", {}, INTERVIEWERS_LEAD_ON),
    "review": ("get", {}, RATERS),
    "review_claim": ("post", {}, INTERVIEWERS_LEAD_ON),
    "review_draft": ("post", {"text": "{}", "base": "0", "key": KEY}, RATERS),
    "review_presence": ("post", {}, Answers(302, 404, 404, 204, 404, 404, 404, 404)),
    "review_return": ("post", {}, Answers(302, 404, 404, 302, 404, 404, 404, 404)),
    "review_takeover": ("post", {}, Answers(302, 404, 404, 404, 404, 302, 404, 404)),
    "privacy": ("get", {}, PUBLIC),
    "model": ("get", {}, STAFF),
    "model_check": ("post", {}, STAFF_LEAD_ON),
    "token_list": ("get", {}, MEMBERS),
    "token_revocation": ("post", {}, OWN_LEADS_ON),
    "api": ("get", {}, PUBLIC),
    "api_document": ("get", {}, PUBLIC),
    "api_me": ("get", {}, TOKENS),
    "api_interviews": ("get", {}, TOKENS),
    "api_interview": ("get", {}, OWN_BY_TOKEN),
    "api_interview_scorecards": ("get", {}, OWN_BY_TOKEN),
    "api_scorecards": ("get", {}, TOKENS),
    "api_nowhere": ("get", {}, Answers._make([404] * 8)),
    "webhook_list": ("get", {}, INTERVIEWERS),
    "webhook_new": ("post", {"address": "https://127.0.0.1/"}, INTERVIEWERS_REFUSED),
    "webhook": ("get", {}, INVITERS),
    "webhook_ping": ("post", {}, INVITERS_LEAD_ON),
    "webhook_pause": ("post", {}, INVITERS_LEAD_ON),
    "webhook_resumption": ("post", {}, INVITERS_LEAD_ON),
    "webhook_secret": ("post", {}, INVITERS),
    "webhook_removal": ("post", {}, INVITERS_LEAD_ON),
    "webhook_redelivery": ("post", {}, INVITERS_LEAD_ON),
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
    "bank_gold": ("get", {}, CURATORS),
    "bank_gold_new": ("get", {}, CURATORS),
    "bank_gold_answer": ("get", {}, CURATORS),
    "bank_gold_reference": ("post", {}, CURATORS_LEAD_ON),
    "bank_gold_retirement": ("post", {}, CURATORS_LEAD_ON),
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
    interview = factories.an_interview(candidate=owner, now=clock.now())
    factories.a_gold_answer(now=clock.now())
    rater = factories.a_user(name="rater", group="interviewer")
    review = Review.objects.create(interview=interview, kind="rating", wanted_at=clock.now())
    assert review.claim(rater, now=clock.now(), lease=timedelta(minutes=30))
    SavedFilter.objects.create(owner=rater, name="Old", saved_at=clock.now())
    factories.a_token(owner=owner, now=clock.now())
    webhook, _ = factories.a_webhook(by=rater, now=clock.now())
    webhook.deliveries.ping(webhook, now=clock.now())
    return interview


@pytest.fixture
def issued(interview: Interview) -> Issued:
    """An open invitation of the rater's."""
    return factories.an_invitation(by=User.objects.get(email__startswith="rater"), now=clock.now())


_GROUPS = {"interviewer": "interviewer", "lead": "lead", "curator": "curator"}


def person(kind: str, interview: Interview) -> User | None:
    """A person of a kind; nobody for a stranger."""
    if kind == "stranger":
        return None
    if kind == "owner":
        return interview.candidate
    if kind == "rater":
        return User.objects.get(email__startswith="rater")
    is_staff = kind in ("curator", "staff")
    return factories.a_user(name=kind, group=_GROUPS.get(kind, ""), is_staff=is_staff)


def address(pattern: URLPattern, interview: Interview, issued: Issued) -> str:
    webhook = Webhook.objects.get()
    values = {
        "webhook_id": webhook.pk,
        "delivery_id": webhook.deliveries.get().pk,
        "invitation_id": issued.invitation.pk,
        "token": issued.token,
        "review_id": interview.reviews.get().pk,
        "gold_id": GoldAnswer.objects.get().pk,
        "rater_id": User.objects.get(email__startswith="rater").pk,
        "slug": "video-feed",
        "interview_id": interview.pk,
        "stage_id": "scope",
        "concept": "recall",
        "framework": "three-stage",
        "number": SavedFilter.objects.latest("pk").pk,
        "token_id": Token.objects.get(owner=interview.candidate).pk,
        "rest": "nowhere",
    }
    names = pattern.pattern.converters
    return reverse(pattern.name, kwargs={name: values[name] for name in names})


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_every_address_answers_each_person_as_the_table_says(
    interview: Interview, issued: Issued, pattern: URLPattern
) -> None:
    assert pattern.name in TABLE, f"say in TABLE who may see {pattern.name}"
    method, sent, wanted = TABLE[pattern.name]
    path = address(pattern, interview, issued)
    given, to_sign_in = {}, set()
    for kind in PEOPLE:
        with transaction.atomic():  # what one person sends, the next one does not find
            someone = person(kind, interview)
            client = Client()
            if someone:
                client.force_login(someone)
            headers = factories.bearer(someone, now=clock.now()) if someone else {}
            answer = getattr(client, method)(path, sent, headers=headers)
            given[kind] = answer.status_code
            if answer.headers.get("Location", "").startswith("/accounts/login/"):
                to_sign_in.add(kind)
            transaction.set_rollback(True)
    assert given == wanted._asdict()
    assert to_sign_in == ({"stranger"} if wanted.stranger == 302 else set())


def test_the_table_names_no_address_that_is_gone() -> None:
    assert TABLE.keys() == {pattern.name for pattern in PATTERNS}


@pytest.mark.parametrize("kind", [kind for kind in PEOPLE if kind != "owner"])
def test_nothing_that_others_sent_has_changed_anything(
    client: Client, interview: Interview, issued: Issued, kind: str
) -> None:
    someone = person(kind, interview)
    if someone:
        client.force_login(someone)
    for pattern in PATTERNS:
        if "interview_id" in pattern.pattern.converters:
            client.post(address(pattern, interview, issued), DRAFT)
    kept = factories.fresh(interview)
    assert kept.is_running
    assert kept.current_stage == "scope"
    assert {answer.revision for answer in kept.sheets.all()} == {0}
