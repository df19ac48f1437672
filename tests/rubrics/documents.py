"""Documents for the tests of the scoring core: small ones, and a whole question without fault."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from rubrics.loading import Library, load_library
from rubrics.schema import Competency, Criterion, Indicator, Question, Rubric, Target

LEVELS = {
    1: "says nothing about it",
    2: "names an experiment",
    3: "explains who is compared with whom",
    4: "weighs duration against power in numbers",
}

# The least that is a question, with a concept: ab.
TINY = """\
id: tiny
title: Tiny
prompt: |
  Design it.
rubric:
  criteria:
    - id: evaluates
      competency: evaluation
      title: Evaluates
      levels: {1: none, 2: some, 3: more, 4: most}
      indicators:
        - id: ab-test
          title: Plans an experiment
          concepts: [ab]
          wordings: [online experiment]
"""


@cache
def library() -> Library:
    """The library that comes with the project, read once for all tests."""
    return load_library()


def indicator(*, name: str = "ab-test", **fields: Any) -> Indicator:
    """An indicator about A/B tests unless told otherwise."""
    about = {
        "title": "Plans an experiment on live traffic",
        "wordings": ["a/b test", "online experiment", "randomised trial"],
        "plain": ["compare two groups of users"],
        "details": ["guardrail (metric|)", "two weeks", "per user"],
        "reasons": ["offline gains do not carry over"],
    }
    return Indicator.model_validate({"id": name, **about, **fields})


def criterion(*indicators: Indicator, name: str = "evaluates", **fields: Any) -> Criterion:
    """A criterion of these indicators."""
    about = {"competency": "evaluation", "title": "Evaluates online", "levels": LEVELS}
    found = list(indicators or [indicator()])
    return Criterion.model_validate({"id": name, **about, "indicators": found, **fields})


def question(*criteria: Criterion, **fields: Any) -> Question:
    """A question of these criteria."""
    about: Mapping[str, Any] = {
        "id": "tiny",
        "title": "Tiny",
        "prompt": "Design the ranking of a small shop with nine thousand visitors on a busy day.",
    }
    rubric = Rubric(criteria=criteria or (criterion(),))
    return Question.model_validate({**about, "rubric": rubric, **fields})


# One line per indicator of the whole question, four for each competency in its order:
# id | wordings | plain | details | reason
_INDICATORS = """
goal | weekly returns; habit rate; retention target | people come back every week |
    thirty days; per household | single visits fade
load | requests per second; qps; rush hour load | how many ask at supper time |
    divided by 86,400; evening peak | it sizes the fleet
limits | latency budget; response deadline; tail latency | page must feel instant |
    at the edge; 120 milliseconds | slow pages lose people
leave-out | grocery delivery excluded; shopping at partners; meal kits left out | others do that |
    agreed with partners; until spring | teams stay small

task | ranking task; learning to rank; ordering problem | put the likeliest first |
    ten places; per visit | order is what people see
label | saved and finished; finish event; completion label | whether they really made it |
    within two days; marked done | opening is cheap
proxy | proxy objective; surrogate target; stand in metric | what we count instead |
    weekly audit; survey of hundred | true joy is invisible
baseline | popularity baseline; seasonal heuristic; most loved list | what everybody likes |
    last fortnight; by region | gains need a yardstick

funnel | retrieval stage; shortlist builder; recall layer | first thin out |
    four hundred left; inverted lists | scoring all is dear
ranker | scoring service; ranking service; second stage | then order what is left |
    gradient boosted; twelve replicas | precision matters at last
log-stream | event stream; activity log; message broker | write down what happened |
    impression identifier; seven partitions | learning needs history
blend | page composer; diversity rerank; slate builder | mix the page |
    one cuisine at most; three rows | sameness bores people

sources | interaction table; clickstream archive; pantry scans | what they did before |
    ninety days kept; one row per tap | taste shows in deeds
negatives | skipped impressions; sampled negatives; unopened cards | shown but passed over |
    four to one; same page | contrast teaches order
leak | point in time join; feature snapshot; as of join | only what was known then |
    hourly snapshots; timestamp key | hindsight flatters
missing | missing ingredient handling; imputation; unknown bucket | gaps in what we know |
    indicator column; median fill | gaps are not random

trees | boosted trees; gradient boosting; lambdamart | many small decisions added up |
    six hundred trees; depth eight | tables suit them
embedding | dish embedding; two tower encoder; vector representation | things alike lie close |
    sixty four dimensions; trained jointly | sparse names say little
loss-choice | pairwise loss; listwise loss; softmax objective | punish the wrong order |
    margin of one; sampled pairs | pointwise ignores rank
