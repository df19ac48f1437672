"""An answer judged over a model's server, and a clock whose waits are over at once."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rubrics import Call, LlmJudge, LlmSettings, ModelServer, Question, Scorecard, score
from tests.llm_server import KEY, Served
from tests.rubrics.documents import criterion, indicator, question

ANSWER = (
    "We run an A/B test on the new ranking for two weeks because habits change slowly.\n\n"
    "Shadow mode comes before it: the model scores every visit for a week and shows nothing.\n\n"
    "We look for data drift every night in twenty columns since labels come late.\n"
)
INDICATORS = (
    indicator(),
    indicator(
        name="drift",
        title="Watches drift",
        wordings=["data drift"],
        plain=[],
        details=["twenty columns"],
        reasons=["labels come late"],
    ),
    indicator(
        name="shadow",
        title="Runs it unseen first",
        wordings=["shadow mode"],
        plain=[],
        details=["every visit"],
        reasons=["nothing is shown"],
    ),
)
THREE = question(criterion(*INDICATORS))
PHRASES = {"ab-test": ["a/b test"], "drift": ["data drift"], "shadow": ["shadow mode"]}


@dataclass
class Waiting:
    """A clock whose waits are over at once, and which knows them."""

    waited: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> float:
        return time.monotonic() + sum(self.waited)

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.waited.append(seconds)

    def server(self, served: Served, **limits: Any) -> ModelServer:
        """The client's side of a server; nothing is waited for by chance."""
        settings = LlmSettings(
            base_url=served.address, model="m", api_key=KEY, price_in=2, price_out=8, **limits
        )
        return ModelServer(settings, clock=self.now, sleep=self.sleep, jitter=lambda: 1.0)


class Judged(NamedTuple):
    """A scorecard, the requests that were made for it, and the waits between them."""

    card: Scorecard
    calls: list[Call]
    waited: list[float]

    @property
    def level(self) -> int | None:
        return self.card.judgements[0].level

    @property
    def not_judged(self) -> str | None:
        return self.card.judgements[0].not_judged


def judged(
    served: Served,
    text: str | Mapping[str, str] = ANSWER,
    asked: Question = THREE,
    *,
    samples: int = 1,
    prompted: tuple[str, ...] = (),
    **limits: Any,
) -> Judged:
    """Judge an answer over HTTP; one sample unless told otherwise."""
    waiting, calls = Waiting(), list[Call]()
    server = waiting.server(served, samples=samples, **limits)
    stages = {"scope": text} if isinstance(text, str) else text
    judge = LlmJudge(server, record=calls.append)
    card = score(asked, None, stages, judge=judge, prompted=prompted)
    for each in card.judgements:
        for quote in each.evidence:
            assert stages[quote.stage][quote.start : quote.end] == quote.quote
    return Judged(card, calls, waiting.waited)
