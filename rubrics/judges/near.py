"""Near misses: where an answer comes closest to an indicator that it did not meet.

They show a reader what was meant and never give credit. A near miss shares words with the
indicator (its anchors); how near it is, light word vectors help to say.
"""

import logging
import math
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rubrics.judges.kept import kept
from rubrics.judges.rules import quote
from rubrics.reading.answer import Line, Reading
from rubrics.reading.lexicon import Lexicon, Slots, english, readings, stem, words
from rubrics.reading.units import Kind
from rubrics.schema import Indicator, Question, Rubric
from rubrics.scoring import Evidence, Judgement, NearMiss

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

logger = logging.getLogger(__name__)

# How near is near, measured by benchmarks/scoring/near.py in November 2026. Of 1,212 indicators
# whose own wordings were taken away, 51 % still got a near miss at this height, and 91 % of those
# quoted the right unit (whatever is nearest: 78 %). With 40 % of each indicator's wordings, 32
# answers got 58 near misses. In 36 of them the whole rubric finds the indicator too, and of the
# other 22, which were read, 8 are sensible: 25 of 26 in strong answers, 13 of 18 in middling and 6
# of 14 in weak ones, where there is little that could be meant.
CLOSE = 0.91
# The same where only words can be compared: about as often right (92-93 %), shown for a third.
CLOSE_IN_WORDS = 0.75
# What the vectors add at most: similarities to the title and to the three nearest wordings.
VECTORS = 0.47
# A detail is shared by more sentences than what names the indicator.
OF_A_DETAIL = 0.5
# An everyday word hardly anchors anything.
OF_AN_EVERYDAY_WORD = 0.25

PER_UNIT = 2
PER_CRITERION = 3
PER_ANSWER = 12

# A unit needs this many words to be a statement; one longer than SHORT needs everyday words among
# them, or it is a list.
LEAST_WORDS = 4
SHORT = 12
LEAST_EVERYDAY = 0.1

# What bounds the work: units compared, words of a unit, words of an answer checked for typos.
MOST_UNITS = 500
MOST_WORDS = 150
MOST_TYPOS = 40

_EVERYDAY = frozenset(
    words(
        """
        this that these those it its we you they i he she our your their my us them me be is are was
        were been being do does did done has had have having will would can could may might shall
        should must no not nor so too very also just only even still then than as if when while
        where how why because since of in on at by for with from to into onto over under per about
        between among through during before after again against and or but yet either both each
        every all any some many much more most less few other another such same own use make take
        get give go come put let need want help keep what who which there here model data system
        good etc like up out off down way thing new well once one two three first second work part
        time set say tell know see look run user
        """
    ).stems
)
# What a phrase with one of these asks for, words without it do not mean.
_DENYING = frozenset({"no", "not", "never", "without", "isn't", "don't", "won't", "nobody"})


def with_near_misses(
    question: Question,
    reading: Reading,
    judgements: Sequence[Judgement],
    aside: Iterable[Evidence] = (),
) -> tuple[Judgement, ...]:
    """Give the judgements with their near misses: levels, points and findings stay as they are.

    ``aside``: quotes that the judge itself has set aside; nothing there is near anything.
    """
    if not any(each.missing for each in judgements):
        return tuple(judgements)
    found = near_misses(question.rubric, reading, judgements, aside, shared_vectors())
    return tuple(
        each.model_copy(update={"near": tuple(found[each.criterion])})
        if each.criterion in found
        else each
        for each in judgements
    )


def near_misses(
    rubric: Rubric,
    reading: Reading,
    judgements: Sequence[Judgement],
    aside: Iterable[Evidence],
    vectors: "Vectors | None",
    least: float | None = None,
) -> dict[str, list[NearMiss]]:
    """Criterion id → its near misses, best first. Without vectors, words alone decide.

    ``least``: how near is near, if it is not to be what was measured.
    """
    if least is None:
        least = CLOSE if vectors else CLOSE_IN_WORDS
    known = _known(rubric)
    sought = [
        known.sought[each.criterion, name]
        for each in judgements
        if each.level is not None
        for name in each.missing
        if (each.criterion, name) in known.sought
    ]
    dropped = {(each.stage, each.start) for each in aside}
    units = _units(reading, known, dropped)
    found: dict[str, list[NearMiss]] = defaultdict(list)
    field = _Field(units, known, vectors)
    nearest = [best for each in sought for best in field.near(each, least)]
    for best in _chosen(nearest, units):
        wording = _closest_wording(best, units[best.at], known)
        evidence = quote(units[best.at].line, reading)
        miss = NearMiss(indicator=best.sought.indicator.id, wording=wording, evidence=evidence)
        found[best.sought.criterion].append(miss)
    return dict(found)


