"""How far raters agree: what counts, what is shown of it, and to whom."""

import random
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from interviews import agreements, grading
from interviews.agreements import Given, figures
from interviews.models import Agreement, Interview, Review
from rubrics import agreement, clock
from tests import factories

LEASE = timedelta(minutes=30)


def rated(
    candidate: User, ratings: dict[User, tuple[int | None, ...]], *, machine: bool = True
) -> Interview:
    """An interview that all of these have scored, in this order."""
    by = next(iter(ratings))
    interview = factories.handed_in_by_invitation(
        candidate=candidate, by=by, raters=2, now=clock.now()
    )
    if machine:
        assert grading.grade(interview.pk, clock=clock.now, lease=LEASE)
    for rater, levels in ratings.items():
        waiting = Review.objects.filter(interview=interview, rater=None).open_to(rater)
        review = waiting.order_by("kind").first()
        assert review
        assert review.claim(rater, now=clock.now(), lease=LEASE)
        assert factories.submit_review(review, by=rater, levels=levels, now=clock.now())
    return interview


def page(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.get("/reviews/agreement/").content.decode()


def test_what_was_scored_blind_is_measured(alice: User, ines: User, omar: User, lea: User) -> None:
    for levels in ((1, 2, 3), (4, 3, 2), (2, 2, 1), (3, 4, 4)):
        rated(alice, {ines: levels, omar: tuple(min(4, level + 1) for level in levels)})
    # Far apart, and decided by one who saw both: that one is no rater here.
    rated(alice, {ines: (1, 1, 1), omar: (4, 4, 4), lea: (2, 2, 2)})
    assert agreements.measure(now=clock.now())
    said = Agreement.objects.get().document
    assert (said["interviews"], said["overall"]["n"]) == (5, 15)
    assert {row["rater"]: row["n"] for row in said["raters"]} == {ines.pk: 15, omar.pk: 15}
    strict, mild = said["raters"]
    assert (strict["rater"], mild["rater"]) == (ines.pk, omar.pk)
    assert strict["severity"] == pytest.approx(-mild["severity"])
    (judge,) = said["judges"]
    assert (judge["judge"], judge["n"]) == ("rules", 30)


def test_it_is_measured_again_only_for_something_new(alice: User, ines: User, omar: User) -> None:
    now = clock.now()
    assert not agreements.measure(now=now)
    rated(alice, {ines: (1, 2, 3), omar: (1, 2, 3)})
    assert agreements.measure(now=now)
    rated(alice, {ines: (1, 2, 3), omar: (1, 2, 3)})
    assert not agreements.measure(now=now + timedelta(minutes=9))
    assert agreements.measure(now=now + timedelta(minutes=11))
    assert not agreements.measure(now=now + timedelta(minutes=22))
    assert Agreement.objects.get().document["interviews"] == 2


def test_raters_see_their_own_row_and_leads_see_all(
    alice: User, ines: User, omar: User, lea: User
) -> None:
    assert "Nothing to compare yet" in page(ines)
    for levels in ((1, 2, 3), (4, 3, 2), (2, 2, 1), (3, 4, 4)):
        rated(alice, {ines: levels, omar: levels})
    agreements.measure(now=clock.now())
    own, all_of_them = page(ines), page(lea)
    assert ("ines@" in own, "omar@" in own) == (True, False)
    assert ("ines@" in all_of_them, "omar@" in all_of_them) == (True, True)
    assert "100%" in own


def test_of_too_few_nothing_is_shown(alice: User, ines: User, omar: User) -> None:
    rated(alice, {ines: (1, 2, 3), omar: (1, 2, 3)})
    agreements.measure(now=clock.now())
    assert "too few" in page(ines)
    assert "100%" not in page(ines)


def test_the_figures_are_those_of_the_measures() -> None:
    chance = random.Random(3)
    given = [
        Given(str(n), f"rater:{rater}", "q", "2026-01", criterion, chance.randint(1, 4))
        for n in range(40)
        for criterion in ("a", "b")
        for rater in (1, 2)
    ]
    said = figures(given)
    by_item: dict[tuple[str, str], dict[str, float | None]] = {}
    for each in given:
        by_item.setdefault((each.interview, each.criterion), {})[each.rater] = each.level
    assert said["overall"]["alpha"] == agreement.alpha(by_item)
    pairs = [(levels["rater:1"], levels["rater:2"]) for levels in by_item.values()]
    assert said["overall"]["kappa"] == agreement.weighted_kappa(pairs)
    assert [row["of"] for row in said["criteria"]] == [["q", "a"], ["q", "b"]]
    assert said["overall"]["interval"][0] <= said["overall"]["alpha"]
