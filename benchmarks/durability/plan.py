"""What a candidate types and what befalls them meanwhile: all of it decided by a seed. Pure."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.durability.proxy import NETWORK_FAULTS, Fault

# Words in other scripts too: a place in a text counts characters, not bytes and not UTF-16 units.
# None that begins a list in Markdown ("80. "): the page would type the next item's number itself.
WORDS = tuple(
    """
    we rank videos by expected watch time because clicks mislead the peak is near 3,000 queries per
    second so candidates come from an index and a small model sorts them naïve Bayes ≈ 設計 🎬
    features are logged as served, never joined later; drift is watched daily (p95 below 80ms)
    """.split()  # noqa: SIM905 (words are read as words)
)


class Deed(StrEnum):
    """What happens at a word."""

    CUT = "cut"
    MEND = "mend"
    STOP_SERVER = "stop the server"
    START_SERVER = "start the server"
    KILL_SERVER = "kill -9 of the server"
    KILL_BROWSER = "kill -9 of the browser"


@dataclass(frozen=True, slots=True)
class Event:
    """A deed before the word of that number is typed; of the network, with its fault."""

    word: int
    deed: Deed
    fault: Fault = Fault.NONE

    def __str__(self) -> str:
        """For the log."""
        return f"{self.deed}: {self.fault}" if self.deed is Deed.CUT else self.deed.value


@dataclass(frozen=True, slots=True)
class Plan:
    """The words in their order, and the events in theirs."""

    seed: int
    words: tuple[str, ...]
    events: tuple[Event, ...]

    @classmethod
    def of(cls, seed: int, *, words: int, cuts: int = 10, server_kills: int = 2) -> "Plan":
        """Make the plan of a seed: so many cuts and kills of the server, one of the browser.

        Each kind of cut comes up before one comes up again. Every second seed is still cut off
        when the last word is typed.
        """
        lot = random.Random(seed)  # noqa: S311 (an order, not a secret)
        typed = tuple(_words(lot, words))
        events = [*_cuts(lot, words=words, cuts=cuts, is_open=seed % 2 == 0)]
        places = lot.sample(range(words // 20, words), server_kills + 1)
        events += [Event(place, Deed.KILL_SERVER) for place in places[1:]]
        events.append(Event(places[0], Deed.KILL_BROWSER))
        return cls(seed, typed, tuple(sorted(events, key=lambda event: event.word)))

    def at(self, word: int) -> list[Event]:
        """Give what happens before a word."""
        return [event for event in self.events if event.word == word]


def _words(lot: random.Random, count: int) -> Iterator[str]:
    """Words with what stands behind them: a space, and now and then a new line or paragraph."""
    for _ in range(count):
        yield lot.choice(WORDS) + lot.choices((" ", ". ", "\n", "\n\n"), (50, 6, 1, 1))[0]


def _cuts(lot: random.Random, *, words: int, cuts: int, is_open: bool) -> Iterator[Event]:
    kinds: Sequence[Fault | None] = (
        *NETWORK_FAULTS,
        None,
    )  # None: the server is stopped, and asked to
    drawn = [kind for _ in range(-(-cuts // len(kinds))) for kind in lot.sample(kinds, len(kinds))]
    share = words // cuts
    for at, kind in enumerate(drawn[:cuts]):
        begin = at * share + lot.randrange(share // 2)
        end = begin + lot.randrange(1, share - share // 2 + 1)
        yield Event(begin, Deed.CUT, kind) if kind else Event(begin, Deed.STOP_SERVER)
        if is_open and at == cuts - 1:
            return
        yield Event(end, Deed.MEND) if kind else Event(end, Deed.START_SERVER)
