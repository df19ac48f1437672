"""The words by which candidates ask for the same thing, whatever the question is about.

A fact sheet is asked in the words of its question; candidates ask in those of the trade, or in
plain ones. Each line is one thing that many fact sheets hold, with phrases as rubrics write them.
It is closed and small on purpose: what belongs to one question goes to the ``asks`` of its facts.
A phrase stands here when it names the thing in every interview; one that names it only beside
other words (``change``, ``money``) is left to the sheet.
"""

from collections.abc import Mapping

from rubrics.reading.lexicon import words

_TABLE = """
load: qps | rps | traffic | load | throughput | scale | busiest | volume | peak | concurrent
load: (per|a|each) second | (per|a|each) sec | at the same time | peak (hour|time|factor) | rush
average: average | mean | typical | normal
daily: (per|a|each|every|in a|on a) day | daily
daily users: dau | daily (active|users|visitors) | (users|visitors) .. (per|a|each|every) day
daily users: active users
monthly users: mau | monthly (active|users|actives) | active (users|members|accounts)
monthly users: (per|a|each) month
latency: latency | response time | how (fast|quickly|soon) | p99 | p95 | percentile | ms
latency: milliseconds
latency: millisecond | real time | realtime | real-time | time (budget|limit|constraint|target)
latency: deadline
latency: sla | slo | too slow | how quick | how much time | time do (we|i) have | synchronous
latency: async
latency: long (may|can|must|should|do) .. take
latency: time requirement | speed requirement
goal: goal | objective | kpi | success | successful | optimise | optimisation | purpose | aim
goal: target metric
goal: trying to (achieve|move|do|get|reach|improve) | north star
goal: (business|key|target|success|main) metric
goal: (what|which) (metric|measure) | what matters | matters most | really after | get out of
goal: good for the business | care .. most | judge whether | main problem
goal: (business|company) gain
goal: why are we (doing|building)
goal: want to (achieve|improve|get) | problem .. solve | management | leadership | stakeholders
worse: worse | worst error | false (alarm|positive|negative)s | (error|mistake) cost
worse: cost of .. (error|mistake)
worse: how bad | acceptable error | error rate .. acceptable | costs us more
today: there already | already there
today: exist | existing | baseline | at the moment | right now | at present | legacy | in place
today: current | currently | present | todays | today | now | status quo | already in production
today: already have | have already | running already | nowadays | these days | up to now | until now
accuracy: accuracy | accurate | performance | how good | how well | error | quality | perform
accuracy: right
law: gdpr | law | legal | legislation | regulation | regulatory | regulator | compliance | comply
law: (may|must|can) (we|i) not use | (must|may) not use
law: privacy | data protection | ccpa | hipaa | dsa | ai act | pci | mdr | fda | legally | residency
consent: consent | agreed | allowed to use | permission | opt out | opt in
explaining: explain | explainability | explainable | tell .. why | justify | transparency
explaining: reason for
labels: label | annotation | annotate | annotator | ground truth
labels: (training|labelled|annotated) data
labels: learn from | examples | judgement | gold standard | (training|test) set | human rating
labels: grade | draw boxes | supervised
latency: (latency|response|speed) budget
running costs: (may|can|might|should|allowed to) it cost
machine budget: budget for .. (machines|hardware)
machine budget: (machine|hardware|compute|cloud|infrastructure) budget
budget: budget | how much money | money .. (for|have) | afford | spend
hardware: hardware | gpu | cpu | tpu | compute | computing power | infrastructure | computing
hardware: graphics card | memory | onboard | on-board | cluster | ram
scope: in scope | out of scope | scope | part of (it|this|the|our) | included | our job
scope: other teams
scope: handled elsewhere | somebody else | someone else | responsible for | do (i|we) also | include
scope: do (i|we) have to (build|think|find|handle|do) | also (build|handle|worry) | worry about
scope: need to cover
reviewers: moderator | reviewer | analyst | manual review | manual | manually | by hand
reviewers: underwriter
reviewers: human (review|reviewers|moderators) | (human|humans|people|person) in the loop | rater
languages: language | multilingual | english | translate | translated | localisation | localised
places: country | region | city | countries
signed in: signed in | logged in | sign in | log in | anonymous | signed out | logged out | login
children: kid | children | child | minor | teenager | under 18 | underage | age of users | young
logging: log | logged | record | recorded | track | tracked | signal | feedback | behaviour
logging: telemetry
logging: engagement | impression | collect | interaction
history: history | how far back | historical | past | days of | retention | how many years
collection: corpus | catalogue | inventory | collection | database | pool
size: how big | how large | size | how many
freshness: fresh | freshness | up to date | breaking news | findable | searchable | how soon
change: update | updated | change | changing | turn over | come and go | refresh
new: new | newcomer | added | newly | introduced | launch | grow | cold start
rarity: imbalance | imbalanced | rare | rarity | prevalence | common | base rate | class balance
rarity: long tail | positive rate | sparse | sparsity | never seen | distribution
share: share of | percentage | percent | fraction | ratio | how many of | how common | what part of
click rate: ctr | click-through | click through rate | click rate | share .. clicked
click rate: percent .. clicked
duplicates: duplicate | copies | same (item|thing) | repeated
fakes: bot | robot | fake | spam | invalid | fraudulent account | false account
attack: abuse | attack | manipulate | manipulated | game it | gaming | adversary | adversarial
attack: cheat
moderation: moderation | harmful | offensive | forbidden | misinformation | borderline
moderation: inappropriate
moderation: nsfw | bad (content|stuff|posts) | nasty | toxic | policy | policies | integrity
actions: action | lever | what can we do | options | interventions | only (block|approve|yes)
personal: know .. (user|viewer|shopper|visitor) | know who | user profile | about a user
advertising: ad | advert | advertisement | sponsored | promoted | commercial | paid places
approval: approve | approval | sign off | sign it off | certified | certification | say yes
external: external data | third party | calendar | outside data
release: ship | deploy | rollout | over the air | get onto | release | deployment
loss: liable | liability | carries the loss | ends up paying | who pays
people: headcount | team size | who works | (many|number of) engineers | employees | skill
people: can they code | staffing
delay: delayed | delay | how late | how long until | delayed feedback
uptime: availability | uptime | outage | goes down | is down | fail | failure
use: who are .. users | used for | use it | who uses | downstream | who will use
"""


