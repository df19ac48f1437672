"""The judge itself: asks about each criterion, and makes levels of what its quotes support."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

from rubrics.judges.claims import PER_UNIT, Claim, option, seated
from rubrics.judges.llm.backing import Backed, Backing, Text, backing
from rubrics.judges.llm.prompt import (
    Malformed,
    Reply,
    key_of,
    messages_of,
    reply_of,
    schema_of,
    units_of,
)
from rubrics.judges.rules import PROMPTED_CAP, Ground
from rubrics.llm.failing import Failed
from rubrics.llm.purse import Purse
from rubrics.llm.server import Asked, ModelServer
from rubrics.llm.settings import Budget, Cache, Call
from rubrics.reading.answer import Reading, Why
from rubrics.reading.grader import speaks_to_grader
from rubrics.reading.units import normalise
from rubrics.schema import Criterion, Level, Question
from rubrics.scoring import (
    Depth,
    Evidence,
    Finding,
    Flag,
    Judgement,
    Verdict,
    level_of,
    points_of,
)

MALFORMED = "The model's reply was not what was asked for, twice."
INJECTED = "Parts of this speak to whoever judges; a person should look at it."
# A line that is quoted for more indicators than this of the whole rubric says none of them.
MOST_ON_LINE = 2 * PER_UNIT
_TRIES = 2  # for a reply in the right form
_MOST_QUOTES = 10  # of one flag
_LADDER = (None, *Depth)


class LlmJudge:
    """Keeps the Judge protocol. Cheap to make: one for each answer, all over one ``ModelServer``.

    ``budget`` is asked by the judge's own threads; ``cache`` and ``record`` by the caller's, with
    one ``Call`` for each request once its criterion is through. A criterion about which nothing
    usable came is *not judged*, with why; nothing else is raised.
    """

    def __init__(
        self,
        server: ModelServer,
        *,
        budget: Budget | None = None,
        cache: Cache | None = None,
        record: Callable[[Call], None] | None = None,
    ) -> None:
        """Judge by the model of a server."""
        self.name = f"llm:{server.settings.model}"
        self._server, self._cache, self._record = server, cache, record
        self._budget: Budget = budget or Purse()

    def judge(self, question: Question, reading: Reading) -> Verdict:
        """Judge every criterion of a question by what a model finds and code can check."""
        ground = Ground.of(question, reading)
        text = Text(ground.told.lines, reading, question.rubric)
        opinions = self._opinions(question, ground, text)
        judged = _judged(question, ground, text, opinions)
        verdict = ground.verdict(judged)
        injected = tuple(_injected(reading, text, opinions.values()))
        if not injected and not _hides_orders(reading):
            return verdict
        flag = Flag(kind="injection", title=INJECTED, evidence=injected[:_MOST_QUOTES])
        return Verdict(judgements=verdict.judgements, flags=(*verdict.flags, flag))

    def _opinions(self, question: Question, ground: Ground, text: Text) -> Mapping[str, "_Opinion"]:
        criteria = question.rubric.criteria
        units = units_of([each.line for each in text.lines])
        size, most = sum(map(len, units)), self._server.settings.most_sent
        if not units:  # nothing to show; no model need say so
            nothing = Backing({}, ())
            return {criterion.id: _Opinion(nothing) for criterion in criteria}
        if size > most:
            why = f"The answer is longer than the {most:,} characters that a model is sent."
            return {criterion.id: _Opinion(None, why) for criterion in criteria}
        until = self._server.clock() + self._server.settings.whole
        asking = [
            _Asking(self._server, self._budget, question, each, ground, text, units, until)
            for each in criteria
        ]
        stored = [self._stored(each) for each in asking]
        with ThreadPoolExecutor(self._server.settings.concurrency) as pool:
            opinions = list(pool.map(_Asking.opinion, asking, stored))
        for each, before, opinion in zip(asking, stored, opinions, strict=True):
            if self._record:
                for call in each.calls:
                    self._record(call)
            if self._cache and opinion.is_whole and len(opinion.texts) > len(before):
                self._cache.put(each.key, json.dumps(opinion.texts))
        return {each.criterion.id: made for each, made in zip(asking, opinions, strict=True)}

    def _stored(self, asking: "_Asking") -> Sequence[str]:
        """The replies to the same question that are kept, if they can still be read."""
        kept = self._cache.get(asking.key) if self._cache else None
        try:
            texts = json.loads(kept) if kept else []
            for text in texts:
                reply_of(text, asking.criterion)
        except (ValueError, TypeError, AttributeError, Malformed):
            return []
        return [*texts]


class _Opinion(NamedTuple):
    """What stands of a model's replies on a criterion; None and why where nothing usable came.

    ``to_grader`` are the lines (indices) that it says speak to whoever judges. ``is_whole``: all
    replies that were wanted came.
    """

    backing: Backing | None
    not_judged: str | None = None
    to_grader: frozenset[int] = frozenset()
    texts: Sequence[str] = ()
    is_whole: bool = False


@dataclass
class _Asking:
    """All that is asked about one criterion of one answer."""

    server: ModelServer
    budget: Budget
    question: Question
    criterion: Criterion
    ground: Ground
    text: Text
    units: Sequence[str]
    until: float
    calls: list[Call] = field(default_factory=list)

    @property
    def key(self) -> str:
        settings = self.server.settings
        return key_of(
            self.question, self.criterion, self.units,
            model=settings.model, base_url=settings.base_url,
        )  # fmt: skip

    def opinion(self, stored: Sequence[str]) -> _Opinion:
        """Ask once, and at a gate's edge as often as the settings say; the median counts."""
        texts = [*stored]
        try:
            if not texts:
                texts.append(self._reply(0))
        except Failed as failed:
            return _Opinion(None, failed.words)
        whole = True
        if self._is_at_edge(self._backing(texts[0])):
            try:
                while len(texts) < self.server.settings.samples:
                    texts.append(self._reply(len(texts)))
            except Failed:
                whole = False
        else:
            texts = texts[:1]
        told = [(self._level(made := self._backing(text)), made) for text in texts]
        told.sort(key=lambda each: each[0])
        chosen = told[(len(told) - 1) // 2][1]
        barred = {n - 1 for text in texts for n in self._read(text).to_grader}
        return _Opinion(chosen, None, frozenset(barred & set(range(len(self.units)))), texts, whole)

    def _reply(self, turn: int) -> str:
        """A reply in the right form. Raises Failed."""
        messages = messages_of(self.question, self.criterion, self.units, turn)
        asked = Asked(self.criterion.id, messages, schema_of(self.criterion), self.until)
        for tried in range(1, _TRIES + 1):
            try:
                text = self.server.ask(asked, self.budget, self.calls.append)
                reply_of(text, self.criterion)
            except Malformed:
                continue
            except Failed as failed:
                if not failed.is_reply or tried == _TRIES:
                    raise
            else:
                return text
        raise Failed(MALFORMED)

    def _read(self, text: str) -> Reply:
        return reply_of(text, self.criterion)

    def _backing(self, text: str) -> Backing:
        return backing(self._read(text), self.criterion, self.text)

    def _level(self, made: Backing) -> tuple[Level, float]:
        """The level and points of a reply by itself, before lines are shared with others."""
        doubted = self.criterion.id in self.ground.doubted
        depths = {
            name: Depth.MENTIONED if doubted else backed.claim.depth
            for name, backed in made.made.items()
        }
        met = _bare(depths)
        return level_of(self.criterion, met, self._caps), points_of(self.criterion, met)

    @property
    def _caps(self) -> list[int]:
        return [cap for _, cap in self.ground.caps(self.criterion)]

    def _is_at_edge(self, made: Backing) -> bool:
        """Whether one indicator, one step higher or lower, would change the level."""
        if self.criterion.id in self.ground.doubted:
            return False
        depths = {name: backed.claim.depth for name, backed in made.made.items()}
        caps = self._caps
        level = level_of(self.criterion, _bare(depths), caps)
        return any(
            level_of(self.criterion, _bare(other), caps) != level
            for indicator in self.criterion.indicators
            for other in _one_step(depths, indicator.id)
        )


def _one_step(depths: Mapping[str, Depth], name: str) -> Iterator[Mapping[str, Depth]]:
    """The same with an indicator one step lower, and one higher, where there is such a step."""
    at = _LADDER.index(depths.get(name))
    for step in (at - 1, at + 1):
        if 0 <= step < len(_LADDER):
            depth = _LADDER[step]
            others = {each: found for each, found in depths.items() if each != name}
            yield {**others, name: depth} if depth else others


def _bare(depths: Mapping[str, Depth]) -> tuple[Finding, ...]:
    """Findings without their quotes, for the arithmetic alone."""
    return tuple(Finding(indicator=n, depth=depth, evidence=()) for n, depth in depths.items())


# --- From what stands to judgements ---


def _judged(
    question: Question, ground: Ground, text: Text, opinions: Mapping[str, _Opinion]
) -> Iterator[Judgement]:
    every = _claims(question, ground, opinions, frozenset())
    own = _claims(question, ground, opinions, text.prompted) if text.prompted else every
    for criterion in question.rubric.criteria:
        opinion = opinions[criterion.id]
        if opinion.backing is None:
            yield Judgement(criterion=criterion.id, level=None, not_judged=opinion.not_judged)
            continue
        met = tuple(_findings(criterion, opinion.backing.made, every, own))
        found = ground.caps(criterion)
        caps = [cap for _, cap in found]
        level = level_of(criterion, met, caps)
        if own is not every:
            first = _findings(criterion, opinion.backing.made, own, own)
            level = max(level_of(criterion, tuple(first), caps), min(level, PROMPTED_CAP))
        names = {finding.indicator for finding in met}
        yield Judgement(
            criterion=criterion.id,
            level=level,
            points=points_of(criterion, met),
            met=met,
            missing=tuple(i.id for i in criterion.indicators if i.id not in names),
            withheld=opinion.backing.withheld,
            flags=tuple(flag for flag, _ in found),
        )


Claims = Mapping[tuple[str, str], Claim]


def _claims(
    question: Question, ground: Ground, opinions: Mapping[str, _Opinion], without: frozenset[int]
) -> Claims:
    """(criterion, indicator) → its claim, as for the rules judge few deep ones on a line.

    Nothing rests on the lines (indices) ``without``. On a line that is quoted for everything
    nothing rests but mentions.
    """
    names = [(c.id, i.id) for c in question.rubric.criteria for i in c.indicators]
    quoted = Counter(
        backed.claim.at[0]
        for opinion in opinions.values()
        for backed in (opinion.backing.made.values() if opinion.backing else ())
    )
    options = []
    for number, (criterion, indicator) in enumerate(names):
        made = opinions[criterion].backing
        backed = made.made.get(indicator) if made else None
        if backed and without.isdisjoint(backed.claim.at):
            at = backed.claim.at
            thin = quoted[at[0]] > MOST_ON_LINE
            options.append(option(number, Claim(Depth.MENTIONED, at) if thin else backed.claim))
    made_of = seated(options, lambda number: names[number][0] in ground.doubted)
    return {names[number]: claim for number, claim in made_of.items()}


def _findings(
    criterion: Criterion, made: Mapping[str, Backed], claims: Claims, own: Claims
) -> Iterator[Finding]:
    for indicator in criterion.indicators:
        claim = claims.get((criterion.id, indicator.id))
        if claim:
            first = own.get((criterion.id, indicator.id))
            quotes = made[indicator.id].quotes
            yield Finding(
                indicator=indicator.id,
                depth=claim.depth,
                evidence=quotes[:1] if claim.depth is Depth.MENTIONED else quotes,
                prompted=not first or first.depth is not claim.depth,
            )


# --- What speaks to the grader ---


def _injected(reading: Reading, text: Text, opinions: Iterable[_Opinion]) -> Iterator[Evidence]:
    """Quotes of what speaks to whoever judges: by the rules, and by what the model says."""
    for aside in reading.set_aside:
        unit = aside.unit
        if aside.why is Why.GRADER:
            given = reading.stages[unit.stage][unit.start : unit.end]
            yield Evidence(stage=unit.stage, start=unit.start, end=unit.end, quote=given)
    for at in sorted({at for opinion in opinions for at in opinion.to_grader}):
        yield text.whole(at)


# A page shows neither these signs nor, of Unicode's tags, the letters that they stand for.
_AROUND = "<!-~> \n"
_TAGS = {0xE0000 + sign: sign for sign in range(0x20, 0x7F)}


def _hides_orders(reading: Reading) -> bool:
    """Whether what does not show on a page speaks to the grader."""
    by_stage: dict[str, str] = {}
    for stage, start, end in reading.hidden:
        here = reading.stages[stage][start:end].translate(_TAGS)
        if end - start > 1 and speaks_to_grader(normalise(here.strip(_AROUND)).text):
            return True
        by_stage[stage] = by_stage.get(stage, "") + here
    return any(map(speaks_to_grader, by_stage.values()))
