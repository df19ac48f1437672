"""Gold answers: whose turn it is, how such an answer was typed, how near a rater comes. Pure."""

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from interviews import flow
from rubrics import agreement

# Of fewer levels kappa says nothing and is not shown.
LEAST = 10
_FURTHEST = 3  # levels, from 1 to 4
_WORD = re.compile(r"\s*\S+\s*")


def chance(secret: str, person: int, turn: int | str) -> random.Random:
    """Give the chances of a person's turn: the same each time, and nobody's to foresee."""
    return random.Random(f"gold:{secret}:{person}:{turn}")  # noqa: S311  # the secret makes it so


def is_turn(chances: random.Random, *, every: int) -> bool:
    """Whether a turn brings a gold answer, one in ``every`` on average; none with 0."""
    return every > 0 and chances.random() * every < 1


# --- how it was typed -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stage as it was written: its bounds and each piece's moment, seconds from the start."""

    stage: str
    since: float
    until: float
    pieces: tuple[tuple[float, str], ...]


def typed(
    texts: Mapping[str, str],
    *,
    shares: Mapping[str, int],
    minutes: int,
    chances: random.Random,
) -> list[Stretch]:
    """Lay texts (by stage) out over an interview's time, a few words at a time.

    So that clock and replay of a gold answer look like those of any other. It ends in time.
    """
    at, found = 0.0, []
    for stage, planned in flow.plan(shares, minutes * 60).items():
        text = texts.get(stage, "")
        spent = planned * (chances.uniform(0.7, 0.99) if text else chances.uniform(0.02, 0.1))
        found.append(Stretch(stage, at, at + spent, tuple(_pieces(text, at, spent, chances))))
        at += spent
    return found


def _pieces(
    text: str, since: float, spent: float, chances: random.Random
) -> Iterator[tuple[float, str]]:
    words, pieces = _WORD.findall(text), []
    while words:
        some = chances.randint(1, 6)
        pieces.append("".join(words[:some]))
        words = words[some:]
    # Longer pieces take longer, and between some of them somebody thinks.
    pauses = [len(piece) + 8 * chances.expovariate(1) for piece in pieces]
    passed, whole = 0.0, sum(pauses) + 20
    for piece, pause in zip(pieces, pauses, strict=True):
        passed += pause
        yield since + spent * passed / whole, piece


# --- how near a rater comes -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Nearness:
    """A rater's levels against the reference's, of ``n`` criteria that both judged.

    ``difference`` is in levels, above zero for a rater who gives more. ``weighted`` is agreement
    with quadratic weights: 1 for the same throughout, 0 for as far apart as levels can be.
    """

    n: int
    same: int
    difference: float
    weighted: float
    kappa: float | None

    @property
    def signed(self) -> str:
        """The difference with its sign; nothing has none."""
        rounded = round(self.difference, 1)
        return f"{rounded:+.1f}" if rounded else "0.0"

    @property
    def percent(self) -> str:
        """The weighted agreement."""
        return f"{self.weighted:.0%}"

    @property
    def kappa_or_dash(self) -> str:
        """Kappa, or a dash where it would say nothing."""
        return "–" if self.kappa is None else f"{self.kappa:.2f}"


def nearness(pairs: Iterable[tuple[int, int]]) -> Nearness | None:
    """Compare pairs of a rater's level and the reference's; None without any."""
    given = list(pairs)
    if not given:
        return None
    apart = [own - reference for own, reference in given]
    return Nearness(
        n=len(given),
        same=apart.count(0),
        difference=sum(apart) / len(given),
        weighted=1 - sum(each**2 for each in apart) / len(given) / _FURTHEST**2,
        kappa=agreement.weighted_kappa(given) if len(given) >= LEAST else None,
    )


def pairs(own: Mapping[str, int], reference: Mapping[str, int]) -> Sequence[tuple[int, int]]:
    """Put levels by criterion beside each other, of what both judged."""
    return [(level, reference[each]) for each, level in own.items() if each in reference]
