"""Made-up interviews: whole ones, as many as asked for, and agreement that can be measured."""

from collections import Counter
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from interviews import agreements, seeding
from interviews.models import Agreement, Interview, Review, Scorecard
from rubrics import clock
from tests import factories

SAMPLES = [
    {
        "grade": grade,
        "framework": "three-stage",
        "stages": {"scope": text, "design": text},
        "levels": dict.fromkeys(("goal", "retrieval", "experiment"), level),
    }
    for grade, text, level in (
        ("weak", "We use a model.", 1),
        ("mid", "We raise watch time per session, because clicks mislead.", 2),
        ("strong", factories.GOOD["design"], 4),
    )
]


@pytest.fixture
def by(db: None) -> User:
    factories.fill_bank(questions=(factories.question_document(samples=SAMPLES),))
    return factories.a_user(name="ines", group="interviewer")


def seed(count: int, by: User, **others: int) -> None:
    list(seeding.seed(count, by=by, now=clock.now(), **others))


def test_there_are_as_many_as_asked_for_each_scored_and_readable(by: User) -> None:
    seed(60, by)
    assert Interview.objects.count() == 60
    invited = Interview.objects.filter(invitation__isnull=False)
    assert 20 < invited.count() < 50
    assert Scorecard.objects.filter(review=None).count() == 60
    for interview in Interview.objects.all():
        assert interview.lines()
        for sheet in interview.sheets.texts().filter(revision=1):
            assert sheet.text_at(1) == sheet.text
    for card in Scorecard.objects.all():
        card.value  # noqa: B018 - it is read, or raises
    wanted = Counter(Review.objects.values_list("interview", "kind"))
    for interview in invited:
        assert interview.invitation
        assert wanted[(interview.pk, "rating")] == interview.invitation.raters


def test_raters_differ_and_the_page_of_agreement_says_how_far(by: User) -> None:
    seed(80, by)
    assert agreements.measure(now=clock.now())
    assert Agreement.objects.latest_one()
    given = Scorecard.objects.filter(judge="human").values_list("score", flat=True)
    assert len(set(given)) > 3


def test_the_same_chance_makes_the_same_scores(by: User) -> None:
    def scores() -> list[float | None]:
        return list(Scorecard.objects.order_by("pk").values_list("score", flat=True))

    seed(10, by, chance=3)
    first = scores()
    User.objects.filter(email__endswith=seeding.DOMAIN).update(is_active=False)
    Interview.objects.all().delete()
    seed(10, by, chance=3)
    assert scores() == first


def test_nobody_made_up_can_sign_in_or_be_asked_to_score(by: User, client: Client) -> None:
    seed(10, by)
    person = User.objects.filter(email__startswith="rater-1@").get()
    assert not person.has_usable_password()
    assert not person.is_active
    assert not client.login(username=person.username, password="!")


def test_the_pages_ask_as_often_with_many_as_with_few(
    by: User,
) -> None:

    lead = factories.a_user(name="lea", group="lead")
    client = Client()
    client.force_login(lead)
    pages = ("/reviews/", "/reviews/?tab=done", "/reviews/agreement/", "/invitations/")

    def asked() -> list[int]:
        agreements.measure(now=clock.now())
        counts = []
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            counts.append(len(queries))
        return counts

    seed(100, by)
    few = asked()
    seed(250, by)
    assert asked() == few
    assert max(few) <= 12


def test_the_command_says_what_it_made_and_what_it_needs(by: User) -> None:
    out = StringIO()
    call_command("seed", interviews=3, by=by.email, stdout=out)
    assert "3 interviews made up; ines@example.org invited to them." in out.getvalue()
    with pytest.raises(CommandError, match="no interviewer here"):
        call_command("seed", interviews=3, by="nobody@example.org")
    with pytest.raises(CommandError, match="Say how many"):
        call_command("seed", interviews=0, by=by.email)


def test_without_samples_there_is_nothing_to_make_up(db: None) -> None:
    factories.fill_bank()
    by = factories.a_user(name="ines", group="interviewer")
    with pytest.raises(CommandError, match="No published question has samples"):
        call_command("seed", interviews=3, by=by.email)
