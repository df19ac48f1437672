"""What candidates ask, message by message, and whether the right facts are told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import TypeAdapter

from rubrics.interviewing.asking import reply_to
from rubrics.loading import Library, parse
from rubrics.schema import Document

FILES = Path(__file__).parent
Part = Literal["tune", "report"]
Voice = Literal[
    "terse",
    "chatty",
    "plain",
    "non-native",
    "typos",
    "two",
    "unanswerable",
    "off-topic",
    "answer",
    "statement",
    "smalltalk",
]


class Message(Document):
    """What a candidate says, and the ids of the facts that are to be told: all, and no other.

    ``also``: those that may be told as well, where a message is wider than any fact.
    """

    voice: Voice
    facts: tuple[str, ...]
    also: tuple[str, ...] = ()
    says: str


class Outcome(NamedTuple):
    """A message with the facts that were told."""

    question: str
    message: Message
    told: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether all that was asked for was told and nothing wrong."""
        return set(self.message.facts) <= set(self.told) and not self.is_wrong

    @property
    def is_wrong(self) -> bool:
        """Whether something was told that was not asked for."""
        return not set(self.told) <= {*self.message.facts, *self.message.also}


def messages(part: Part) -> dict[str, list[Message]]:
    """Question id → messages. Raises ValidationError when the file cannot be used."""
    file = FILES / f"{part}.yaml"
    data = parse(file.read_text(encoding="utf-8"), file.name).data
    return TypeAdapter(dict[str, list[Message]]).validate_python(data)


def outcomes(library: Library, part: Part) -> Iterator[Outcome]:
    """Say every message to the interviewer of its question, each as the first one."""
    for question_id, said in messages(part).items():
        question = library.questions[question_id]
        for message in said:
            yield Outcome(question_id, message, reply_to(question, message.says).told)
