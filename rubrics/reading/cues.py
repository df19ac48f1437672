"""The words by which a writer denies, puts off, asks, or stays vague; found word by word.

Cues are regular expressions over lower-case words and single blanks, articles left out.
"""

import re
import re._constants as constants  # type: ignore[import-not-found]
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from re._parser import parse  # type: ignore[import-not-found]
from typing import Any

from rubrics.reading.lexicon import Words
from rubrics.schema import Stance


class Reach(Enum):
    """Which words a cue speaks of."""

    FORWARD = "to the end of its clause"
    BACK = "from the start of its clause"
    REST = "to the end of the unit"
    SAID = "to where the writer speaks for themselves again"
    AROUND = "everything between two contrasts"


_PLAIN_NOT = (
    r"(?:do|does|did|is|are|was|were|will|would|can|could|should|must|need|have|has)(?:n't| not)|"
    r"cannot|can't|won't|shan't|not|never|dont|doesnt|isnt|wont|cant"
)

_THEY = (
    r"(?:some|many|most|few|others|people|critics|textbooks|one)"
    r"(?: people| engineers| teams| candidates| folks| others)?"
)
# What nobody does is denied where the ones who build would do it; that nobody waits, sees raw data
# or gets a second offer is a promise.
_WOULD_BUILD = (
    r"should|needs?|wants?|cares?|plans?|bothers?|did|does|asked|(?:will|would|is going to|has to)"
    r" (?:do|use|build|need|want|add|have|train|watch|monitor)|(?:is|gets) (?:alerted|paged|warned)"
    r"|(?:uses?|builds?|adds?|trains?|watch(?:es)?|monitors?|measures?|checks?|tests?|logs?|tunes?"
    r"|retrains|evaluates?|validates?|caches?|keeps?|stores?|deploys?|versions?)"
)
_LEAVE = r"(?:i|we)(?:'ll| will| would)"