# --- What a rubric looks for ---


@dataclass(frozen=True)
class _Sought:
    """An indicator, the words that anchor it (stem → weight, 0-1), the phrases that name it."""

    criterion: str
    indicator: Indicator
    anchors: Mapping[str, float]
    phrases: tuple[str, ...]

    @property
    def texts(self) -> list[str]:
        """Its title, and its phrases written out."""
        return [self.indicator.title, *map(_written_out, self.phrases)]


class _Known:
    """All that near misses look for by one rubric. Built once, shared by threads."""

    def __init__(self, rubric: Rubric) -> None:
        found = [
            (criterion.id, indicator, tuple(_naming(indicator)))
            for criterion in rubric.criteria
            for indicator in criterion.indicators
        ]
        shares = [_shares(indicator, phrases) for _, indicator, phrases in found]
        uses = Counter(word for own in shares for word in own)
        # A word of one indicator alone weighs 1, a word of all next to nothing.
        scale = math.log(len(found) + 1)
        self.weights: Mapping[str, float] = {
            word: math.log((len(found) + 1) / count)
            / scale
            * (OF_AN_EVERYDAY_WORD if word in _EVERYDAY else 1)
            for word, count in uses.items()
        }
        self.sought: dict[tuple[str, str], _Sought] = {}
        for (criterion_id, indicator, phrases), own in zip(found, shares, strict=True):
            anchors = {word: share * self.weights[word] for word, share in own.items()}
            sought = _Sought(criterion_id, indicator, anchors, phrases)
            self.sought[criterion_id, indicator.id] = sought
        self._by_letter: defaultdict[str, list[str]] = defaultdict(list)
        forms = {
            form
            for _, each, phrases in found
            for form in _forms((*phrases, *each.details))
            if _may_be_misspelt(form)
        }
        for form in sorted(forms):
            self._by_letter[form[0]].append(form)
        self._rows: dict[tuple[str, str], Vector] = {}

    def meant(self, form: str) -> str:
        """The rubric's word that a misspelt one is at most two letters away from, or itself."""
        near = [
            (distance, word)
            for word in self._by_letter.get(form[0], ())
            if abs(len(word) - len(form)) <= 2
            and len(set(word) ^ set(form)) <= 4
            and (distance := _edits(form, word)) <= 2
        ]
        return min(near)[1] if near else form

    def rows(self, sought: _Sought, vectors: "Vectors") -> "Vector":
        """The vectors of an indicator's texts, one a row; kept once they are made."""
        key = (sought.criterion, sought.indicator.id)
        rows = self._rows.get(key)
        if rows is None:
            rows = self._rows[key] = vectors.of_all([words(text).forms for text in sought.texts])
        return rows


def _shares(indicator: Indicator, phrases: Sequence[str]) -> dict[str, float]:
    """Stem → how far it is the indicator's: all of it in a wording, in part in a detail."""
    details = dict.fromkeys(map(stem, _forms(indicator.details)), OF_A_DETAIL)
    return details | dict.fromkeys(map(stem, _forms(phrases)), 1.0)


def _naming(indicator: Indicator) -> Iterator[str]:
    for written in indicator.names:
        if _DENYING.isdisjoint(_forms([written])):
            yield written


def _forms(phrases: Iterable[str]) -> Sequence[str]:
    """Every word of phrases, whichever alternatives are taken."""
    return words(" ".join(phrases).translate(_BARE)).forms


_BARE = str.maketrans("()|", "   ")


@kept(32)
def _known(rubric: Rubric) -> _Known:
    return _Known(rubric)


# --- What an answer says ---


@dataclass(frozen=True, slots=True)
class _Said:
    """A unit that may come near something: its asserted words, and their stems, typos mended."""

    line: Line
    free: frozenset[int]
    forms: tuple[str, ...]
    stems: frozenset[str]


def _units(reading: Reading, known: _Known, dropped: set[tuple[str, int]]) -> list[_Said]:
    mended: dict[str, str] = {}
    return [
        _said(line, known, mended)
        for line in reading.lines[:MOST_UNITS]
        if (line.unit.stage, line.unit.start) not in dropped and _is_statement(line)
    ]


def _is_statement(line: Line) -> bool:
    """Whether a unit says something and stands by it; headings, drawings and lists do not."""
    if line.unit.kind in (Kind.HEADING, Kind.CODE) or len(line.words) < LEAST_WORDS:
        return False
    stems = line.words.stems[:MOST_WORDS]
    everyday = sum(word in _EVERYDAY for word in stems)
    return (len(stems) <= SHORT or everyday >= LEAST_EVERYDAY * len(stems)) and (
        not line.is_held_back
    )


