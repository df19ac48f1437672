"""The interviewer of an interview: what it says, when, from the rows to the rows.

What to say is the rubrics' (``rubrics.interviewing``); here it is asked for, kept and laid out.
"""

import uuid
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

import rubrics
from interviews import flow, llm, transcripts
from interviews.llm import Clock
from interviews.models import (
    MOST_QUESTIONS,
    MOST_SAID,
    PROBES,
    AskedProbe,
    Exchange,
    ExchangeKind,
    Interview,
    Purpose,
    StageAnswer,
)

# Seconds to answer a follow-up question, as long as the interview has no extra time.
PROBE_SECONDS = 120
# A stage with fewer words is as good as skipped: there is nothing to follow up on.
LEAST_WORDS = 15
# A model chooses among so many probes, knows so many of the last questions, and has so long.
CHOICE, LATELY = 4, 3
PATIENCE = rubrics.Patience(first=2.0, whole=4.0)
# A question that has had no reply for so long is answered by whoever looks next.
LOST = timedelta(seconds=15)

_rules = rubrics.RulesJudge()


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange as the page shows it. ``replies`` are what came back."""

    exchange: Exchange
    replies: tuple[str, ...]

    @property
    def is_question(self) -> bool:
        """Whether the candidate began it."""
        return self.exchange.kind == ExchangeKind.QUESTION


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said so far: the facts that were told, and every turn, the first one first.

    ``change`` is the requirement that changed; "" while none did.
    """

    facts: tuple[str, ...]
    turns: tuple[Turn, ...]
    change: str
    may_ask: bool
    may_hint: bool

    @property
    def asked(self) -> tuple[Turn, ...]:
        """What the candidate asked for: questions and hints."""
        return tuple(turn for turn in self.turns if turn.exchange.kind != ExchangeKind.PROBE)

    @property
    def most(self) -> int:
        """The characters that a question may have."""
        return MOST_SAID


def exchanges_of(interview: Interview) -> list[Exchange]:
    """Give all that was said, with the sheets of answers. One query, none without interviewer."""
    return list(interview.exchanges.select_related("sheet")) if interview.has_interviewer else []


def talk(
    interview: Interview,
    exchanges: Sequence[Exchange],
    *,
    now: datetime | None = None,
    may_ask: bool = False,
) -> Talk | None:
    """Lay out what was said; None for an interview without an interviewer.

    With ``now``, whoever was about to answer a question long ago is taken for gone.
    """
    if not interview.has_interviewer:
        return None
    for each in exchanges:
        is_open = each.kind == ExchangeKind.QUESTION and each.reply is None
        if is_open and now and each.at < now - LOST:
            reply(each, exchanges)
    asked = sum(each.kind == ExchangeKind.QUESTION for each in exchanges)
    return Talk(
        facts=tuple(_facts(interview, exchanges)),
        turns=tuple(
            Turn(each, tuple(dict.fromkeys(_replies(each))))
            for each in exchanges
            if each.kind != ExchangeKind.CURVEBALL
        ),
        change=next((e.said for e in exchanges if e.kind == ExchangeKind.CURVEBALL), ""),
        may_ask=may_ask and asked < MOST_QUESTIONS,
        may_hint=may_ask and not interview.is_invited,
    )


def _replies(exchange: Exchange) -> Iterator[str]:
    if exchange.sheet and exchange.sheet.text:
        yield exchange.sheet.text
    if exchange.replied:
        yield from (part.text for part in exchange.replied.parts)


def told(exchanges: Sequence[Exchange]) -> list[str]:
    """Give the ids of the facts that were told, in turn."""
    replies = [each.replied for each in exchanges if each.reply]
    return list(dict.fromkeys(fact for each in replies if each for fact in each.told))


def _facts(interview: Interview, exchanges: Sequence[Exchange]) -> Iterator[str]:
    texts = {fact.id: fact.fact for fact in interview.version.value.facts}
    yield from (texts[fact] for fact in told(exchanges) if fact in texts)


# --- clarifying questions ---------------------------------------------------------------------


