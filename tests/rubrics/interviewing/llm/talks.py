"""An interviewer with a model on loopback, and models that speak for one."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from rubrics import Call, ModelServer, Question
from rubrics.interviewing.llm.talking import Patience, Spoken, talk
from tests.llm_server import Exchange, Model, Served
from tests.rubrics.documents import question
from tests.rubrics.interviewing.documents import FACTS as SHEET
from tests.rubrics.judges.llm.asking import Waiting

FACTS = [
    *SHEET,
    *(
        {
            "id": f"shop-{n}",
            "fact": f"Shop {n} opens at {n} in the morning.",
            "asks": [f"Shop {n}?"],
        }
        for n in range(4, 12)
    ),
]
SHOP = question(facts=FACTS)
# For what is not about time, however busy the machine is.
LONG = Patience(first=60, whole=60, after=60)
TEXTS = {str(fact["id"]): str(fact["fact"]) for fact in FACTS}


class Talked(NamedTuple):
    """What was said, the requests for it, and the side of the client."""

    parts: list[Spoken]
    calls: list[Call]
    server: ModelServer

    @property
    def told(self) -> list[str]:
        return [part.fact for part in self.parts if part.fact]

    @property
    def texts(self) -> list[str]:
        return [part.text for part in self.parts]


def talked(
    served: Served,
    said: str,
    asked: Question = SHOP,
    *,
    waiting: Waiting | None = None,
    patience: Patience = LONG,
    **more: Any,
) -> Talked:
    """Send a message to an interviewer whose model is at a server."""
    calls = list[Call]()
    server = (waiting or Waiting()).server(served)
    parts = list(talk(asked, said, server, record=calls.append, patience=patience, **more))
    return Talked(parts, calls, server)


def utterance(about: str, text: str = "", to: int = 1, **more: object) -> dict[str, object]:
    return {"to": to, "about": about, **more, "text": text}


def reply(*every: Mapping[str, object]) -> str:
    return json.dumps({"says": [*every]}, ensure_ascii=False)


def replies(*every: Mapping[str, object]) -> Model:
    """A model that says these things, whatever it is asked."""
    return lambda _: reply(*every)


def facts_of(exchange: Exchange) -> Sequence[Mapping[str, str]]:
    """The sheet as a model was sent it."""
    sheet: Sequence[Mapping[str, str]] = exchange.about["facts"]
    return sheet