def _said(line: Line, known: _Known, mended: dict[str, str]) -> _Said:
    """Leave out what is denied, put off, asked or copied; ``mended`` keeps what words mean."""
    count = min(len(line.words), MOST_WORDS)
    held = {at for s in line.scopes for at in range(s.first, min(s.last, count - 1) + 1)}
    free = [at for at in range(count) if at not in held and at not in line.copied]
    forms = [line.words.forms[at] for at in free]
    for n, at in enumerate(free):
        if line.words.stems[at] not in known.weights and _may_be_misspelt(forms[n]):
            forms[n] = _mended(forms[n], known, mended)
    return _Said(line, frozenset(free), tuple(forms), frozenset(map(stem, forms)))


def _mended(form: str, known: _Known, mended: dict[str, str]) -> str:
    if form not in mended and len(mended) < MOST_TYPOS and form not in english():
        mended[form] = known.meant(form)
    return mended.get(form, form)


def _may_be_misspelt(form: str) -> bool:
    return 8 <= len(form) <= 40 and form.isalpha() and form.isascii()


def _edits(one: str, other: str) -> int:
    """Letters wrong, missing, too many or swapped with a neighbour between two short words."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row = [i]
        for j, b in enumerate(other, start=1):
            steps = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if before and j > 1 and a == other[j - 2] and one[i - 2] == b:
                steps = min(steps, before[j - 2] + 1)
            row.append(steps)
        before, last = last, row
    return last[-1]


# --- Which comes nearest ---


class _Best(NamedTuple):
    """How near an indicator a unit comes, and which of its texts is nearest (vectors)."""

    closeness: float
    sought: _Sought
    at: int
    similar: Sequence[float]


class _Field:
    """The units of an answer, and how near one of them comes to an indicator."""

    def __init__(self, units: Sequence[_Said], known: _Known, vectors: "Vectors | None") -> None:
        self._units, self._known, self._vectors = units, known, vectors
        self._by_stem: defaultdict[str, list[int]] = defaultdict(list)
        for at, said in enumerate(units):
            for word in said.stems:
                self._by_stem[word].append(at)
        self._made: dict[int, Vector] = {}

    def near(self, sought: _Sought, least: float) -> Iterator[_Best]:
        """The units that come at least so near, in no special order."""
        most_by_vectors = 2 * VECTORS if self._vectors else 0.0
        for at, anchored in self._anchored(sought).items():
            closeness = anchored / math.sqrt(max(LEAST_WORDS, len(self._units[at].forms)))
            if closeness < least - most_by_vectors:
                continue
            similar = self._similar(sought, at)
            closeness += VECTORS * _similarity(similar)
            if closeness >= least:
                yield _Best(closeness, sought, at, similar)

    def _anchored(self, sought: _Sought) -> Mapping[int, float]:
        """Unit → the weight of the indicator's words in it."""
        anchored: defaultdict[int, float] = defaultdict(float)
        for word, weight in sought.anchors.items():
            for at in self._by_stem.get(word, ()):
                anchored[at] += weight
        return anchored

    def _similar(self, sought: _Sought, at: int) -> list[float]:
        if self._vectors is None:
            return []
        if at not in self._made:
            self._made[at] = self._vectors.of(self._units[at].forms)
        similar: list[float] = (self._known.rows(sought, self._vectors) @ self._made[at]).tolist()
        return similar


def _similarity(similar: Sequence[float]) -> float:
    """To the title and, on average, to the three nearest texts: at most 2."""
    if not similar:
        return 0.0
    nearest = sorted(similar, reverse=True)[:3]
    return similar[0] + sum(nearest) / len(nearest)


def _chosen(pairs: Iterable[_Best], said: Sequence[_Said]) -> list[_Best]:
    """The best pairs: one for an indicator, and no unit, criterion or answer too often."""
    chosen: dict[tuple[str, str], _Best] = {}
    units: Counter[int] = Counter()
    criteria: Counter[str] = Counter()
    for best in sorted(pairs, key=lambda pair: (-pair.closeness, pair.at)):
        key = (best.sought.criterion, best.sought.indicator.id)
        full = units[best.at] >= PER_UNIT or criteria[key[0]] >= PER_CRITERION
        if key in chosen or full or _is_named(best.sought, said[best.at]):
            continue
        chosen[key] = best
        units[best.at] += 1
        criteria[key[0]] += 1
        if len(chosen) == PER_ANSWER:
            break
    return list(chosen.values())


def _is_named(sought: _Sought, said: _Said) -> bool:
    """Whether the indicator is named there: then something else kept it from credit."""
    there = [written for written in sought.phrases if _covered(written, said, None) == 1]
    found = Lexicon({0: there}).find(said.line.words.stems[:MOST_WORDS]) if there else ()
    return any(said.free.issuperset(range(match.first, match.last + 1)) for match in found)


