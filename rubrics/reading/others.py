"""The words by which a sentence speaks of others: what they have or say, or what there once was.

None of that is a decision of the design. Cues as in ``cues``, but of kinds of words with what may
stand beside them: who acts (a competitor, a colleague, a book), what such people do with a design,
when and where it was. Most count only where a clause begins.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from functools import cache

from rubrics.reading.cues import by_first_word
from rubrics.reading.lexicon import Words


def _any(words: str) -> str:
    """One of some words, written with blanks between them and ``_`` for a blank within one."""
    return f"(?:{'|'.join(words.split()).replace('_', ' ')})"


# Who is never the designer, whatever the question is about.
_AGENT = _any(
    r"""competitors? competition rivals? incumbents? (?:market|industry)_leaders? start_?ups?
    interviewers? examiners? recruiters? professors? lecturers? predecessors? employers? interns?
    consultants? freelancers? gurus? influencers? pundits? folks guys textbooks? podcasts? wikipedia
    chatgpt stack_overflow reddit academia (?:conventional|common|folk)_wisdom folklore
    (?:half|most_of|rest_of|whole|all)_(?:world|industry|internet) silicon_valley"""
)
# Who is, when the writer calls them theirs ("a friend of mine", "my brother").
_FAMILIAR = _any(
    r"""friends? colleagues? co_?workers? neighbou?rs? brothers? sisters? cousins? uncles? aunts?
    wife husband partner father mother flatmates? room_?mates? boss bosses managers? mentors?
    coach coaches teachers? instructors? tutors? class_?mates? professors? acquaintances?"""
)
# Who is, when they say something: in a design such people and texts also do other things.
_SPEAKER = _any(
    r"""experts authors? researchers academics scientists engineers developers programmers
    practitioners architects bloggers? speakers? critics vendors companies papers? articles? blogs?
    blog_posts? books? newsletters? tutorials? lectures? courses? talks? chapters?
    chapter_\w+(?:_of_\w+){1,3}? thesis literature documentation guides?
    interview_(?:guides?|books?|courses?) checklists? rubrics? mark(?:ing)?_schemes?
    sample_solutions? academic_\w+ claude gemini copilot gpt"""
)
_SOME = _any("somebody someone some many most others people they one you everybody everyone he she")
# Firms that answers like to name.
_FIRM = _any(
    r"""google netflix meta facebook instagram whatsapp amazon uber lyft airbnb pinterest linkedin
    twitter spotify tik_?tok bytedance alibaba tencent baidu microsoft apple openai anthropic
    deepmind doordash instacart stripe snapchat youtube zalando ebay etsy walmart yahoo yandex
    nvidia tesla waymo twitch salesforce databricks shopee deliveroo klarna"""
)
_FIRMS = _any("compan(?:y|ies) firms? corporations? organi[sz]ations? businesses players giants")
_UNIT = _any(
    """team company firm department division organi[sz]ation project product group office
    business(?:_unit)? start_?up shop client"""
)
_PAST = _any(
    r"""had did was were used ran kept held came made got went took stood built chose met began
    wrote read brought saw found led (?!(?:need|feed|speed|seed|embed)\b)\w{2,}ed"""
)
# What only a sentence's verb is, and no participle ("the old version kept beside").
_WAS = _any(
    """had did was were ran came went took chose used relied depended worked consisted employed
    featured lived never"""
)
# What somebody does with a design: has, makes, uses or praises it.
_DOES = _any(
    rf"""has have is are do does uses? rely relies runs? builds? chooses? picks? keeps? makes?
    takes? needs? wants? likes? loves? prefers? works? goes sells? ships? deploys? maintains?
    operates? enjoys? adopts? introduces? installs? employs? combines? trains? serves? tries bets?
    lives? leans? depends? {_PAST}"""
)
_RECITE = _any(
    "say mention name bring talk speak list recite drop quote throw discuss explain wave"
)
_SAYS = _any(
    rf"""says? said tells? told claims? claimed argues? argued suggests? suggested recommends?
    recommended advises? advised mentions? mentioned describes? described explains? explained
    presents? presented proposes? proposed teach teaches taught treats? lists pairs? puts
    preach(?:es)? swears?_by swore_by praises? brags? boasts? raves? blogged believes?
    (?:is|are)_(?:full_of|all_about|fond_of|keen_on|waiting_for|looking_for)
    likes?_to_(?:say|see|sell|hear) wants?_to_hear expects?_(?:me|us|you|to_hear) asks?_(?:for|me)
    (?:would|will|might|could|may|should|surely|probably)_(?:now_)?{_RECITE}
    (?:would|will|might|could|may|should|surely|probably)_(?:contains?|look_for|want|ask|expect)"""
)
# Between who and does: where they sit, and how often they do it.
_WHERE = (
    r"(?: of (?:mine|ours|his|hers|theirs)| next door| i know"
    r"| (?:in|at|from|over at|on|across|by)(?: \w+){1,3}?)?"
)
_HOW = (
    r"(?: (?:also|all|always|already|often|once|never|now|then|still|even|just|only|simply"
    r"|sometimes|usually|surely|probably|\w+ly|have|has|had))?"
)
_DOES_OR_SAYS = rf"{_HOW} (?:{_DOES}|{_SAYS})"
_BIG = _any("big large larger biggest largest major successful famous leading")

# A subject that is somebody else: read only where a clause begins.
_SUBJECTS = (
    rf"{_AGENT}{_WHERE}{_DOES_OR_SAYS}",
    rf"{_FAMILIAR} (?:of (?:mine|ours|his|hers)|i know){_DOES_OR_SAYS}",
    rf"my (?:\w+ )?(?:{_FAMILIAR}|{_FAMILIAR}'s \w+){_DOES_OR_SAYS}",
    rf"{_SPEAKER}(?: from (?:19|20)\d\d)?{_HOW} {_SAYS}",
    rf"(?:everybody|everyone) else{_WHERE} (?:has|have|had|uses?|does|did|builds?|built|went)",
    rf"{_FIRM}(?: (?:and|or) {_FIRM})?(?: engineers| people| researchers)?"
    rf"{_HOW} (?!has \d)(?:{_DOES}|blogged|wrote)",
    rf"(?:another|some other|unrelated|sister|sibling|neighbou?ring|parent|rival|competing)"
    rf" (?:\w+ )?{_UNIT}{_WHERE}{_HOW} {_DOES}",
    rf"different (?:department|company|firm|organi[sz]ation|division){_WHERE}{_HOW} {_DOES}",
    rf"(?:former|last|previous|old|current) (?:\w+ )?(?:employer|job|company|firm|team|workplace"
    rf"|boss|manager){_HOW} {_DOES}",
    rf"(?:(?:some |all |most |many |several )?other|most|many|some) (?:\w+ )?{_FIRMS}{_WHERE}{_HOW}"
    rf" {_DOES}",
    rf"{_BIG} (?:\w+ )?(?:platforms?|shops?|{_FIRMS}){_WHERE}{_HOW} {_DOES}",
    rf"(?:their|his|her)(?: (?:own|main|whole|data))? (?:engineers|product|system|design|stack"
    rf"|solution|company|developers|architecture|scientists){_HOW} {_DOES}",
    rf"(?:team|people|engineers|scientists|department|group|crew|colleagues) (?:next door|across"
    rf" (?:hall|street|corridor)|upstairs|downstairs|down hall|over there){_HOW} {_DOES}",
    r"(?:whoever|anyone who|person who|people who|those who) (?:grades?|marks?|interviews?)"
    r" (?:this|me|us|it)",
    rf"(?:good|strong|great|ideal|perfect|better|smart|senior|experienced|clever) (?:\w+ )?"
    rf"(?:candidates?|engineers?|person|people|applicants?|designers?|developers?){_HOW} {_SAYS}",
    # What was before.
    rf"(?:old|older|previous|former|earlier|legacy|original|prior)(?: \w+)? (?:systems?|designs?"
    rf"|versions?|generations?|solutions?|pipelines?|architectures?|set ?ups?|stacks?|platforms?"
    rf"|implementations?|approach|products?|services?|code|team|owners?|prototype) {_WAS}",
)
_TEXT = _any(
    "papers? articles? blogs? books? talks? courses? posts? lectures? tutorials? podcasts?"
)
# Where and when it was, or that people say so: the first words of all that they speak of.
_FRAMES = (
    rf"{_SOME}(?: (?:on|in|at|from) (?:\w+ )?\w+)? (?:often |always |once |also )?"
    rf"(?:(?:say|says|said|swore|swears?) (?!nothing|little|more|less|whether|what|how|who|when)"
    rf"|claims?|claimed|argues?|argued|recommends?|recommended|suggests?|suggested|advises?"
    rf"|told (?:me|us) (?:about|of|that)|taught me|wants? to hear|wants? me to|expects? me"
    rf"|(?:is|are) waiting for|would (?:say(?: that)?|name|mention|expect|hear)"
    rf"|will ask (?:me|for))",
    r"(?:we|they|i|people|it|there) used to (?:have|use|run|do|be|keep|rely|own|work|live|go|like)",
    rf"(?:over |back )?(?:at|in|for|on|inside|within) (?:(?:my|our|his|her|their|some) )?(?:another"
    rf"|other|different|unrelated|sister|rival|former|last|previous|old) (?:\w+ )?(?:{_UNIT}|job"
    rf"|employer|workplace|gig|position|role)",
    rf"(?:over |back )?(?:at|in|for|on) (?:his|her|my \w+'s) (?:\w+ )?(?:{_UNIT}|job|system|work)",
    rf"(?:over |back )?at {_FIRM}|over (?:in|at) \w+",
    rf"(?:at|in|on) {_UNIT} of (?:my|our|his|her|their|some) {_FAMILIAR}",
    r"(?:in|from|as per|following) (?:(?:one|some|every|most|many|standard|my|all|conference) )?"
    r"(?:textbooks?|lectures?|tutorials?|podcasts?|wikipedia|chatgpt|blog posts?|conference talks?"
    r"|(?:course|paper|article|book|blog|talk) (?:i|they|he|she|on|about|by|there))",
    rf"(?:in|from) (?:one|some|recent|famous|well known) (?:\w+ )?{_TEXT}",
    r"according to|(?:rumou?r|legend|word) has it|as (?:saying|story|theory|legend) goes"
    r"|from what (?:one|i|we|people) (?:hears?|heard|read|gather)"
    r"|it is (?:said|rumou?red|claimed|believed|told)|reportedly|allegedly|supposedly|purportedly"
    r"|it was \w+ (?:who|that) (?:came up with|invented|introduced|built|made)",
    rf"there (?:is|was|were|are|has been|have been|exists?) (?:\w+ ){{0,3}}?(?:{_TEXT}|textbooks?"
    rf"|chapters?|rumou?rs?|stories|story) (?:on|about|in|by|where|that|which|from)",
    r"elsewhere|once upon time|(?:long|some time|while|decade|decades) ago|years ago"
    r"|(?:two|three|four|five|ten|some|few|several|many) (?:years|months) (?:ago|back)"
    r"|back (?:then|in (?:day|days|time|\d+))|in (?:good )?old days|in days of|in former times"
    r"|in (?:distant )?past|in those days|formerly|originally|before (?:my|our) time"
    r"|before (?:i|we) (?:came|joined)|at one time|until (?:last|recently)|till last"
    r"|in (?:19|20)\d\d|there (?:once was|used to be)"
    r"|in (?:very )?first (?:version|release|draft) (?:there|we had|\w+ was|it was)",
    r"to (?:sound|impress|please|come across as|look (?:smart|clever|senior|good))"
    r"|for full (?:points|marks)|(?:just )?for sake of completeness"
    r"|(?:magic|key|buzz) ?words?(?: here)? (?:is|are)",
    r"in (?:perfect|ideal|dream|fairy tale|parallel|another) (?:world|universe)",
)
# What the writer has read or heard, or feels bound to say: over what follows.
_HEARD = (
    r"(?:i|we)(?: have|'ve| had)?(?: \w+){0,2}? (?:read|reading) (?:about|of|somewhere|up on)",
    r"i(?: have|'ve| had)?(?: once| also| only| just| often| do| still| \w+ly)* (?:heard|hear"
    r"|(?:remember|recall) (?:reading|hearing|seeing|having|from|that)|read that|memori[sz]ed"
    r"|learned about|learnt about|studied|know of|know about|(?:know|have) (?:words?|terms?|names?"
    r"|phrases?)|came across|stumbled (?:on|upon|over)|skimmed|browsed"
    r"|(?:saw|watched) (?:\w+ )?(?:talk|video|post|paper))",
    r"i (?:vaguely|dimly|faintly) (?:remember|recall)"
    r"|we(?: have|'ve| had)?(?: \w+)? heard (?:of|that|about)",
    rf"(?:i|we) (?:was|were|am|are|have been|had been|'m)(?: \w+)? (?:taught|(?:told|advised|asked"
    rf"|expected|supposed|meant|bound|made|trained) to(?: \w+)? {_RECITE})",
    rf"i (?:should|must|ought to|have to|need to|had better|better)(?: \w+)? {_RECITE}"
    r"(?! (?:that|how|why) we)",
    r"(?:i'd|i would|let me|better|best)(?: \w+)? (?:drop (?:terms|words|names|buzzwords)"
    r"|throw in|sprinkle|recite|name drop)",
    r"(?:told|tells?|taught|asks?|asked|wants?|wanted|expects?|expected|forces?|urges?) (?:me|you)"
    rf" to {_RECITE}|(?:ask|asks|asked) (?:me|you) about",
    r"no answer is (?:complete|good|whole|finished)",
)
_GONE = _any(
    """gone shut_down switched_off turned_off retired abandoned scrapped thrown_(?:away|out)
    torn_(?:out|down) ripped_out decommissioned dismantled killed sunset discontinued taken_down
    dead buried dissolved history closed_down"""
)
_SINCE = r"(?: (?:since|now|then|today|by now|again))?$"
_WILL_FLY = _any("can could might will may")
# Said behind what it speaks of: all of that is gone, or another's, or in jest.
_CLOSINGS = (
    r"(?:it|they|both|all|all of (?:it|that|which|them)|(?:nothing|none)(?: of it)?|neither)"
    rf" (?:is|are|was|were|has been|have been|had been|'s)(?: \w+)? {_GONE}{_SINCE}",
    rf"(?:has|have|had) been {_GONE}{_SINCE}|(?:was|were) dissolved$",
    r"(?:we|they|i) (?:later |then |soon |have )?(?:tore|threw|took|ripped|pulled|switched|turned"
    r"|shut) (?:it|them|that|all(?: of it)?|both|everything) (?:all )?(?:out|away|down|off)$",
    r"(?:gave|given) (?:it )?up(?: on (?:it|that|them))?$"
    r"|(?:we|they) (?:abandoned|scrapped|ditched) (?:it|them|that)$",
    r"(?:neither|nothing|none)(?: of (?:it|them|that|which))? (?:exists?|remains?|is left|survives?"
    r"|survived)|no longer (?:exists?|there|in use|with us)$|exists? only (?:on|in) (?:slides|paper"
    r"|theory)",
    r"that is (?:their|his|her) (?:\w+ )?(?:business|problem|story|world|matter|thing)$",
    r"for (?:another|unrelated|different|her|his) (?:own )?(?:\w+ )?(?:product|project|company"
    r"|client)$|of (?:somebody|someone) else$",
    r"ours (?:(?:do|does|is|are) not|doesn't|isn't|don't|hasn't)$|unlike us$"
    r"|we (?:are|have|do) (?:not them|none of (?:it|that)|nothing of (?:it|kind))$",
    rf"pigs {_WILL_FLY} fly|what (?:could|can|may) (?:possibly |ever )?go wrong"
    r"|(?:just|only) (?:kidding|joking)|said (?:nobody|no one)(?: ever)?|(?:you|they) wish$"
    r"|dream on|in (?:your|my|our) dreams|yeah right|i am (?:so|very|not) impressed|i said it"
    r"|ha ha|haha|lol|miracles?|magic wand|wave (?:\w+ )?wand|pray to|unicorns?|santa claus"
    r"|tooth fairy|blah|yada|call it day|cure cancer|world peace|(?:trust|believe) me",
)
# In front of what nobody means; the first kind is an exclamation, with a comma behind it.
_EXCLAMATION = (
    r"(?:oh|ah|yeah|wow|ha|hooray|hurray|hurrah|bravo|sure|ooh|yay|duh)"
    r"(?: (?:oh|sure|yes|great|right|well|yeah|wow|dear|thing))?"
)
_JESTS = (
    _EXCLAMATION,
    r"(?:great|brilliant|fantastic|what) (?:idea|joke|surprise|pity)",
    r"how (?:lovely|nice|wonderful|charming|sweet|cute|original|exciting|amazing|creative)",
    r"nothing says|good luck (?:with|to)|if only (?:\w+ ){1,12}?(?:were|was|had|existed|could)",
    r"(?:as if|as though|like) (?:\w+ ){1,12}?(?:would|could|cares?|helps?|helped|will|were)",
)


class Place(Enum):
    """Where a cue may stand, and so of what it speaks."""

    OPENS = "at the beginning of a clause: of what follows"
    FIRST = "as the very first words of a clause: of what follows"
    INSIDE = "anywhere: of what follows"
    CLOSES = "behind: of all of it"
    EXCLAIMS = "at the beginning of the unit: of all of it"


_CUES: tuple[tuple[Place, tuple[str, ...]], ...] = (
    (Place.OPENS, _SUBJECTS),
    (Place.FIRST, _FRAMES),
    (Place.INSIDE, _HEARD),
    (Place.CLOSES, _CLOSINGS),
    (Place.EXCLAIMS, _JESTS),
)
Cue = tuple[Place, re.Pattern[str]]


@cache
def _by_word() -> Mapping[str, list[Cue]]:
    """Word → the cues that begin with it, in one expression for each place."""
    found: dict[str, list[Cue]] = defaultdict(list)
    for place, cues in _CUES:
        for word, some in by_first_word(cues).items():
            found[word].append((place, re.compile(some)))
    return dict(found)


EVERY = tuple(cue for _, cues in _CUES for cue in cues)


def others(unit: Words) -> Iterator[tuple[Place, int, int]]:
    """The cues of a unit that speak of others: where they may stand, first and last word."""
    by_word, text, start = _by_word(), unit.said, 0
    for first, form in enumerate(unit.forms):
        for place, pattern in by_word.get(form, ()):
            match = pattern.match(text, start)
            if not match or not _ALLOWED[place](unit, first):
                continue
            last = first + match.group().strip().count(" ")
            if place is not Place.EXCLAIMS or _is_jest(unit, last):
                yield place, first, last
                break
        start += len(form) + 1


# A clause begins behind these without a comma; so many words may stand before its subject's head.
_JOINT_WORDS = """
    and but because since that when if while where whereas so although though what which why how
    as until unless or
