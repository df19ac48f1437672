"""How near models come to what people gave gold answers: asked anew each time, kept nowhere.

So that whoever runs this can choose a model, and see what it costs.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import rubrics
from interviews import gold, grading, llm, resolution
from interviews.llm import Clock
from interviews.models import GoldAnswer, GoldCopy, Purpose
from rubrics import agreement

Levels = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Measured:
    """A judge against people: of ``n`` levels that both gave, how many are the same, and kappa."""

    n: int
    same: int
    kappa: float | None

    @property
    def exact(self) -> float | None:
        """The share that is the same; None of nothing."""
        return self.same / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Judged:
    """A judge over all gold answers.

    ``not_judged``: levels that people gave and it did not, the first time. ``stable``: the share of
    levels that were the same each time, None where each answer was judged once. ``cost`` is that of
    one answer once. ``criteria`` are by (question, criterion).
    """

    judge: str
    answers: int
    whole: Measured
    criteria: Mapping[tuple[str, str], Measured]
    not_judged: int
    stable: float | None
    cost: float
    why: str


@dataclass
class _Seen:
    """What a judge gave, answer by answer, and people's levels beside it."""

    judge: str
    times: list[tuple[str, Levels, Sequence[Levels]]] = field(default_factory=list)
    cost: float = 0.0
    why: dict[str, None] = field(default_factory=dict)

    def add(self, question: str, people: Levels, cards: Iterable[rubrics.Scorecard]) -> None:
        given = list(cards)
        self.times.append((question, people, [resolution.levels_of(card) for card in given]))
        missing = (j.not_judged for card in given for j in card.judgements if j.not_judged)
        self.why.update(dict.fromkeys(missing))

    def summed(self) -> Judged:
        pairs: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        missing, same, twice, judgings = 0, 0, 0, 0
        for question, people, given in self.times:
            judgings += len(given)
            first = given[0]
            missing += len(people.keys() - first.keys())
            for criterion, level in people.items():
                if criterion in first:
                    pairs[question, criterion].append((first[criterion], level))
                each = [levels.get(criterion) for levels in given]
                if len(each) > 1 and None not in each:
                    twice += 1
                    same += len(set(each)) == 1
        return Judged(
            judge=self.judge,
            answers=len(self.times),
            whole=_measured(pair for some in pairs.values() for pair in some),
            criteria={name: _measured(some) for name, some in sorted(pairs.items())},
            not_judged=missing,
            stable=same / twice if twice else None,
            cost=self.cost / judgings if judgings else 0.0,
            why=next(iter(self.why), ""),
        )


def _measured(pairs: Iterable[tuple[int, int]]) -> Measured:
    given = list(pairs)
    kappa = agreement.weighted_kappa(given) if len(given) >= gold.LEAST else None
    return Measured(len(given), sum(own == people for own, people in given), kappa)


def answers() -> Sequence[GoldAnswer]:
    """Give the gold answers that people have scored for reference, retired ones left out."""
    scored = GoldCopy.objects.references().values("gold")
    found = GoldAnswer.objects.filter(pk__in=scored, retired_at=None)
    return list(found.with_question().order_by("created_at", "pk"))


def compare(
    models: Sequence[str], *, repeat: int, clock: Clock, told: Callable[[str], None]
) -> Iterator[Judged]:
    """Judge every gold answer by the rules and by each model, each so many times.

    ``told`` hears of each answer that is done. The rules give the same each time.
    """
    golds = answers()
    people = {each.pk: _people(each) for each in golds}
    rules = _Seen(rubrics.RulesJudge.name)
    for each in golds:
        card = grading.judge_texts(each.version, each.framework, each.texts)
        rules.add(each.version.question.slug, people[each.pk], [card])
    yield rules.summed()
    for model in models:
        seen = _Seen(model)
        for number, each in enumerate(golds, start=1):
            cards = [_card(each, model, seen, clock) for _ in range(repeat)]
            seen.add(each.version.question.slug, people[each.pk], cards)
            told(f"{model}: {number} of {len(golds)}")
        yield seen.summed()


def _people(answer: GoldAnswer) -> Levels:
    review = answer.reference()
    return resolution.levels_of(review.scorecard.value) if review else {}


def _card(answer: GoldAnswer, model: str, seen: _Seen, clock: Clock) -> rubrics.Scorecard:
    """Ask a model, without what it said before."""
    server = llm.server(model, Purpose.COMPARISON, clock=clock)
    assert server  # the command says before that there is one
    record = llm.recorder(Purpose.COMPARISON, clock=clock)

    def noted(call: rubrics.Call) -> None:
        seen.cost += call.spend.cost
        record(call)

    judge = rubrics.LlmJudge(server, budget=llm.Purse(server.settings, clock=clock), record=noted)
    with llm.letting_go(answer.version, answer.framework):
        return grading.judge_texts(answer.version, answer.framework, answer.texts, model=judge)