newcomers | new arrival boost; newcomer prior; content fallback | dishes nobody tried |
    cuisine average; first fifty views | unseen dishes starve

offline-rank | ndcg; mean reciprocal rank; hit rate | is the best near the top |
    at ten; averaged by visitor | top places earn most
split | temporal split; rolling backtest; forward validation | learn from before, check on after |
    last week held out; five folds | seasons shift
trial | randomised trial; switchback trial; live experiment | compare two groups of people |
    by household; three weeks | offline gains mislead
slices | slice report; subgroup breakdown; cohort table | look at each kind of visitor |
    vegans apart; by country | averages hide losers

budget | latency breakdown; millisecond plan; time budget | where the time goes |
    eight for lookup; thirty in total | waiting costs visits
caching | response cache; precomputed slates; warm cache | keep answers ready |
    five minute expiry; keyed by household | supper repeats itself
degrade | graceful fallback; static slate; circuit breaker | something plain when it breaks |
    after forty milliseconds; nightly list | blank pages scare
scaling | horizontal scaling; autoscaling group; replica count | more machines at rush |
    nine nodes; half load reserve | peaks are sharp

drift-watch | drift alarm; population stability; distribution monitor | inputs look different now |
    twenty columns; threshold of a fifth | labels come late
retrain-plan | retraining schedule; nightly refresh; scheduled refit | learn again now and then |
    every night; warm start | menus change
rollout | canary release; staged rollout; shadow launch | try on few people first |
    one percent; automatic revert | mistakes stay small
alerts | pager rota; alert routing; on call duty | somebody gets woken |
    within ten minutes; named owner | silence costs trust

consent | consent switch; opt out control; privacy settings | people may say no |
    masked inputs; kept thirty days | trust is slow to win
allergy | allergy filter; allergen exclusion; safety block | nobody gets sick |
    hard rule; checked twice | harm outweighs clicks
fairness | creator exposure; cuisine parity; exposure audit | small kitchens get seen |
    monthly audit; ratio of two | rich get richer
explain | reason label; why shown note; explanation card | tell them why |
    under each card; two words | surprise feels creepy

assumptions | stated assumptions; working assumption; guess made plain | what is taken for granted |
    three of them; marked open | guesses steer design
trade | trade off table; decision record; option comparison | weigh one against another |
    two columns; cost beside gain | choices need defence
steps | delivery plan; milestone list; phased build | small things first |
    six weeks; thin slice | feedback comes early
wrap | closing summary; recap of risks; open questions list | say it once more in short |
    two sentences; biggest risk named | listeners forget
"""
_SUBJECT = ("recipe", "dinner", "cook", "ingredient", "kitchen", "meal")
_STAGES = ("scope", "architecture", "deep-dive", "evaluation")
# For each indicator: how a sentence on it begins | a remark that says nothing of any.
_PROSE = """
Success for a family that eats dinner at home shows in |
    Whoever plans supper on Sunday has carrots and rice in the bag before church bells ring for
    dinner
Hardware for everybody who stirs a meal at once is bought by the |
    Telephones light up around six, when buses are crowded and a tired father in the back row
    wonders about pasta
Standing before the fridge with an ingredient in hand sets the |
    A cook who waits longer than one song on the radio gives up, fills the big pot and boils
    noodles
Around this kitchen runs a fence, |
    Couriers, scooters and cold boxes belong to a partner downtown, who has asked our chef for
    nothing but a list
Underneath the menu of each recipe lies a |
    Lasagne above lentils, lentils above leftovers: every recipe finds its rung on a wooden
    ladder by the stove
Truth comes from what cooks |
    Grandmothers scribble a star beside a recipe only after everybody has wiped their plate with
    bread
Between a good meal and numbers stands a |
    Happiness at a table is hard to weigh, while spoons, napkins and second helpings lie about
    in plain sight
Any clever thing has to beat the |
    My uncle proposes the same stew each Friday, and his meal is eaten up more reliably than
    most inventions
The drawer of each recipe ever typed shrinks in the |
    A librarian who knows her shelves walks straight past history and law to the narrow aisle
    where pickles live
Survivors are put in line by the |
    Judges at a village fair taste slowly, argue about crust, and pin a ribbon on the finest
    dinner
Taps and scrolls of a busy cook flow through the |
    Rain falls into gutters, gutters into barrels, and out of barrels the kitchen garden drinks
    all of August
Neighbours on the screen are chosen by the |
    A tray of seven beige dishes makes guests yawn, although each meal alone would have earned
    applause
Yesterday is remembered in an |
    Drawers in an old pharmacy carry labels in ink, so whoever opens one finds the ingredient
    that it promises
