"""What others have or say, what was once there and what is said in jest decides nothing."""

import pytest

from benchmarks.scoring.attacks.elsewhere import VOICES, lines
from rubrics.reading.lexicon import Lexicon, words
from rubrics.reading.stance import scopes
from rubrics.schema import Stance
from tests.rubrics.reading.heldout import FIRST, SECOND

NAME, DETAIL, WHY = "feature store", "nightly job", "because the clicks come late"


def is_claimed(text: str) -> bool:
    """Whether the feature store that a text names is part of the writer's design."""
    unit = words(text)
    found = Lexicon({0: [NAME]}).find(unit.stems)
    stands = scopes(unit, "")
    return any(not any(s.holds(match.first, match.last) for s in stands) for match in found)


def said(makes: str) -> list[str]:
    return [make.format(n=f"a {NAME}", d=f"a {DETAIL}", why=WHY) for make in lines(makes)]


@pytest.mark.parametrize("text", [text for makes in VOICES.values() for text in said(makes)])
def test_what_is_not_the_writers_is_not_claimed(text: str) -> None:
    assert not is_claimed(text)


def test_other_wordings_are_mostly_read_too() -> None:
    """Not all of them: whole answers of such sentences are told by their sameness (``moulds``)."""
    for voices, least in ((FIRST, 0.95), (SECOND, 0.45)):
        every = [text for makes in voices.values() for text in said(makes)]
        assert sum(map(is_claimed, every)) <= (1 - least) * len(every)


@pytest.mark.parametrize(
    "text",
    [
        "Like YouTube we use a feature store.",
        "Like YouTube, we use a feature store.",
        "As Uber does, we build a feature store.",
        "Unlike our competitors, we have a feature store.",
        "Our competitor has no feature store, so we build a feature store.",
        "The paper by Covington uses a feature store; we do the same.",
        "Netflix has a feature store with a nightly job, and so do we.",
        "A textbook would say a feature store; we follow it here.",
        "The old system had no registry, so we add a feature store.",
        "The old system was slow, which is why a feature store comes first.",
        "Competitors lose people here, which is why we have a feature store.",
        "The existing pipeline already gives us a feature store, which we keep.",
        "Another team runs a feature store, which we reuse.",
        "Another team owns the logs; the feature store is ours.",
        "Other teams can find features in the feature store.",
        "We use a feature store because that is what Google does at this size.",
        "Researchers label the pairs, and a feature store serves them.",
        "Experts read 500 cases a week into the feature store.",
        "The feature store loads beside the old version; the old version stays loaded.",
        "Books and articles are read from the feature store.",
        "Their history is kept in the feature store for 30 days.",
        "They say what they want, and the feature store keeps it.",
        "People say afterwards what they liked; the feature store joins it.",
        "A price change shows at once, as it is read from a feature store.",
        "Originals are gone after 30 days, so the feature store keeps hashes.",
        "In 99% of cases the feature store answers in 5 ms.",
        "For points near the border the feature store holds two cells.",
        "Sure things are answered from the feature store.",
        "To score 500 items we read them from the feature store.",
        "Compared to that I gain recall through the feature store.",
        "You asked for 50 ms: the feature store is in memory.",
        "A first version used rules; now there is a feature store.",
        "We had skew between training and serving, hence the feature store.",
        "No in-house logs are read, so the feature store is empty at first.",
        "Nobody gets a second offer from the feature store.",
        "Nobody sees raw data; the feature store holds hashes.",
        "No one waits longer than 50 ms for the feature store.",
        "Rows which are not for children are kept out by the feature store.",
        "Bad rows are never served, and the feature store keeps them apart.",
        "Bad rows are never served, and old ones are kept in the feature store.",
    ],
)
def test_a_writer_who_speaks_of_others_still_decides(text: str) -> None:
    assert is_claimed(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nobody needs a feature store.",
        "No one should build a feature store.",
        "Nobody will use a feature store.",
        "No the feature store is filled every night.",
        "Nobody should the feature store is filled every night.",
        "We decided against we read the feature store.",
        "The part that is not built is a feature store.",
        "We do not build a queue, a cache and a feature store.",
        "We will never do this — serving: a feature store.",
        "We do not do the following - serving: a feature store.",
        "Some would say that serving: we use a feature store.",
        "Competitors: they have a nightly job, and their system has a feature store.",
    ],
)
def test_a_denial_reaches_over_a_label_and_a_dash(text: str) -> None:
    assert not is_claimed(text)


def test_what_others_have_stands_as_denied() -> None:
    (scope,) = scopes(words("Our competitor uses a feature store."), "")
    assert scope.stance is Stance.NEGATED
