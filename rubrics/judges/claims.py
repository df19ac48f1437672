"""What an answer may claim: for each indicator how deep it goes, and which lines it rests on."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from rubrics.judges.found import Found
from rubrics.judges.sought import Sought, Wanted
from rubrics.reading import diagram
from rubrics.reading.lexicon import Span, Spans, bits
from rubrics.scoring import Depth

# One unit may support this many indicators at more than a mention; a sentence that names more
# is a list, however it is punctuated.
PER_UNIT = 3
# A figure tells where an indicator has its place only in a sentence with this many words of the
# writer's own: "position bias 42 ms" says nothing. It costs people half a point (of 100).
OWN_BESIDE_FIGURE = 2
_RANK = {depth: rank for rank, depth in enumerate(Depth)}


class Claim(NamedTuple):
    """The support for one indicator: how deep, and the lines (indices) it rests on."""

    depth: Depth
    at: tuple[int, ...]


def claims(wanted: Wanted, found: Sequence[Found], *, doubted: Collection[str]) -> dict[int, Claim]:
    """Indicator (number) → its deepest claim, ``PER_UNIT`` deep ones at most on a line.

    What a line says beyond those is mentioned.

    Criteria (ids) that are ``doubted`` claim no more than mentions. What is doubted keeps its
    place on a line, so that doubting one criterion gives nothing to another.
    """
    near = _neighbours(found)
    options = [
        option(number, claim)
        for at, here in enumerate(found)
        for number in bits(here.says & wanted.names)
        if (claim := _claim(wanted.sought[number], at, near[at], found))
    ]
    options += _drawn(wanted, found)
    return seated(options, lambda number: wanted.sought[number].criterion in doubted)


Option = tuple[int, int, int, Claim]  # depth (the deepest is the least), line, indicator, claim


def option(number: int, claim: Claim) -> Option:
    """Something that an indicator (number) may claim; ``seated`` decides."""
    return -_RANK[claim.depth], claim.at[0], number, claim


def seated(options: Iterable[Option], is_doubted: Callable[[int], bool]) -> dict[int, Claim]:
    """Indicator (number) → its deepest option for which its line has room, else a mention."""
    ordered = sorted(options, key=lambda option: option[:3])
    seats = _Seats(ordered)
    made: dict[int, Claim] = {}
    for _, _, number, claim in ordered:
        if number not in made:
            deep = None if is_doubted(number) else seats.given.get(number)
            made[number] = deep or Claim(Depth.MENTIONED, claim.at[:1])
    return made


Key = tuple[int, int]  # depth, indicator


class _Seats:
    """Which line each indicator rests on at depth: as many as can, ``PER_UNIT`` on a line.

    The deepest come first. Where a line is full, who rests on it moves to another line that says
    the same as deeply, if there is one (Kuhn's augmenting paths).
    """

    def __init__(self, options: Iterable[Option]) -> None:
        """Seat all of the options that are deeper than a mention, which come sorted."""
        self.given: dict[int, Claim] = {}
        self._on: defaultdict[int, list[Key]] = defaultdict(list)
        self._claims: defaultdict[Key, list[Claim]] = defaultdict(list)
        for depth, _, number, claim in options:
            if claim.depth is not Depth.MENTIONED:
                self._claims[depth, number].append(claim)
        for key in self._claims:
            if key[1] not in self.given:
                self._seat(key, set())

    def _seat(self, key: Key, tried: set[int]) -> bool:
        for claim in self._claims[key]:
            at = claim.at[0]
            if at in tried:
                continue
            tried.add(at)
            there = self._on[at]
            if len(there) >= PER_UNIT:
                leaving = next((other for other in there if self._seat(other, tried)), None)
                if not leaving:
                    continue
                there.remove(leaving)
            there.append(key)
            self.given[key[1]] = claim
            return True
        return False


def _neighbours(found: Sequence[Found]) -> list[list[int]]:
    """For each unit the one after and the one before, if they stand in its paragraph or list."""
    near: list[list[int]] = [[] for _ in found]
    for after in range(1, len(found)):
        one, other = found[after - 1], found[after]
        if (
            one.line.unit.block == other.line.unit.block
            and one.line.unit.stage == other.line.unit.stage
        ):
            if not other.is_list:
                near[after - 1].insert(0, after)
            if not one.is_list:
                near[after].append(after - 1)
    return near


def _claim(each: Sought, at: int, near: list[int], found: Sequence[Found]) -> Claim | None:
    here = found[at]
    names = here.named(each)
    if not names:
        return None
    if here.only_mentions:
        return Claim(Depth.MENTIONED, (at,))
    detailed = [i for i in near if found[i].says & each.detail and found[i].detailed(each)]
    if _has_own_detail(each, here, names):
        detailed.insert(0, at)
    reasoned = [i for i in (at, *near) if found[i].says & each.reason and found[i].reasoned(each)]
    if not detailed and not reasoned:
        return Claim(Depth.MENTIONED, (at,))
    # Anybody's reason must stand in the sentence that it is for; an indicator's own need not.
    because = bool(reasoned) or (at in detailed and here.because)
    depth = Depth.JUSTIFIED if detailed and because else Depth.SPECIFIED
    return Claim(depth, tuple(dict.fromkeys((at, *detailed[:1], *reasoned[:1]))))


def _has_own_detail(each: Sought, here: Found, names: list[Spans]) -> bool:
    """Whether a detail or a figure stands here in words of its own, not in those of the name."""
    if here.says & each.detail:
        places = [(place[0][0], place[-1][1]) for place in here.detailed(each)]
        if _lies_apart(places, names):
            return True
    return here.own >= OWN_BESIDE_FIGURE and _lies_apart(here.quantities, names)


def _lies_apart(places: list[Span], names: list[Spans]) -> bool:
    for begin, end in places:
        for name in names:
            if all(end < first or last < begin for first, last in name):
                return True
    return False


def _drawn(wanted: Wanted, found: Sequence[Found]) -> Iterator[Option]:
    """What a drawing shows: a component is a mention, a path or a loop says where it belongs."""
    if not wanted.with_drawings:
        return
    graph = diagram.graph_of(["" if f.line.scopes else f.line.unit.text for f in found])
    for each in wanted.with_drawings if graph.edges else ():
        for asked, deep in each.drawn:
            at = diagram.find(graph, asked)
            if at:
                depth = Depth.SPECIFIED if deep else Depth.MENTIONED
                yield option(each.number, Claim(depth, at))