def hear(interview: Interview, said: str, *, key: uuid.UUID, now: datetime) -> Exchange | None:
    """Keep a question; None when nothing can be asked now. What comes back, ``speak`` says."""
    return interview.exchanges.ask(interview, said, key=key, now=now)


def speak(asked: Exchange, *, clock: Clock) -> Generator[str, None, None]:
    """Answer a question, utterance by utterance, and keep what was said.

    A model words it, where one is set up; whoever stops listening has the rest by the rules.
    """
    if asked.reply is not None or not asked.claim():
        return
    before = list(asked.interview.exchanges.questions().exclude(pk=asked.pk))
    with llm.may_talk() as is_free:
        server = _server(clock) if is_free else None
        if server:
            yield from _worded(asked, before, server, clock=clock)
            return
    reply(asked, before)
    yield from dict.fromkeys(_replies(asked))


def _server(clock: Clock) -> rubrics.ModelServer | None:
    """The model that words what the interviewer says; None where none is set up."""
    if not llm.is_talking():
        return None
    return llm.server(settings.LLM_INTERVIEWER_MODEL, Purpose.INTERVIEWER, clock=clock)


def _worded(
    asked: Exchange, before: Sequence[Exchange], server: rubrics.ModelServer, *, clock: Clock
) -> Iterator[str]:
    known = told(before)
    parts: list[rubrics.Spoken] = []
    talk = rubrics.talk(
        asked.interview.version.value,
        asked.said,
        server,
        told=known,
        lately=tuple(_lately(before)),
        budget=llm.Purse(server.settings, asked.interview, clock=clock),
        record=llm.recorder(Purpose.INTERVIEWER, asked.interview, clock=clock),
    )
    is_whole = False
    try:
        with llm.letting_go(asked.interview.version), closing(talk):
            for part in talk:
                parts.append(part)
                yield part.text
        is_whole = True
    finally:
        _keep(asked, parts, known, is_whole=is_whole)


def _keep(
    asked: Exchange, parts: Sequence[rubrics.Spoken], known: Sequence[str], *, is_whole: bool
) -> None:
    """Keep what was said; to who stopped listening, what the rules would have told besides."""
    by_rules = rubrics.reply_to(asked.interview.version.value, asked.said, known)
    said = [
        rubrics.Said.model_validate(part.model_dump(include={"kind", "to", "fact", "text"}))
        for part in parts
    ]
    facts = {part.fact for part in said if part.fact}
    rest = [part for part in by_rules.parts if part.fact and part.fact not in facts]
    by_model = any(part.by == "model" for part in parts)
    whole = said if is_whole else [*said, *rest]
    document = rubrics.Reply(parts=tuple(whole)) if said else by_rules
    asked.answer(document, model=settings.LLM_INTERVIEWER_MODEL if by_model else "")


def _lately(exchanges: Sequence[Exchange]) -> Iterator[rubrics.Before]:
    for each in exchanges[-LATELY:]:
        if each.replied:
            yield rubrics.Before(each.said, each.replied.text)


def reply(asked: Exchange, exchanges: Sequence[Exchange]) -> None:
    """Answer a question from the fact sheet, by the rules; what was told before is known."""
    question = asked.interview.version.value
    asked.answer(rubrics.reply_to(question, asked.said, told(exchanges)))


# --- follow-up questions ----------------------------------------------------------------------


def follow_up(interview: Interview, stage: str, *, clock: Clock) -> bool:
    """Ask what a stage left open as it ends; whether there is anything to answer."""
    is_open = interview.is_running and not interview.is_paused and interview.deadline_at > clock()
    if not is_open or not interview.has_interviewer or interview.current_stage != stage:
        return False
    probes = list(interview.exchanges.probes())
    if not any(each.stage == stage for each in probes):
        sheet = interview.sheets.texts().get(stage=stage)
        if sheet.words < LEAST_WORDS:
            return False
        known = {each.about["probe"] for each in probes}
        asked = list(_chosen(interview, sheet, known, clock=clock))
        seconds = _seconds(interview)
        interview.exchanges.probe(interview, stage, asked, now=clock(), seconds=seconds)
    return next_probe(interview, stage, now=clock()) is not None