# In the order of trying; the first that matches at a word is the cue there. None: no cue at all,
# though it looks like one. Cues are regular expressions over lower-case words and single blanks.
_CUES: tuple[tuple[Stance | None, Reach, tuple[str, ...]], ...] = (
    (
        None,
        Reach.FORWARD,
        (
            r"not (?:only|just|merely|simply)",
            rf"no (?:doubt|matter|wonder)|no one(?! (?:{_WOULD_BUILD}))",
            r"not (?:before|until) (?:we |it |they )?\w+",
            r"(?:no|not) (?:later|more|fewer|less) than",
            r"if not|or not|why not",
            rf"(?:{_PLAIN_NOT}) (?:ignore|skip|forget|neglect|omit|leave out|lose|miss|wait)",
            r"(?:say|says|said|saying) no",
            r"(?:if|when|where|until|unless) (?:we|you|i|it|they|there|nobody|no one|someone)"
            r" (?:did not|didn't|do not|don't|does not|doesn't|have no|had no|had not|hadn't)",
        ),
    ),
    (
        Stance.NEGATED,
        Reach.REST,
        (
            r"(?:not|n't|never|hardly) (?:true|the case|case|correct) that",
            r"disagree (?:with|that)|(?:it is|it's|it would be) (?:\w+ )?bad idea (?:that|to)",
            r"(?:do not|don't|would not|wouldn't) (?:think|believe|agree|see) (?:that|why|how)",
            r"(?:there is|there's|i see|we see|we have) no (?:need|reason|point|plan|case)",
            r"(?:it would be|it is|it's) (?:wrong|false|untrue|mistake|pointless"
            r"|useless) (?:that|to)",
        ),
    ),
    (
        # What others say is not what the writer decides.
        Stance.NEGATED,
        Reach.SAID,
        (
            rf"{_THEY} (?:would|might|could) (?:say|claim|argue|believe|insist|think)(?: that)?",
            rf"{_THEY} (?:often )?(?:say|claim|argue|believe|insist) that",
            r"(?:it is|it's|is|was) (?:often|sometimes|commonly|widely|usually) (?:said|claimed"
            r"|argued|believed)",
            r"(?:myth|misconception|fallacy|rumour|rumor|wrong belief) (?:that|is|says)",
            r"(?:believe|think|claim|say|pretend)s? (?:wrongly|mistakenly|falsely)",
            r"(?:wrongly|mistakenly|falsely) (?:believe|think|claim|say|assume)[ds]?",
        ),
    ),
    (
        Stance.DEFERRED,
        Reach.REST,
        (
            r"(?:given|with|had i) (?:more|extra) time",
            r"if (?:(?:i|we) (?:have|had)|there (?:is|were)) (?:more|extra) time",
            r"(?:if )?time (?:permits|permitting|allows)",
            r"(?:as|for|in|is|are) (?:some )?future (?:work|version)",
            r"(?:as|for|in|is|are) (?:a )?later (?:phase|version|iteration)",
            r"(?:as|for|in|is|are) (?:v2|v3|version 2|phase (?:2|3|two|three))",
            r"(?:leave|leaving) (?:out|aside)|for later",
            r"(?:not|n't) (?:yet|now|at first|initially|in v1|for v1|in version 1"
            r"|in first version)",
        ),
    ),
    (
        Stance.DEFERRED,
        Reach.AROUND,
        (
            r"(?:some|another|later|other) time|another day|down (?:road|line)",
            r"eventually(?! consisten)",
            r"(?:at|in|for|until|to|of) (?:some )?(?:later|subsequent|follow-up|future) (?:point"
            r"|phase"
            r"|stage|release|version|milestone|session|audit|project|date|iteration|year|quarter)",
            r"(?:at|in|for|until|to|of) (?:second|next|following|final) (?:phase|release|milestone"
            r"|sprint|quarter|polish|iteration of (?:this|it))",
            r"(?:on|onto|to) (?:my |our |your )?(?:roadmap|backlog|wish list|to-do list)",
            r"in due (?:course|time)|sooner or later|for time being|for moment|at some point",
            r"on hold|not today|next on my list|for afterwards|not before (?:end|next)|no date",
            r"to be (?:decided|determined|clarified|defined|settled|agreed|worked out|looked at"
            r"|discussed)",
            r"still to be|remains? (?:open|to be)|(?:is|are) (?:awaiting|undecided|still open)",
            r"(?:decided|discussed|clarified|defined|taken up|sorted out|worked out|settled|handled"
            r"|tackled|revisited|dealt with) (?:\w+ )?(?:later|then|afterwards|subsequently|offline"
            r"|next|shortly|closer to)(?! than)|(?:take|discuss) (?:it|this|that|them) offline",
            r"(?:cross|crossing) that bridge|(?:get|come) (?:round|around|back) to (?:it|this"
            r"|that|them)",
            r"(?:is|are) (?:slated|foreseen|earmarked) for|follow-up project",
            r"(?:planned|scheduled|slated|foreseen) (?:for|in) (?:\w+ )?(?:later|subsequent|future"
            r"|second (?:half|milestone)|next (?:year|quarter|release))",
            r"(?:if|when|once|as soon as|whenever) (?:there (?:is|are)|we have|they have|i have)"
            r" (?:\w+ )?(?:time|minutes|capacity|budget|people|resources)(?: left)?$",
            r"(?:not|n't) (?:part of|in) (?:this|mvp|first)|nice to have|parking lot|later on$",
            r"(?:another|separate|its own|of its own|different) (?:discussion|talk|interview"
            r"|conversation|ticket|meeting)|deserves? (?:its|their) own",
            r"(?:this|that|it|these|they) (?:would|will|can) (?:come|follow) (?:next|later|after"
            r"|afterwards)|(?:won't|will not|not) (?:go|get) into (?:that|this|it|detail)",
            r"(?:has|have|had) to wait|hold(?:ing)? off",
            r"(?:not|n't) (?:urgent|pressing)|can be (?:added|introduced|revisited|considered"
            r"|built)"
            r" (?:when|if|once|afterwards)|(?:is|are|would be) (?:second|third|separate|follow-up)"
            r" (?:step|project|effort|topic|matter)",
            r"(?:left|leave|leaving) (?:open|for (?:later|others|discussion|end)|to (?:others"
            r"|another))",
            r"(?:i|we)(?:'d| would|'ll| will)? (?:tackle|address|cover|discuss|handle|decide|add"
            r"|consider|revisit|return to|get to|come to)(?: \w+){0,6} (?:later|afterwards|in time"
            r"|if time|after that|another time)",
            r"(?:would|will|'d|'ll) (?:park|shelve|put off)|premature|ditto|stay tuned|up in air",
            r"next (?:year|time)$|year after$|(?:version|milestone|phase|release) (?:2|3|two"
            r"|three)",
        ),
    ),
    (
        Stance.DEFERRED,
        Reach.BACK,
        (
            r"(?:out of|outside) (?:\w+ )?scope",
            r"(?:can|could|will|would|may) (?:wait|(?:come|follow) later(?! than))",
            r"(?:can|could|will|would|may) be (?:added|done|handled|addressed) later",
            r"(?:is|are|be) (?:deferred|postponed|left for later|left for (?:the )?future)",
            r"(?:could|can|will|would|may) be (?:\w+ )?(?:in|for|as) (?:\w+ )?(?:future|later) \w+",
        ),
    ),
    (
        Stance.DEFERRED,
        Reach.FORWARD,
        (
            r"defer|postpone|skip|skipping|put off|putting off|park|parking",
            rf"{_LEAVE} (?:ignore|leave|skip|revisit|come back to|get to)",
        ),
    ),
    # Before the plain denials, so that "not sure if" asks.
    (
        Stance.ASKED,
        Reach.REST,
        (
            r"(?:wonder|wondering|unsure|not sure|unclear|undecided|ask|clarify)"
            r" (?:if|whether|about|what|how|which)",
        ),
    ),
    (
        Stance.NEGATED,
        Reach.BACK,
        (
            rf"(?:{_PLAIN_NOT}) (?:be )?(?:needed|necessary|required|useful|worth (?:it|while)"
            r"|important|relevant|wanted|used|considered|done|helpful)",
            r"(?:is|are|was|were|be|been|considered and|we) (?:rejected|dropped|ruled out|left out"
            r"|turned down|struck out)",
            r"(?:is|are|be|would be) (?:\w+ )?bad idea",
            r"which (?:we|i) (?:will|do|would)(?:n't| not) (?:do|use|build|need|want)",
            r"(?:is|are|be|would be|seems?) (?:an? )?(?:unnecessary|mistake|overkill|pointless"
            r"|useless|irrelevant"
            r"|unneeded|superfluous|a waste|waste of)",
        ),
    ),
    (
        Stance.NEGATED,
        Reach.FORWARD,
        (
            r"(?:no|without|zero|little) (?:need|reason|point|use|plan)s? (?:for|to|of|in)?",
            r"avoid (?:using|having|building|adding)",
            r"refrain from|decided against|rule out|ruled out|forget about|not bother(?: with)?",
            r"(?:i|we)(?:'d| would|'ll| will)? (?:drop|forgo|ditch|reject|dismiss|oppose|leave out"
            r"|do without|dispense with|pass on|refuse)",
            r"(?:we|i|and|but|considered|discussed) (?:rejected|dropped|dismissed|turned down"
            r"|discarded)",
            rf"(?:nobody|no one) (?:{_WOULD_BUILD})",
            r"none of|no longer|hardly|against (?:using|having|building|adding)",
            r"rather than|instead of|as opposed to",
            r"without|w/o|neither|nor|lacking|omit|omitting|no",
            _PLAIN_NOT,
        ),
    ),
    (
        Stance.ASKED,
        Reach.REST,
        (
            r"(?:should|could|shall|can|may|do|does|would|must)"
            r" (?:we|i|it|they|you|there)(?= )",
        ),
    ),
)