# --- What it is called ---


def _closest_wording(best: _Best, said: _Said, known: _Known) -> str:
    """The wording, written out, that shares most with what was said."""
    similar = best.similar or [0.0] * (len(best.sought.phrases) + 1)
    options = [
        (_covered(phrase, said, known.weights) + near, -at)
        for at, (phrase, near) in enumerate(zip(best.sought.phrases, similar[1:], strict=True))
    ]
    if not options:
        return best.sought.indicator.title
    return _written_out(best.sought.phrases[-max(options)[1]], said.stems)


def _covered(written: str, said: _Said, weights: Mapping[str, float] | None) -> float:
    """The share of a phrase's words that were said, in any order and as far apart as may be.

    Without ``weights`` all words weigh the same.
    """
    return max(_share(slots, said, weights) for slots in readings(written))


def _share(slots: Slots, said: _Said, weights: Mapping[str, float] | None) -> float:
    found = whole = 0.0
    for slot in slots:
        shares = []
        for one in sorted(slot):
            each = [(weights.get(w, 0.0) if weights else 1.0, w in said.stems) for w in one]
            all_of_it = sum(weight for weight, _ in each) or 1.0
            shares.append((sum(w for w, there in each if there) / all_of_it, all_of_it))
        share, weight = max(shares)
        found += share * weight
        whole += weight
    return found / whole


_CHOICE = re.compile(r"\(([^()]*)\)")


def _written_out(written: str, stems: frozenset[str] = frozenset()) -> str:
    """A phrase for people: of its alternatives the one nearest to ``stems``, or the first."""

    def chosen(choice: re.Match[str]) -> str:
        options = [option.strip() for option in choice[1].split("|") if option.strip()]
        return max(options, key=lambda one: len(stems.intersection(words(one).stems)), default="")

    plain = _CHOICE.sub(chosen, written)
    return " ".join(re.sub(r"\s\.\.(?=\s)", " …", plain).split())


# --- Light word vectors ---


class Vectors:
    """Word vectors of wordllama, read from its wheel: no network, nothing set up by its import.

    Its own loader would set the logging of the whole process, and pads every text to the longest.
    A text's vector is the sum of those of its words, made 1 long.
    """

    _KEPT = 8_000

    def __init__(self, folder: Path) -> None:
        """Read the weights and the tokenizer from a package's folder; OSError when they miss."""
        from safetensors import safe_open
        from tokenizers import Tokenizer

        for file in (weights := folder / _WEIGHTS, tokens := folder / _TOKENS):
            file.stat()
        with safe_open(weights, framework="np") as tensors:
            self._pieces = tensors.get_tensor("embedding.weight")
        self._tokenizer = Tokenizer.from_file(str(tokens))
        self._words: dict[str, Vector] = {}

    def of(self, forms: Sequence[str]) -> "Vector":
        """The vector of a text's words, 256 numbers; zeros when it has none."""
        import numpy as np

        total = np.zeros(self._pieces.shape[1], dtype=np.float32)
        for form in forms:
            total += self._of_word(form)
        length = np.linalg.norm(total)
        if length:
            total /= length
        return total

    def of_all(self, texts: Sequence[Sequence[str]]) -> "Vector":
        """As ``of`` for each text, one a row."""
        import numpy as np

        return np.stack([self.of(forms) for forms in texts])

    def _of_word(self, form: str) -> "Vector":
        import numpy as np

        vector = self._words.get(form)
        if vector is None:
            ids = self._tokenizer.encode(form[:40], add_special_tokens=False).ids
            vector = self._pieces[ids].astype(np.float32).sum(axis=0)
            if len(self._words) >= self._KEPT:
                self._words.clear()
            self._words[form] = vector
        return vector


_WEIGHTS = Path("weights/l2_supercat_256.safetensors")
_TOKENS = Path("tokenizers/l2_supercat_tokenizer_config.json")


def vectors_in(folder: Path | None) -> Vectors | None:
    """The vectors in a folder, or None, and a warning, where they cannot be read."""
    try:
        if folder is None:
            raise FileNotFoundError("wordllama is not installed")
        return Vectors(folder)
    except Exception as error:  # noqa: BLE001 (safetensors and tokenizers raise their own kinds)
        logger.warning("Near misses compare words only: %s", error)
        return None


_loading = threading.Lock()
_loaded: list[Vectors | None] = []


def shared_vectors() -> Vectors | None:
    """The vectors of this process, read when first asked for."""
    with _loading:
        if not _loaded:
            package = find_spec("wordllama")
            origin = package.origin if package else None
            _loaded.append(vectors_in(Path(origin).parent if origin else None))
        return _loaded[0]
