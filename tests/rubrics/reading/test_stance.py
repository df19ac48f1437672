"""What is denied, put off or only asked is not asserted."""

import pytest

from rubrics.reading.lexicon import Lexicon, words
from rubrics.reading.stance import scopes
from rubrics.schema import Stance


def stance_of(phrase: str, text: str, heading: str = "") -> Stance:
    unit = words(text)
    (match,) = Lexicon({0: [phrase]}).find(unit.stems)
    for scope in scopes(unit, heading):
        if scope.holds(match.first, match.last):
            return scope.stance
    return Stance.ASSERTED


@pytest.mark.parametrize(
    "text",
    [
        "We use a feature store.",
        "Not only a feature store but also a registry.",
        "Without a feature store, features drift apart.",
        "We do not retrain daily, but we use a feature store.",
        "We do not train online; a feature store is enough.",
        "There is no doubt that a feature store helps.",
        "Why not batch? Because a feature store is fresher.",
        "We launch no later than week two with a feature store.",
        "We did not find skew, so we keep the feature store.",
        "Latency is not a problem and we read the feature store.",
    ],
)
def test_asserted(text: str) -> None:
    assert stance_of("feature store", text) is Stance.ASSERTED


@pytest.mark.parametrize(
    "text",
    [
        "We do not use a feature store.",
        "We don't need a feature store.",
        "We don’t need a feature store.",
        "No feature store.",
        "We serve without a feature store.",
        "A feature store is not needed here.",
        "A feature store would be overkill.",
        "I would never build a feature store.",
        "There is no need for a ranker, a cache or a feature store.",
        "We read logs instead of a feature store.",
        "It is not true that we use a feature store.",
        "We decided against a feature store.",
        "Neither a registry nor a feature store.",
        "We cannot have a feature store",
    ],
)
def test_negated(text: str) -> None:
    assert stance_of("feature store", text.replace("’", "'")) is Stance.NEGATED


@pytest.mark.parametrize(
    "text",
    [
        "A feature store is out of scope.",
        "Out of scope: a feature store.",
        "Given more time, I would add a feature store.",
        "If I had more time there would be a feature store.",
        "A feature store can come later.",
        "I will skip the feature store.",
        "Time permitting, a feature store.",
        "The feature store is left for later.",
        "We leave the feature store out of scope.",
    ],
)
def test_deferred(text: str) -> None:
    assert stance_of("feature store", text) is Stance.DEFERRED


@pytest.mark.parametrize(
    "text",
    [
        "Should we use a feature store?",
        "A feature store?",
        "Do we have a feature store",
        "I would ask whether to build a feature store.",
        "I am not sure if there is a feature store.",
    ],
)
def test_asked(text: str) -> None:
    assert stance_of("feature store", text) in (Stance.ASKED, Stance.NEGATED)


@pytest.mark.parametrize("heading", ["Out of scope", "Non-goals", "Future work", "Later"])
def test_a_heading_puts_off_what_stands_below_it(heading: str) -> None:
    assert stance_of("feature store", "A feature store.", heading) is Stance.DEFERRED


def test_a_phrase_with_its_own_negation_means_what_it_says() -> None:
    assert stance_of("no random split", "We do no random split.") is Stance.ASSERTED


@pytest.mark.parametrize(
    "heading",
    ["Serving", "Predicting future clicks", "Later stages of the funnel", "Conv2D", "Translater"],
)
def test_another_heading_changes_nothing(heading: str) -> None:
    assert stance_of("feature store", "A feature store.", heading) is Stance.ASSERTED
