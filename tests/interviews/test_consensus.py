"""What the pages on agreement show: names, months, the worst criteria, drawings with tables."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from interviews import consensus
from interviews.models import Agreement, Disagreement, Interview
from rubrics import clock
from tests import factories

ENOUGH = {"exact": 0.5, "within_one": 0.9, "kappa": 0.4, "alpha": 0.3, "interval": [0.1, 0.5]}
SEVERE = {**ENOUGH, "severity": -0.25, "severity_interval": [-0.4, -0.1]}


def kept(rater: User, **changes: Any) -> Agreement:
    """What was measured, as a row."""
    months = [
        {"of": ["2025-11"], "n": 20, **SEVERE},
        {"of": ["2026-01"], "n": 3},
        {"of": ["2026-02"], "n": 30, **SEVERE},
    ]
    document = {
        "interviews": 40,
        "titles": {
            "search": {"title": "Search", "criteria": {"data": "Data", "goal": "The goal"}},
            "ads": {"title": "Ads", "criteria": {f"c{n}": f"No {n}" for n in range(12)}},
        },
        "overall": {"n": 200, **ENOUGH},
        "months": months,
        "questions": [{"of": ["ads"], "n": 100, **ENOUGH}, {"of": ["search"], "n": 4}],
        "criteria": [
            *({"of": ["ads", f"c{n}"], "n": 20, **ENOUGH, "alpha": n / 20} for n in range(12)),
            {"of": ["search", "data"], "n": 20, **ENOUGH, "alpha": None},
            {"of": ["search", "goal"], "n": 2},
        ],
        "raters": [{"of": [f"rater:{rater.pk}"], "n": 50, **SEVERE, "months": months}],
        "judges": [{"of": ["judge:rules"], "n": 60, **SEVERE, "months": months}],
        **changes,
    }
    return Agreement.objects.create(pk=1, document=document, upto=1, made_at=clock.now())


def laid_out(rater: User, question: str = "", **changes: Any) -> consensus.Page:
    found = kept(rater, **changes)
    return consensus.page(found, rater, sees_all=True, question=question)


def said(person: User, address: str = "/reviews/agreement/") -> str:
    client = Client()
    client.force_login(person)
    return client.get(address).content.decode()


def test_of_all_criteria_the_least_agreed_upon_are_shown_and_of_a_question_all(ines: User) -> None:
    found = kept(ines)
    some = consensus.page(found, ines, sees_all=False, question="")
    assert [row.name for row in some.criteria] == [f"Ads: No {n}" for n in range(10)]
    all_ = consensus.page(found, ines, sees_all=False, question="search")
    assert [(row.name, row.alpha, row.is_enough) for row in all_.criteria] == [
        ("Search: Data", "– (0.10 to 0.50)", True),
        ("Search: The goal", "", False),
    ]
    assert consensus.page(found, ines, sees_all=False, question="nothing").question == ""


def test_months_between_others_are_rows_too_and_a_year_is_the_most(ines: User) -> None:
    page = laid_out(ines)
    assert [(row.name, row.n, row.is_enough) for row in page.months] == [
        ("2025-11", 20, True),
        ("2025-12", 0, False),
        ("2026-01", 3, False),
        ("2026-02", 30, True),
    ]
    long = [{"of": [f"{year}-06"], "n": 10, **ENOUGH} for year in (2020, 2026)]
    Agreement.objects.all().delete()
    months = [row.name for row in laid_out(ines, months=long).months]
    assert (months[0], months[-1], len(months)) == ("2025-07", "2026-06", 12)


def test_before_any_month_there_is_neither_table_nor_drawing(ines: User) -> None:
    page = laid_out(ines, months=[], raters=[], judges=[])
    assert (page.months, page.drift, page.severity) == ((), None, None)


def test_a_row_says_its_figures_with_their_intervals_and_where_to_look_closer(ines: User) -> None:
    (row,) = laid_out(ines).raters
    assert row == consensus.Row(
        name="ines@example.org",
        query=f"who=rater%3A{ines.pk}",
        n=50,
        is_enough=True,
        exact="50%",
        within_one="90%",
        kappa="0.40",
        meter="0.40",
        alpha="0.30 (0.10 to 0.50)",
        severity="-0.25 (-0.40 to -0.10)",
    )


def test_every_drawing_has_a_name_a_table_and_no_style_of_its_own(ines: User, lea: User) -> None:
    kept(ines)
    for address, drawings in (
        ("/reviews/agreement/", 2),
        ("/reviews/agreement/disagreements/?who=judge:rules", 2),
        (f"/reviews/agreement/disagreements/?who=rater:{ines.pk}&question=ads&criterion=c1", 2),
    ):
        page = said(lea, address)
        assert len(re.findall(r'role="img"\s+aria-label="[^"]+ hold', page)) == drawings
        assert not re.search(r"<[^>]+ style=", page)
        assert "-0.25 (-0.40 to -0.10)" in page
        assert "Fewer than 10: not enough yet" in page


def test_links_of_a_row_are_choices_of_the_list(ines: User, lea: User) -> None:
    kept(ines)
    links = re.findall(r'href="(/reviews/agreement/disagreements/\?[^"]+)"', said(lea))
    assert len(links) == 1 + 1 + 2 + 10
    for link in links:
        page = said(lea, link.replace("&amp;", "&"))
        assert page.count("selected") >= 1 + link.count("=")


def test_a_name_that_is_gone_is_said_plainly(ines: User) -> None:
    assert consensus.name_of("rater:999", {}) == "Somebody who left"
    assert consensus.name_of("judge:rules", {}) == "Rules"
    assert consensus.name_of("judge:newest", {}) == "newest"


@pytest.mark.parametrize("is_measured", [True, False])
def test_a_difference_is_listed_with_titles_as_far_as_they_are_known(
    ines: User, alice: User, is_measured: bool
) -> None:
    titles = {"video-feed": {"title": "Video feed", "criteria": {"goal": "The goal"}}}
    found = kept(ines, titles=titles) if is_measured else None
    interview: Interview = factories.submitted(candidate=alice)
    row = Disagreement.objects.create(
        interview=interview, question=interview.version.question, criterion="goal",
        one=f"rater:{ines.pk}", other="judge:rules", one_level=1, other_level=3, at=clock.now(),
    )  # fmt: skip
    (each,) = consensus.differences([row], found)
    assert each.criterion == ("The goal" if is_measured else "goal")
    assert [(side.who, side.level) for side in each.sides] == [(ines.email, 1), ("Rules", 3)]
    assert each.gap == 2
