"""The interviewer that asks a model what to say, and says of it what code has checked.

The model chooses among facts and probes and may put their words in another order. Where it fails,
is slow or says anything else, the rules speak; nobody who listens can tell by more than the words.
"""

import logging
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing
from typing import Literal, NamedTuple

from rubrics.interviewing.asking import (
    AGAIN,
    LONGEST,
    MOST_ASKED,
    SAYS,
    Kind,
    Reply,
    Said,
    reply_to,
)
from rubrics.interviewing.llm.checking import fault, is_plain
from rubrics.interviewing.llm.prompt import (
    FACT,
    KINDS,
    PROBE,
    Before,
    Utterance,
    Utterances,
    about_facts,
    about_probes,
    bound_to_facts,
    bound_to_probes,
    lines_of,
    schema_of,
)
from rubrics.interviewing.pieces import Manner, Piece, pieces
from rubrics.interviewing.probing import MOST, Chosen
from rubrics.judges.llm.quotes import Folded, place
from rubrics.llm.failing import Failed
from rubrics.llm.purse import Purse
from rubrics.llm.server import Asked, Message, ModelServer
from rubrics.llm.settings import Budget, Call
from rubrics.reading.grader import speaks_to_grader
from rubrics.reading.units import normalise
from rubrics.schema import Document, Fact, Question

_LONGEST_QUOTE = 160  # characters
# Without a question in it these say nothing beside something else.
_ASIDES = frozenset({Kind.CHAT, Kind.NOTED})

_log = logging.getLogger(__name__)


class Patience(NamedTuple):
    """How long a model is listened to (seconds).

    ``first``: until it has said something. ``whole``: for all of it. ``after``: when all is said,
    for what it used.
    """

    first: float = 4.0
    whole: float = 10.0
    after: float = 1.0


PATIENCE = Patience()


class Spoken(Document):
    """What the interviewer says, bound to one fact or probe (their ids) or to a kind alone.

    ``to`` is what it answers. ``by``: whose words these are. ``quote`` are the candidate's own
    words that a probe comes back to. ``fault`` says why the model's words were not taken.
    """

    kind: Kind | Literal["probe"]
    to: str = ""
    fact: str | None = None
    probe: str | None = None
    text: str
    quote: str = ""
    by: Literal["model", "sheet"] = "sheet"
    fault: str = ""


def talk(
    question: Question,
    said: str,
    server: ModelServer,
    *,
    told: Collection[str] = frozenset(),
    lately: Sequence[Before] = (),
    budget: Budget | None = None,
    record: Callable[[Call], None] | None = None,
    patience: Patience = PATIENCE,
) -> Generator[Spoken, None, None]:
    """Answer a candidate's message, utterance by utterance, each as soon as it is checked.

    ``told``: the ids of the facts that were told before; ``lately``: what was said before, in
    order. It makes one request at most, of which ``record`` learns, ends in time whatever happens,
    and raises nothing. Whoever does not listen to the end closes it.
    """
    found = pieces(said[:LONGEST])
    rules = reply_to(question, said, told)
    answering = _Answering(question, found, rules, told)
    is_whole = False
    if question.facts and any(piece.manner is not Manner.CHATS for piece in found):
        messages = about_facts(question, [piece.text for piece in found], told, lately)
        hearing = _Hearing(server, bound_to_facts(question.facts), budget, record, patience)
        with closing(hearing.of("interviewer", messages)) as utterances:
            for utterance in utterances:
                for spoken in answering.take(utterance):
                    hearing.go_on()
                    yield spoken
        is_whole = hearing.is_whole
    yield from answering.rest(is_whole=is_whole)


def follow_up(
    question: Question,
    chosen: Sequence[Chosen],
    written: str,
    server: ModelServer,
    *,
    most: int = MOST,
    budget: Budget | None = None,
    record: Callable[[Call], None] | None = None,
    patience: Patience = PATIENCE,
) -> Generator[Spoken, None, None]:
    """Ask after a stage: as many probes as the rules would, of those that they have chosen.

    ``chosen`` are the probes that may be asked, the most important first; ``written`` is the text
    of the stage. Time, requests and errors are as in ``talk``.
    """
    asking = _Probing(chosen, lines_of(written), most)
    if asking.lines and chosen and most:
        probes = [each.probe for each in chosen]
        messages = about_probes(question, probes, asking.lines, asking.most)
        hearing = _Hearing(server, bound_to_probes(probes), budget, record, patience)
        with closing(hearing.of("probes", messages, quotes=True)) as utterances:
            for utterance in utterances:
                for spoken in asking.take(utterance):
                    hearing.go_on()
                    yield spoken
    yield from asking.rest()


class _Hearing:
    """What a model says to one request, as far as it can be heard in time."""

    def __init__(
        self,
        server: ModelServer,
        bound: Sequence[str],
        budget: Budget | None,
        record: Callable[[Call], None] | None,
        patience: Patience,
    ) -> None:
        self._server, self._bound = server, bound
        self._budget: Budget = budget or Purse()
        self._record = record or _ignored
        self._reader = Utterances(bound)
        self._after = patience.after
        now = server.clock()
        self._end, self._last = now + patience.first, now + patience.whole
        self._is_ending, self._is_late = False, False

    @property
    def is_whole(self) -> bool:
        """Whether all of the reply was heard, in the form that was asked for."""
        return self._reader.is_whole and not self._is_late

    def go_on(self) -> None:
        """Note that something was said: the rest may take longer."""
        self._end = self._last

    def _left(self) -> float:
        now = self._server.clock()
        if self._reader.is_whole and not self._is_ending:
            self._is_ending = True
            self._end = min(self._end, now + self._after)
        return self._end - now

    def of(
        self, about: str, messages: Sequence[Message], *, quotes: bool = False
    ) -> Generator[Utterance, None, None]:
        """Give each utterance; ends where nothing more can be had, and never raises."""
        asked = Asked(about, messages, schema_of(self._bound, quotes=quotes), self._end)
        try:
            with closing(
                self._server.stream(asked, self._left, self._reader, self._budget, self._record)
            ) as utterances:
                for utterance in utterances:
                    if self._left() <= 0:  # what came in one piece with others, or was waited for
                        self._is_late = True
                        return
                    yield utterance
        except Failed:
            return  # it is on record
        except Exception:  # noqa: BLE001 (whoever keeps budget and record has their own kinds)
            _log.exception("The interviewer goes on without the model")