Lessons about dinner also hide in |
    A plate that travels back untouched from the dining room teaches a young cook more than
    polite compliments
Honest rows are made by a |
    A detective who has read the final chapter solves every crime, and learns little about
    footprints and mud
Holes where an ingredient should stand call for |
    Flour sits there although nobody typed it in, and saffron was typed in although the tin is
    empty
Our first learner of what a cook likes is made of |
    Oak, ash and beech grow side by side behind the barn, and their wood smokes any ingredient
    well
Kinship between plates is held by a |
    Ratatouille and caponata share a grandmother, though one speaks French and her sister sings
    in Sicilian at every meal
Its teacher scolds by a |
    Two wrestlers on a mat settle quickly who is stronger, which a column of weights written on
    paper seldom does
A recipe on its first evening is carried by a |
    A fresh recipe is a shy guest who stands beside the coats until the host takes her arm
Homework on last month's dinner lists is marked by |
    Cherries belong on top of the cake; hidden below the sponge they please only the dentist of
    some dinner guest
Exams are set by a |
    Farmers judge this spring's seed by the harvest that follows, whatever the almanac of their
    fathers claimed
Daylight is let into the kitchen by a |
    Half of a street got blue lanterns, its other half kept yellow, and a clerk counted evening
    walkers
Behind a proud mean we put a |
    Soup that is warm as a whole may still scald one cook and leave ice for the next
Each slice of waiting is written into a |
    Trains keep time since every platform knows its seconds, from whistle to wheel, along all
    that valley
A popular meal is served from a |
    Bakers knead before dawn, whereupon the queue at eight gets rolls within a breath and smiles
    over its meal
Bad weather at dinner is met by |
    When the power fails at a wedding, candles, bread and cheese still make a dinner that
    couples recount for years
Christmas is survived by |
    A restaurant hires waiters for December, seats them at folding tables, and thanks them with
    a recipe in January
Rot in the inputs rings a |
    Milk that has turned announces itself to noses well before the calendar on the kitchen wall
    agrees
Memory of each ingredient is kept young by a |
    Gardeners sow radishes again and again, a short row each fortnight, and every meal has
    something crisp
Novelties enter the kitchen by a |
    Kings employed a taster, who chewed one mouthful of every ingredient while the banquet held
    its breath
At midnight the phone belongs to a |
    Lighthouse keepers took turns with the lamp, slept in wool, and wrote gales into a leather
    book
Whoever owns the kitchen holds a |
    Curtains on a cook's window are drawn by whoever lives behind them, at an hour of their
    choosing
Before any meal comes the |
    Peanuts travel under strange names on packets, from groundnut to arachis, and doctors learn
    all of them by heart
Little bakeries get their share by |
    A market square gives stalls near the fountain to a different village each Saturday, drawn
    by straws before breakfast
Below every proposal stands a |
    Waiters who mention the fisherman's boat sell more mackerel, and guests retell his story
    over dinner
Ground under this kitchen is |
    Maps of the old sailors show sea monsters exactly where nobody had sounded the water below a
    keel
Quarrels over a recipe end in a |
    Butter or oil, gas or coal, copper or iron: a kitchen argues for generations and pans stay
    on both walls
Work is cut by a |
    Masons lay one course, let the mortar dry, check it with string and start upon another
    before their meal
Listeners go home with a |
    Good hosts walk each guest down the path, say one warm sentence at the gate and wave
