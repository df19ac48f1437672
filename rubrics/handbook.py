"""What the handbook's pages show: rows to frozen values, everything decided here."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby, islice, product, zip_longest
from urllib.parse import urlencode

from rubrics import access, bank, schema
from rubrics.models import Concept, Question, search_terms

OFTEN = 8
WAYS_TO_SAY_IT = 8
# Spellings of one wording that are worth showing; the rest only differ in a word.
SPELLINGS = 2

_BRACKETS = re.compile(r"\(([^()]*)\)")
_HEADING = re.compile(r"^\*\*[^*]+\*\*:?\s*")


@dataclass(frozen=True, slots=True)
class Deck:
    """Cards to go through one after the other: all, or those of a topic or of a question.

    ``query`` is what keeps the choice in an address, ``?topic=search`` or blank.
    """

    title: str
    query: str
    cards: tuple[Concept, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """The first page: frameworks, what comes up often (with how many questions), topics, A to Z."""

    frameworks: tuple[schema.Framework, ...]
    often: tuple[tuple[Concept, int], ...]
    topics: tuple[Deck, ...]
    letters: tuple[tuple[str, tuple[Concept, ...]], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a search found: where it is, what it is called, how it begins."""

    slug: str
    title: str
    begins: str


@dataclass(frozen=True, slots=True)
class StageHit:
    """A stage that a search found, and its framework."""

    framework: schema.Framework
    stage: schema.Stage


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found."""

    concepts: tuple[Hit, ...]
    stages: tuple[StageHit, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One card: the concept, and ways to say it."""

    value: schema.Concept
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CardPage:
    """A card in its place: ``number`` of the deck (from 1), its neighbours, who draws on it."""

    card: Card
    deck: Deck
    number: int
    before: Concept | None
    after: Concept | None
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class StagePage:
    """A stage with its share of the time, in percent."""

    stage: schema.Stage
    percent: int


@dataclass(frozen=True, slots=True)
class FrameworkPage:
    """A framework and its stages."""

    value: schema.Framework
    stages: tuple[StagePage, ...]


def contents() -> Contents:
    """Give everything that there is, by its names."""
    named = access.concepts()
    questions = access.published()
    return Contents(
        frameworks=tuple(bank.frameworks().values()),
        often=tuple(_by_use(named, questions)[:OFTEN]),
        topics=tuple(
            _topic(name, named, questions) for name in sorted({q.topic for q in questions} - {""})
        ),
        letters=tuple(
            (letter, tuple(group))
            for letter, group in groupby(sorted(named, key=_by_title), key=_letter)
        ),
    )


def found(words: str) -> Found:
    """Search concepts and the stages of frameworks; every word must occur."""
    terms = [term.lower() for term in search_terms(words)]
    return Found(
        concepts=tuple(
            Hit(row.slug, row.title, _beginning(row.value))
            for row in access.concepts_matching(words)
        ),
        stages=tuple(
            StageHit(each, stage)
            for each in bank.frameworks().values()
            for stage in each.stages
            if all(term in _text(each, stage) for term in terms)
        ),
    )


def deck(*, topic: str = "", question: str = "") -> Deck:
    """Give the cards of a topic or a question (id), most used first; else all of them."""
    named = access.concepts()
    if topic or question:
        questions = access.published()
        for one in (each for each in questions if question and each.slug == question):
            return Deck(one.title, _query(question=question), _used(named, [one]))
        if any(each.topic == topic for each in questions if topic):
            return _topic(topic, named, questions)
    return Deck("All cards", "", tuple(sorted(named, key=_by_title)))


def card_page(slug: str, *, topic: str = "", question: str = "") -> CardPage:
    """Give a card in its place in a deck, in that of all cards where the deck lacks it."""
    concept = access.concept_or_404(slug)
    chosen = deck(topic=topic, question=question)
    if concept not in chosen.cards:
        chosen = deck()
    at = chosen.cards.index(concept)
    around = (None, *chosen.cards, None)
    return CardPage(
        card=card(concept.value),
        deck=chosen,
        number=at + 1,
        before=around[at],
        after=around[at + 2],
        questions=tuple(access.questions_drawing_on(slug)),
    )


def cards(chosen: Deck) -> tuple[Card, ...]:
    """Give all cards of a deck in full."""
    rows = {row.pk: row for row in access.concepts_named(each.slug for each in chosen.cards)}
    return tuple(card(rows[each.pk].value) for each in chosen.cards)


def card(concept: schema.Concept) -> Card:
    """Give a concept as a card."""
    return Card(concept, tuple(islice(_said(concept), WAYS_TO_SAY_IT)))


def framework_page(slug: str) -> FrameworkPage:
    """Give a framework with the shares of its stages."""
    value = access.framework_or_404(slug).value
    return FrameworkPage(
        value,
        tuple(StagePage(each, round(100 * each.share / value.minutes)) for each in value.stages),
    )


def _topic(name: str, named: Iterable[Concept], questions: Iterable[Question]) -> Deck:
    of_topic = [each for each in questions if each.topic == name]
    return Deck(name.replace("-", " ").capitalize(), _query(topic=name), _used(named, of_topic))


def _query(**chosen: str) -> str:
    return f"?{urlencode(chosen)}"


def _used(named: Iterable[Concept], questions: Iterable[Question]) -> tuple[Concept, ...]:
    return tuple(concept for concept, _ in _by_use(named, questions))


def _by_use(named: Iterable[Concept], questions: Iterable[Question]) -> list[tuple[Concept, int]]:
    """Concepts that questions draw on and on how many, most first, then by title."""
    counts = Counter(slug for each in questions for slug in each.concepts)
    used = [(each, counts[each.slug]) for each in named if counts[each.slug]]
    return sorted(used, key=lambda pair: (-pair[1], _by_title(pair[0])))


def _by_title(concept: Concept) -> tuple[bool, str, str]:
    """Letters first, in capitals or not; what begins with a figure or a sign comes last."""
    title = concept.title.casefold()
    return not title[:1].isalpha(), title, concept.slug


def _letter(concept: Concept) -> str:
    first = concept.title[:1].upper()
    return first if first.isalpha() else "#"


def _text(framework: schema.Framework, stage: schema.Stage) -> str:
    """All that a stage says, in lower case."""
    said = (framework.title, stage.title, stage.guide, *stage.asks, *stage.mistakes)
    return "\n".join(said).lower()


def _beginning(concept: schema.Concept) -> str:
    """The first paragraph of a card without its heading and marks."""
    paragraph = (concept.card or "").split("\n\n")[0]
    return re.sub(r"[*`]", "", _HEADING.sub("", paragraph)).replace("\n", " ")


def _said(concept: schema.Concept) -> Iterator[str]:
    """Ways to say it, without the signs that phrases are written with, the most different first.

    A phrase with a gap ( .. ) is left out: nobody says it like that.
    """
    known = {concept.title.casefold(), ""}
    turns = zip_longest(*(_spellings(each) for each in concept.wordings), fillvalue="")
    for said in chain.from_iterable(turns):
        if said.casefold() not in known:
            known.add(said.casefold())
            yield said


def _spellings(phrase: str) -> Iterator[str]:
    if ".." in phrase:
        return
    pieces = _BRACKETS.split(phrase)
    choices = (piece.split("|") if at % 2 else [piece] for at, piece in enumerate(pieces))
    for chosen in islice(product(*choices), SPELLINGS):
        yield " ".join("".join(chosen).split())