def _chosen(
    interview: Interview, sheet: StageAnswer, known: Collection[str], *, clock: Clock
) -> Iterator[AskedProbe]:
    """The probes to ask, by the rules; a model may choose among a few more, and word them."""
    question = interview.version.value
    chosen = rubrics.probes(
        question,
        interview.framework.value,
        sheet.stage,
        _so_far(interview),
        already_said=known,
        most=CHOICE,
    )
    with llm.may_talk() as is_free:
        server = _server(clock) if is_free else None
        if server is None:
            yield from (AskedProbe(each, each.probe.ask) for each in chosen[: len(PROBES)])
        else:
            yield from _phrased(interview, chosen, sheet.text, server, clock=clock)


def _phrased(
    interview: Interview,
    chosen: Sequence[rubrics.Chosen],
    written: str,
    server: rubrics.ModelServer,
    *,
    clock: Clock,
) -> Iterator[AskedProbe]:
    by_id = {each.probe.id: each for each in chosen}
    talk = rubrics.follow_up(
        interview.version.value,
        chosen,
        written,
        server,
        most=len(PROBES),
        budget=llm.Purse(server.settings, interview, clock=clock),
        record=llm.recorder(Purpose.INTERVIEWER, interview, clock=clock),
        patience=PATIENCE,
    )
    with llm.letting_go(interview.version), closing(talk):
        said = list(talk)
    for part in said:
        if part.probe in by_id:
            back = f"You wrote: “{part.quote}” " if part.quote else ""
            model = settings.LLM_INTERVIEWER_MODEL if part.by == "model" else ""
            yield AskedProbe(by_id[part.probe], f"{back}{part.text}", model)


def _seconds(interview: Interview) -> int:
    """The time for an answer, longer for who has more of it for the whole."""
    extra = flow.Extra(interview.extra_at_start).seconds(interview.minutes)
    return round(PROBE_SECONDS * (1 + extra / (60 * interview.minutes)))


def place_of(asked: Exchange) -> tuple[int, int]:
    """Which of how many follow-up questions of its stage one is."""
    parts = [each.part for each in asked.interview.exchanges.probes().filter(stage=asked.stage)]
    return parts.index(asked.part) + 1, len(parts)


def done_with(asked: Exchange, *, now: datetime) -> None:
    """Have done with a follow-up question."""
    asked.end(now=now, seconds=_seconds(asked.interview))


def next_probe(interview: Interview, stage: str, *, now: datetime) -> Exchange | None:
    """Give the follow-up question of a stage that is to be answered now, if there is one."""
    return interview.exchanges.open(now).filter(stage=stage).first()


def _so_far(interview: Interview) -> rubrics.Scorecard:
    return rubrics.judge_transcript(
        interview.version.value,
        interview.framework.value,
        transcripts.of(interview),
        judge=_rules,
    )


# --- hints --------------------------------------------------------------------------------------


def hint(interview: Interview, *, now: datetime) -> Exchange | None:
    """Give a hint for the stage that is on, in practice; None when nothing is left to hint at."""
    if interview.is_invited or not interview.has_interviewer:
        return None
    given = interview.exchanges.filter(kind=ExchangeKind.HINT)
    stage = interview.current_stage
    found = rubrics.hint(
        interview.version.value,
        interview.framework.value,
        stage,
        _so_far(interview),
        hinted={each.about["criterion"] for each in given},
    )
    return interview.exchanges.hint(interview, stage, found, now=now) if found else None


# --- for readers afterwards -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up question and what came of it. ``text`` names the answer, to be quoted."""

    asked: str
    text: str
    answer: str


def follow_ups(exchanges: Sequence[Exchange], stage: str) -> tuple[FollowUp, ...]:
    """Give the follow-up questions of a stage with their answers."""
    return tuple(
        FollowUp(
            asked=each.said,
            text=transcripts.probe_text(stage, sheet.part),
            answer=sheet.text,
        )
        for each in exchanges
        if each.kind == ExchangeKind.PROBE and each.stage == stage
        for sheet in [_sheet(each)]
    )


def _sheet(exchange: Exchange) -> StageAnswer:
    assert exchange.sheet
    return exchange.sheet