"""
# Words for facts and probes that nobody's answer needs.
_PLAIN = ("river", "stone", "window", "garden", "letter", "train", "winter", "shadow")


def _table(text: str) -> list[list[str]]:
    """Lines, each going on where the next is indented, as the parts between their bars."""
    return [line.split(" | ") for line in text.replace("\n    ", " ").split("\n") if line]


def _rows() -> list[list[str]]:
    return _table(_INDICATORS)


def _sentence(beginning: str, row: list[str], depth: int) -> str:
    """A sentence that mentions (0), specifies (1) or justifies (2) an indicator."""
    _, wordings, _, details, reason = row
    said = f"{beginning} {wordings.split('; ')[0]}"
    if depth:
        said += f" ({details.split('; ')[0]})"
    if depth == 2:
        said += f", because {reason}"
    return f"{said}."


def answered(depths: tuple[int | None, ...], *, remarks: bool = False) -> dict[str, Any]:
    """An answer that goes into the four indicators of each criterion as deep as told.

    ``remarks``: with a sentence beside each indicator that shows none of them.
    """
    texts: dict[str, list[str]] = {stage: [] for stage in _STAGES}
    for number, (row, (beginning, remark)) in enumerate(zip(_rows(), _table(_PROSE), strict=True)):
        depth = depths[number % 4]
        text = texts[_STAGES[number // 4 % 4]]
        text += [] if depth is None else [_sentence(beginning, row, depth)]
        text += [f"{remark}."] if remarks or (depth is None and number % 4 == 3) else []
    return {
        "framework": "four-stage",
        "stages": {stage: "\n\n".join(text) for stage, text in texts.items() if text},
    }


def _criteria() -> Iterator[dict[str, Any]]:
    rows = _rows()
    for number, competency in enumerate(Competency):
        mine = rows[4 * number : 4 * number + 4]
        firsts = [row[1].split("; ")[0] for row in mine]
        yield {
            "id": f"on-{competency}",
            "competency": competency,
            "title": f"Deals with {firsts[0]}",
            "levels": {
                "1": f"Nothing on {firsts[0]} or {firsts[1]}.",
                "2": f"Has {firsts[0]} or {firsts[1]} but neither {firsts[2]} nor its mechanism.",
                "3": f"Works out {firsts[0]}, {firsts[1]} and {mine[2][3].split('; ')[0]}.",
                "4": f"Ties {firsts[3]} to what it costs: {mine[3][4]}.",
            },
            "indicators": [
                {
                    "id": row[0],
                    "title": f"Uses {row[1].split('; ')[-1]} here",
                    "wordings": row[1].split("; "),
                    "plain": [row[2]],
                    "details": row[3].split("; "),
                    "reasons": [row[4]],
                }
                for row in mine
            ],
            "red_flags": [
                {"id": "shrug", "title": f"Shrugs at {firsts[0]}", "wordings": [f"who needs {row}"]}
                for row in firsts[:1]
            ],
        }


def _whole() -> dict[str, Any]:
    bound = [f"on-{competency}" for competency in Competency]
    first = [row[0] for row in _rows()[::4]]
    levels = {"weak": 1, "mid": 2, "strong": 3}
    depths: dict[str, tuple[int | None, ...]] = {
        "weak": (None,) * 4,
        "mid": (1, 1, None, None),
        "strong": (2, 2, 0, 0),
    }
    return {
        "id": "dinner-ideas",
        "title": "Propose a dinner",
        "summary": "Choose recipes for the first page of an app.",
        "topic": "recommendation",
        "difficulty": "medium",
        "targets": ["mid", "senior", "staff"],
        "companies": ["Recipe app"],
        "prompt": "An app holds half a million recipes for nine million cooks. Design what proposes"
        " a dinner from the ingredients of somebody's kitchen.",
        "subject": list(_SUBJECT),
        "facts": [
            {
                "id": f"fact-{word}",
                "fact": f"The {word} was counted once.",
                "asks": [f"How many {word}s?", f"Which {word} is it?", f"Is there a {word}?"],
            }
            for word in _PLAIN[:8]
        ],
        "probes": [
            {"id": f"probe-{of}", "ask": f"What about the {word}?", "indicators": [f"{of}.{name}"]}
            for of, name, word in zip(bound[:6], first, _PLAIN, strict=False)
        ],
        "curveball": {
            "change": "Half of the cooks go away.",
            "indicators": [f"{bound[7]}.rollout"],
        },
        "rubric": {
            "targets": {
                target: dict.fromkeys(Competency, level)
                for target, level in zip(Target, (2, 2.5, 3), strict=True)
            },
            "criteria": list(_criteria()),
        },
        "model_answer": answered((2, 2, 2, 2), remarks=True),
        "samples": [
            {**answered(depths[grade]), "grade": grade, "levels": dict.fromkeys(bound, level)}
            for grade, level in levels.items()
        ],
        "concepts": ["drift"],
        "reading": [
            {"title": "Cooking by Numbers", "authors": "A. Cook", "year": 2019},
            {"title": "Kitchens", "authors": "B. Cook", "where": "Journal of Kitchens"},
        ],
    }


WHOLE: Mapping[str, Any] = _whole()


def whole(changes: Mapping[str, Any] | None = None) -> Question:
    """A whole question that lint finds nothing wrong with, after some changes.

    ``changes``: dotted path (``rubric.criteria.0.title``) → new value; the index after the last
    one of a list adds to it.
    """
    document: Any = deepcopy(dict(WHOLE))
    for path, value in (changes or {}).items():
        *way, last = path.split(".")
        place = document
        for part in way:
            place = place[int(part)] if isinstance(place, list) else place[part]
        if isinstance(place, list):
            place[int(last) : int(last) + 1] = [value]
        else:
            place[last] = value
    return Question.model_validate(document)