# What commits to nothing: possibilities, unnamed techniques, calls for care. A sentence with one of
# these names things; it does not decide them. People's strong answers have 0-5 % of such sentences,
# long ones that say little 6-48 %.
EVERY_VAGUE = (
    r"(?:one|you|we|it|that|this) (?:could|might)",
    r"could (?:also|be|potentially|help|try)|might (?:be|help|also|want|need)|perhaps|potentially",
    r"some (?:kind|sort|form|type|strategy|techniques?|mechanism|methods?|measures?)",
    r"(?:various|different|several|many|multiple|numerous|lots of|(?:number|variety|range|lot) of)"
    r" (?:\w+ )?(?:techniques|methods|approaches|ways|strategies|options|algorithms"
    r"|optimi[sz]ations"
    r"|factors|tools|considerations|aspects|things|components|dimensions)",
    r"and so (?:on|forth)|and like|etc|among others|you name it|and such",
    r"(?:appropriate|suitable|relevant|adequate|proper|necessary|standard|meaningful) (?:\w+ )?"
    r"(?:metrics?|models?|features?|techniques?|measures?|tools?|thresholds?|steps?|safeguards?"
    r"|mechanisms?|actions?|data|signals?|balance|monitoring|architecture|infrastructure)",
    r"(?:as|where|when|if) (?:needed|necessary|appropriate|required|possible|applicable)",
    r"regularly|on regular basis|from time to time|periodically|accordingly|seamless(?:ly)?",
    r"look(?:ing)? into|think (?:about|carefully)|be careful|pay attention|into account",
    r"worth (?:considering|exploring|looking)|(?:should|to) (?:also )?consider",
    r"(?:want|need|have|has|needs) to (?:make sure|ensure|think|look|consider)",
    r"(?:is|are) (?:very |really |also |so )?(?:important|crucial|key|essential|critical|vital)",
    r"best practices?|state of art|cutting edge|gold standard",
    r"(?:i|we)(?:'d| would) (?:try|discuss|like|probably)",
)