# Asked of a sheet that does not know it, it is not a question for what else costs something.
NAMED_ALWAYS = ("running costs", "machine budget", "children")

# These say how a thing is asked for rather than which one is meant.
VAGUE_THINGS = ("average", "size", "share", "daily", "new", "change", "accuracy", "places")

# By their stems: words of every question, which name nothing; and words of many questions, which
# name little.
FRAME = frozenset(
    words("""
    a about actually alright also am an and any anyway are aren't as at basically be been
    between bit but by can can't could did do does doesn't doesnt doing don't done dont each
    else er few for from had has have having he hello her here hey hi him his hmm how i i'd i'm
    i've id if im in into is isn't isnt it it's its ive just kinda let let's lets lot many may
    me might mine more most much must my of ok okay on one only or our ours ourselves out
    please really roughly shall she should so some sorry than thank thanks that that's the
    their them then there these they this those to too uh um up us very waht was way we we're
    well were what what's whats which wich will with would you your
    """).stems
)
LIGHT = frozenset(
    words("""
    able after again all already although always anybody anyone anything ask assume average
    back because before beside besides big case clarify come comes coming concern concerned
    concerning cool correct curious during even ever exactly exist expect far fine get getting
    give given go going gonna got great guess happen happens hear heard high hope hopes idea
    imagine instead keep know large like long look low make makes making maybe mean mind need
    needed needs new next nice no normal not now number often old own owns part people perhaps
    possible question quick rather regard regarding respect right rough said say saying says
    see side since single size somebody something sort sounds speak still stuff such suppose
    sure system take takes talk talking tell there's theres thing things think though thought
    through true turn typical understand understood use used user using wanna want wanted when
    where while who whom whose why wish wonder wondering yes yet
    """).stems
)


def table() -> Mapping[str, list[str]]:
    """Thing → the phrases that name it."""
    found: dict[str, list[str]] = {}
    for line in _TABLE.strip().splitlines():
        name, _, phrases = line.partition(": ")
        found.setdefault(name, []).extend(phrases.split(" | "))
    return found