def _ignored(call: Call) -> None:
    """Keep no record."""


class _Answering:
    """The reply to one message as it comes to be: the model's choice, else the rules'."""

    def __init__(
        self, question: Question, found: Sequence[Piece], rules: Reply, told: Collection[str]
    ) -> None:
        self._facts = {each.id: each for each in question.facts}
        self._found, self._rules, self._told = found, rules.parts, told
        asks = sum(piece.manner is Manner.ASKS for piece in found)
        self._most = min(MOST_ASKED, asks + 1)
        self._known = any(part.fact for part in rules.parts)
        self._said: list[str] = []  # ids
        self._kinds: set[Kind] = set()
        self._held: list[Spoken] = []
        self._is_begun = False

    def take(self, utterance: Utterance) -> Iterator[Spoken]:
        """Say what an utterance is bound to, once, and what was held back until a fact was told."""
        if utterance.about in KINDS:
            self._take_kind(KINDS[utterance.about], self._line(utterance.to))
        else:
            name = utterance.about.removeprefix(FACT)
            if name not in self._said and len(self._said) < self._most:
                self._said.append(name)
                self._is_begun = True
                yield self._of_fact(self._facts[name], utterance)
        if self._said or not self._known:
            now = [each for each in self._held if each.kind not in _ASIDES]
            self._held = [each for each in self._held if each.kind in _ASIDES]
            self._is_begun = self._is_begun or bool(now)
            yield from now

    def _take_kind(self, kind: Kind, to: str) -> None:
        if kind not in self._kinds:
            self._kinds.add(kind)
            self._held.append(Spoken(kind=kind, to=to, text=SAYS[kind]))

    def _line(self, number: int) -> str:
        if 1 <= number <= len(self._found):
            return self._found[number - 1].text
        return " ".join(piece.text for piece in self._found)

    def _of_fact(self, fact: Fact, utterance: Utterance) -> Spoken:
        is_again = fact.id in self._told
        text, why = _checked(utterance.text, fact.fact)
        return Spoken(
            kind=Kind.AGAIN if is_again else Kind.TOLD,
            to=self._line(utterance.to),
            fact=fact.id,
            text=f"{AGAIN}{text}" if is_again else text,
            by="sheet" if text == fact.fact else "model",
            fault=why,
        )

    def rest(self, *, is_whole: bool) -> Iterator[Spoken]:
        """Say what the rules would, where the model said too little of it."""
        if is_whole and (self._said or not self._known) and (self._is_begun or self._held):
            yield from [] if self._is_begun else self._held[:1]
            yield from (_by_rules(part) for part in self._rules if part.kind is Kind.TOO_MUCH)
            return
        for part in self._rules:
            if part.fact in self._said or (part.fact and len(self._said) >= MOST_ASKED):
                continue
            if part.fact or not self._is_begun:
                yield _by_rules(part)


def _by_rules(part: Said) -> Spoken:
    return Spoken(kind=part.kind, to=part.to, fact=part.fact, text=part.text)


def _checked(said: str, text: str) -> tuple[str, str]:
    """The model's words if they say a text, else the text; and why they do not."""
    flat = " ".join(said.split())
    why = fault(flat, text)
    return (text, why) if why else (flat, "")


class _Probing:
    """The probes of one stage as they come to be asked."""

    def __init__(self, chosen: Sequence[Chosen], lines: Sequence[str], most: int) -> None:
        self.lines = lines
        self.most = min(most, MOST, len(chosen))
        self._open = {each.probe.id: each.probe for each in chosen}

    def take(self, utterance: Utterance) -> Iterator[Spoken]:
        """Ask the probe that an utterance is bound to, once."""
        probe = self._open.get(utterance.about.removeprefix(PROBE))
        if not probe or not self.most:
            return
        del self._open[probe.id]
        self.most -= 1
        text, why = _checked(utterance.text, probe.ask)
        by: Literal["model", "sheet"] = "sheet" if text == probe.ask else "model"
        line = self.lines[utterance.to - 1] if 1 <= utterance.to <= len(self.lines) else ""
        quote = _quoted(utterance.quote, line)
        yield Spoken(kind="probe", probe=probe.id, text=text, quote=quote, by=by, fault=why)

    def rest(self) -> Iterator[Spoken]:
        """Ask what is still to be asked, in the order of the rules and their words."""
        for probe in [*self._open.values()][: self.most]:
            yield Spoken(kind="probe", probe=probe.id, text=probe.ask)


def _quoted(quote: str, line: str) -> str:
    """The candidate's own words that are quoted; none if they are not theirs or could do harm."""
    span = place(quote, Folded(line)) if quote and line else None
    if not span or span[1] - span[0] > _LONGEST_QUOTE:
        return ""
    own = line[slice(*span)]
    return own if is_plain(own) and not speaks_to_grader(normalise(own).text) else ""