def _first_words(parsed: Iterable[tuple[Any, Any]], begun: set[str]) -> tuple[set[str], set[str]]:
    """The words that a match can begin with: those still open at the end, and those complete."""
    complete: set[str] = set()
    for kind, value in parsed:
        if kind is constants.LITERAL:
            if value == ord(" "):
                return set(), complete | begun
            begun = {word + chr(value) for word in begun}
        elif kind in (constants.SUBPATTERN, constants.BRANCH):
            branches = value[1] if kind is constants.BRANCH else [value[3]]
            ends = [_first_words(branch, begun) for branch in branches]
            begun = {word for open_, _ in ends for word in open_}
            complete |= {word for _, done in ends for word in done}
        elif kind is constants.MAX_REPEAT:
            least, _, inner = value
            open_, done = _first_words(inner, begun)
            begun = begun | open_ if least == 0 else open_
            complete |= done
        elif kind is constants.IN:
            begun = {word + chr(char) for word in begun for _, char in value}
        if not begun:
            break
    return begun, complete


def by_first_word(cues: Iterable[str]) -> Mapping[str, str]:
    """Word → one expression for all the cues that can begin with it; it ends where a word does."""
    mine: dict[str, list[str]] = defaultdict(list)
    for cue in cues:
        for word in set().union(*_first_words(parse(cue), {""})):
            mine[word].append(cue)
    return {word: rf"(?:{'|'.join(some)})(?![\w'])" for word, some in mine.items()}


class _Cues:
    """Groups of cues by the word that they begin with."""

    def __init__(self, groups_of_cues: Iterable[tuple[str, ...]]) -> None:
        groups: dict[str, list[str]] = defaultdict(list)
        for number, cues in enumerate(groups_of_cues):
            for word, some in by_first_word(cues).items():
                groups[word].append(f"(?P<c{number}>{some})")
        self._by_word = {word: re.compile("|".join(some)) for word, some in groups.items()}

    def find(self, unit: Words) -> Iterator[tuple[int, re.Match[str]]]:
        """The cues in a unit, with the index of their first word; none inside another."""
        text = unit.said
        start = end = 0
        for first, form in enumerate(unit.forms):
            if start >= end and form in self._by_word:
                match = self._by_word[form].match(text, start)
                if match:
                    end = match.end()
                    yield first, match
            start += len(form) + 1


_FIRST = frozenset({"should", "could", "shall", "can", "may", "do", "does", "would", "must"})


_FOUND = _Cues(cues for _, _, cues in _CUES)
_FOUND_VAGUE = _Cues([EVERY_VAGUE])


EVERY = tuple(cue for _, _, cues in _CUES for cue in cues)


def cues(unit: Words) -> list[tuple[Stance, Reach, int, int]]:
    """The cues of a unit: what they say, how far they reach, their first and last word."""
    found = []
    for first, match in _FOUND.find(unit):
        stance, reach, _ = _CUES[int(str(match.lastgroup)[1:])]
        if stance and (stance is not Stance.ASKED or _opens(unit, first)):
            found.append((stance, reach, first, first + match.group().strip().count(" ")))
    return found


def is_vague(unit: Words) -> bool:
    """Whether a unit only speaks of possibilities, or of care to be taken."""
    return any(True for _ in _FOUND_VAGUE.find(unit))


def _opens(unit: Words, first: int) -> bool:
    """Whether a question's first word opens the unit (``We ask what should we...`` does not)."""
    return unit.forms[first] not in _FIRST or first == 0
