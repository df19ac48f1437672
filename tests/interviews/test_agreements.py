"""How far raters agree: what counts, what is shown of it, and to whom."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from interviews import agreements, grading
from interviews.agreements import Given, figures
from interviews.models import Agreement, Disagreement, Interview, Review, Scorecard
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
    strict, mild = said["raters"]
    assert (strict["of"], strict["n"]) == ([f"rater:{ines.pk}"], 15)
    assert (mild["of"], mild["n"]) == ([f"rater:{omar.pk}"], 15)
    assert strict["severity"] == pytest.approx(-mild["severity"])
    (judge,) = said["judges"]
    assert (judge["of"], judge["n"]) == (["judge:rules"], 15)
    assert said["titles"]["video-feed"]["criteria"]["goal"] == "Goal"


def test_a_model_is_a_judge_like_the_rules_however_long_its_name(
    alice: User, ines: User, omar: User
) -> None:
    name = "m" * 100
    for levels in ((1, 2, 3), (4, 3, 2), (2, 2, 1), (3, 4, 4)):
        interview = rated(alice, {ines: levels, omar: levels})
        card = interview.scorecards.get(judge="rules").value
        by_model = card.model_copy(update={"judge": f"llm:{name}"})
        Scorecard.objects.record(interview, by_model, now=clock.now())
    assert agreements.measure(now=clock.now())
    judges = [row["of"][0] for row in Agreement.objects.get().document["judges"]]
    assert sorted(judges) == [f"judge:llm:{name}", "judge:rules"]
    assert Disagreement.objects.of(f"judge:llm:{name}").exists()
    assert f"Model {name}" in page(ines)


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
    assert page(ines).count("Fewer than 10: not enough yet") == 5
    assert "100%" not in page(ines)


def test_an_answer_that_a_rater_is_still_awaited_for_tells_nothing(
    alice: User, ines: User, omar: User
) -> None:
    for _ in range(4):  # twelve criteria: enough to show what Ines and the machine gave
        rated(alice, {ines: (4, 4, 4)})
    assert agreements.measure(now=clock.now())
    said = Agreement.objects.get().document
    assert (said["interviews"], said["judges"]) == (0, [])
    assert not Disagreement.objects.exists()


SOME_DAY = datetime(2026, 1, 5, tzinfo=UTC)


def levels_of(
    *, answers: int, month: str = "2026-01", seed: int = 3, lenient: int = 0
) -> list[Given]:
    """Levels of two people and a machine on two criteria; the machine gives ``lenient`` more."""
    chance = random.Random(seed)
    return [
        Given(
            f"{month}-{n}",
            who,
            "q",
            month,
            criterion,
            min(4, chance.randint(1, 3) + (lenient if who == "judge:rules" else 0)),
            SOME_DAY,
        )
        for n in range(answers)
        for criterion in ("a", "b")
        for who in ("rater:1", "rater:2", "judge:rules")
    ]


def test_the_figures_are_those_of_the_measures() -> None:
    given = levels_of(answers=40)
    said = figures(given)
    by_item: dict[tuple[str, str], dict[str, float | None]] = {}
    for each in given:
        if not each.is_machine:
            by_item.setdefault((each.interview, each.criterion), {})[each.rater] = each.level
    assert said["overall"]["alpha"] == agreement.alpha(by_item)
    pairs = [(levels["rater:1"], levels["rater:2"]) for levels in by_item.values()]
    assert said["overall"]["kappa"] == agreement.weighted_kappa(pairs)
    assert [row["of"] for row in said["criteria"]] == [["q", "a"], ["q", "b"]]
    assert said["overall"]["interval"][0] <= said["overall"]["alpha"]
    one, other = said["raters"]
    for row in (one, other):  # of two, each one's figures are those of both
        assert row["alpha"] == pytest.approx(said["overall"]["alpha"])
        assert row["interval"] == pytest.approx(said["overall"]["interval"])
        assert row["kappa"] == pytest.approx(said["overall"]["kappa"])
        assert (row["exact"], row["n"]) == (said["overall"]["exact"], said["overall"]["n"])
    assert one["severity_interval"] == pytest.approx([-x for x in other["severity_interval"]][::-1])


def test_a_judge_is_measured_against_each_person_and_its_severity_against_their_mean() -> None:
    given = levels_of(answers=40, lenient=1)
    (judge,) = figures(given)["judges"]
    levels: dict[tuple[str, str], dict[str, int]] = {}
    for each in given:
        levels.setdefault((each.interview, each.criterion), {})[each.rater] = each.level
    own, one, two = (
        [row[who] for row in levels.values()] for who in ("judge:rules", "rater:1", "rater:2")
    )
    pairs = [*zip(own, one, strict=True), *zip(own, two, strict=True)]
    assert judge["n"] == 80
    assert judge["kappa"] == pytest.approx(agreement.weighted_kappa(pairs))
    assert judge["exact"] == sum(a == b for a, b in pairs) / 160
    mean = sum(a - (b + c) / 2 for a, b, c in zip(own, one, two, strict=True)) / 80
    assert judge["severity"] == pytest.approx(mean)
    low, high = judge["severity_interval"]
    assert low < mean < high
    assert judge["interval"][0] < judge["alpha"] < judge["interval"][1]


def test_everybody_is_followed_over_months_where_there_is_enough() -> None:
    given = [
        *levels_of(answers=20, month="2026-01", seed=1),
        *levels_of(answers=20, month="2026-02", seed=2, lenient=1),
        *levels_of(answers=4, month="2026-03", seed=3, lenient=1),
    ]
    said = figures(given)
    assert [(row["of"], row["n"]) for row in said["months"]] == [
        (["2026-01"], 40),
        (["2026-02"], 40),
        (["2026-03"], 8),
    ]
    (judge,) = said["judges"]
    january, february, march = judge["months"]
    assert february["severity"] > january["severity"] + 0.4
    assert february["severity_interval"][0] > january["severity"]
    assert {"exact", "kappa"} <= january.keys()
    assert march == {"of": ["2026-03"], "n": 8}


# --- disagreements --------------------------------------------------------------------------


LIST = "/reviews/agreement/disagreements/"


def listed(person: User, query: str = "") -> str:
    client = Client()
    client.force_login(person)
    answer = client.get(f"{LIST}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def links(said: str) -> list[str]:
    """The interviews of the listed disagreements, in their order."""
    return re.findall(r"/reviews/interviews/([-0-9a-f]{36})/", said)


@pytest.fixture
def apart(alice: User, ines: User, omar: User) -> Interview:
    """Ines and Omar are one level apart on the goal, and agree on the rest."""
    interview = rated(alice, {ines: (2, 3, 4), omar: (3, 3, 4)}, machine=False)
    assert agreements.measure(now=clock.now())
    return interview


def test_every_two_levels_that_differ_are_kept_with_who_gave_them(
    alice: User, ines: User, omar: User, lea: User
) -> None:
    interview = rated(alice, {ines: (1, 2, 3), omar: (4, 2, 3), lea: (2, 2, 2)})
    assert agreements.measure(now=clock.now())
    kept = {
        (row.criterion, row.one, row.other): (row.one_level, row.other_level, row.gap)
        for row in Disagreement.objects.filter(interview=interview)
    }
    one, other, judge = f"rater:{ines.pk}", f"rater:{omar.pk}", "judge:rules"
    assert kept["goal", one, other] == (1, 4, 3)
    assert ("retrieval", one, other) not in kept
    # Lea decided between them and has seen both; machines are compared with people alone.
    assert {who for _, *both in kept for who in both} == {one, other, judge}
    card = interview.scorecards.get(judge="rules").value
    for judgement in card.judgements:
        for who, levels in ((one, (1, 2, 3)), (other, (4, 2, 3))):
            place = ("goal", "retrieval", "experiment").index(judgement.criterion)
            found = kept.get((judgement.criterion, who, judge))
            own, theirs = levels[place], judgement.level
            assert theirs
            assert found == (None if own == theirs else (own, theirs, abs(own - theirs)))


def test_measured_again_a_disagreement_stays_the_same_row(
    apart: Interview, alice: User, ines: User, omar: User
) -> None:
    before = Disagreement.objects.get()
    rated(alice, {ines: (1, 1, 1), omar: (2, 1, 1)}, machine=False)
    assert agreements.measure(now=clock.now() + timedelta(hours=1))
    assert Disagreement.objects.count() == 2
    kept = Disagreement.objects.get(interview=apart)
    assert (kept.pk, kept.gap) == (before.pk, 1)


def test_what_is_no_longer_among_the_latest_is_forgotten(
    apart: Interview, alice: User, ines: User, omar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreements, "MOST", 1)
    later = rated(alice, {ines: (1, 1, 1), omar: (2, 1, 1)}, machine=False)
    assert agreements.measure(now=clock.now() + timedelta(hours=1))
    assert Disagreement.objects.get().interview == later


def test_of_too_many_each_criterion_keeps_its_largest(
    alice: User, ines: User, omar: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreements, "MOST_APART", 3)
    now = clock.now()
    for levels in ((1, 1, 4), (1, 2, 4), (2, 3, 4)):
        rated(alice, {ines: levels, omar: (3, 3, 3)}, machine=False)
    assert agreements.measure(now=now)
    kept = list(Disagreement.objects.values_list("criterion", "gap"))
    assert sorted(kept) == [("experiment", 1), ("goal", 2), ("retrieval", 2)]
    monkeypatch.setattr(agreements, "MOST_APART", 1)
    rated(alice, {ines: (1, 1, 1), omar: (1, 1, 4)}, machine=False)
    assert agreements.measure(now=now + timedelta(hours=1))
    assert list(Disagreement.objects.values_list("criterion", "gap")) == [("experiment", 3)]


def test_the_list_shows_both_levels_with_names_and_leads_side_by_side(
    apart: Interview, ines: User, lea: User
) -> None:
    for person in (ines, lea):
        said = listed(person)
        assert links(said) == [str(apart.pk)]
        assert re.search(r"<strong>2</strong> ines@.*<strong>3</strong> omar@", said, re.DOTALL)
        assert "Goal" in said
        client = Client()
        client.force_login(person)
        beside = client.get(f"/reviews/interviews/{apart.pk}/").content.decode()
        assert "Side by side" in beside
        assert (">You<" in beside) == (person == ines)
        assert ("/replay/" in beside) == (person == ines)


def test_who_has_no_part_in_an_answer_finds_nothing_of_it(apart: Interview) -> None:
    noor = factories.a_user(name="noor", group="interviewer")
    assert links(listed(noor)) == []
    assert "Nothing here" in listed(noor)
    client = Client()
    client.force_login(noor)
    assert client.get(f"/reviews/interviews/{apart.pk}/").status_code == 404


def test_once_an_answer_is_scored_again_it_is_hidden_from_who_may_score_it(
    apart: Interview, ines: User, lea: User
) -> None:
    assert links(listed(lea)) == [str(apart.pk)]
    assert Review.objects.appeal(apart, asked="Why?", now=clock.now())
    assert links(listed(lea)) == []
    assert links(listed(ines)) == [str(apart.pk)]  # has scored it


def test_the_list_can_be_narrowed(alice: User, ines: User, omar: User, lea: User) -> None:
    near = rated(alice, {ines: (2, 3, 4), omar: (3, 3, 4)}, machine=False)
    far = rated(alice, {ines: (2, 1, 4), omar: (2, 3, 4), lea: (2, 2, 2)}, machine=False)
    assert agreements.measure(now=clock.now())
    both = [str(far.pk), str(near.pk)]
    for query, found in (
        ("", both),
        ("?apart=2", [str(far.pk)]),
        ("?apart=3", []),
        ("?question=video-feed", both),
        ("?question=video-feed&criterion=goal", [str(near.pk)]),
        ("?question=video-feed&criterion=experiment", []),
        (f"?who=rater:{omar.pk}", both),
        # What is no choice is no wish.
        ("?question=nothing&criterion=x&who=rater:0&apart=9", both),
        ("?question=%00&who='&apart=x&after=x", both),
    ):
        assert links(listed(lea, query)) == found, query


def test_a_long_list_comes_in_pages_without_a_gap(apart: Interview, lea: User) -> None:
    first = Disagreement.objects.get()
    Disagreement.objects.bulk_create(
        Disagreement(
            interview=apart, question=first.question, criterion=f"c-{n}", one="rater:1",
            other="rater:2", one_level=1, other_level=2 + n % 3, at=first.at - timedelta(n // 9),
        )
        for n in range(60)
    )  # fmt: skip
    client = Client()
    client.force_login(lea)
    address, seen = LIST, []
    while address:
        said = client.get(address).content.decode()
        seen += re.findall(r"<h3[^>]*>\s*(c-\d+|Goal)\s*</h3>", said)
        further = re.search(r'rel="next"\s+href="([^"]*)"', said)
        address = LIST + further[1].replace("&amp;", "&") if further else ""
    wanted = Disagreement.objects.order_by("-gap", "-at", "-pk").values_list("criterion", flat=True)
    assert seen == ["Goal" if each == "goal" else each for each in wanted]
    assert len(seen) == 61


@pytest.mark.parametrize(
    "after",
    ["_", "1_x_2", f"{10**30}_2026-01-01T00:00:00_{10**30}", "1_9999-12-31T23:59:59-23:00_1"],
)
def test_a_place_that_is_none_is_answered(apart: Interview, lea: User, after: str) -> None:
    assert "Where they differ" in listed(lea, f"?after={after}")


def test_who_is_no_lead_gets_nobody_elses_figures_over_months(
    alice: User, ines: User, omar: User, lea: User
) -> None:
    for levels in ((1, 2, 3), (4, 3, 2), (2, 2, 1), (3, 4, 4)):
        rated(alice, {ines: levels, omar: levels})
    assert agreements.measure(now=clock.now())
    heading = "compares with people"
    assert heading in listed(lea, f"?who=rater:{omar.pk}")
    assert heading in listed(ines, f"?who=rater:{ines.pk}")
    assert heading in listed(ines, "?who=judge:rules")
    assert heading not in listed(ines, f"?who=rater:{omar.pk}")


@pytest.mark.parametrize("address", ["/reviews/agreement/", LIST, f"{LIST}?who=judge:rules"])
def test_the_pages_ask_the_database_equally_often_however_much_was_scored(
    alice: User,
    ines: User,
    omar: User,
    lea: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    address: str,
) -> None:
    client = Client()
    client.force_login(lea)
    counts = []
    for hours in (0, 1):
        for levels in ((1, 2, 3), (4, 3, 2), (2, 2, 1), (3, 4, 4)):
            rated(alice, {ines: levels, omar: (levels[0], levels[1], 2)})
        assert agreements.measure(now=clock.now() + timedelta(hours=hours))
        with django_assert_max_num_queries(12) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