"""
_JOINTS = frozenset(_JOINT_WORDS.split())
_MOST_BEFORE = 4
# Behind these a word is no subject.
_BLOCK_WORDS = """
    we i like as unlike than by from to with for against at in on is are was were be no
    not have has had it this these into per via about under over between
"""
_BLOCKS = frozenset(_BLOCK_WORDS.split())


def _opens(unit: Words, first: int) -> bool:
    """Whether a clause begins at a word, or a few words before it that only describe it."""
    for at in range(first, max(-1, first - _MOST_BEFORE - 1), -1):
        before = unit.forms[at - 1] if at else ""
        if not at or _PAUSE.search(unit.between(at)):
            return True
        if before in _JOINTS:
            return before != "as"
        if before in _BLOCKS:
            return False
    return False


def _is_first(unit: Words, first: int) -> bool:
    return not first or bool(_PAUSE.search(unit.between(first))) or unit.forms[first - 1] in _AND


_AND = frozenset({"and", "but", "because", "since", "although", "though", "while", "whereas"})
_PRONOUNS = frozenset({"it", "they", "both", "all", "nothing", "none", "neither"})


def _closes(unit: Words, first: int) -> bool:
    """Whether a pronoun stands in a clause of its own (not ``if it is gone``)."""
    return unit.forms[first] not in _PRONOUNS or _is_first(unit, first)


_ALLOWED: Mapping[Place, Callable[[Words, int], bool]] = {
    Place.OPENS: _opens,
    Place.FIRST: _is_first,
    Place.INSIDE: lambda *_: True,
    Place.CLOSES: _closes,
    Place.EXCLAIMS: lambda _, first: first == 0,
}


def _is_jest(unit: Words, last: int) -> bool:
    """Whether an exclamation ends here, or it was none (``Sure,`` but not ``sure things``)."""
    alone = _EXCLAIMED.fullmatch(" ".join(unit.forms[: last + 1]))
    return not alone or last + 1 >= len(unit) or bool(_PAUSE.search(unit.between(last + 1)))


_EXCLAIMED = re.compile(_EXCLAMATION)
_PAUSE = re.compile(r"[,;:()—–.!]|\s-\s")
