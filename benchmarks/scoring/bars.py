"""Every bar of the table, measured: attacks on each question, and answers that people wrote."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from benchmarks.scoring import attacks
from benchmarks.scoring.answers import Answer, Attack
from benchmarks.scoring.bench import Bench, Case, Result, gained, levels
from rubrics.schema import Competency, Question
from rubrics.scoring import Scorecard

# So many worst cases are kept; the table shows fewer.
KEPT = 20


def at_most(bar: str, cases: Iterable[Case], limit: float, unit: str = "") -> Result:
    """A bar whose worst case decides: the highest value must not pass the limit."""
    found = sorted(cases, key=lambda case: -case.value)
    target = f"<= {limit:g}{unit}"
    if not found:
        return Result(bar, None, target, None, note="no text to measure")
    over = sum(case.value > limit for case in found)
    note = f"{over} of {len(found)} over" if over else f"{len(found)} texts"
    worst = round(found[0].value, 2)
    return Result(bar, worst, target, worst <= limit, _distinct(found), note)


def _distinct(cases: Iterable[Case]) -> tuple[Case, ...]:
    """The first case of each voice, so that a list of the worst shows different ones."""
    by_voice: dict[str, Case] = {}
    for case in (case for case in cases if case.value > 0):
        by_voice.setdefault(case.attack.partition(": ")[2] or case.attack, case)
    return tuple(by_voice.values())[:KEPT]


def at_least(bar: str, cases: Iterable[Case], limit: float, unit: str = "") -> Result:
    """A bar whose lowest case decides."""
    found = sorted(cases, key=lambda case: case.value)
    target = f">= {limit:g}{unit}"
    if not found:
        return Result(bar, None, target, None, note="no text to measure")
    lowest = round(found[0].value, 2)
    return Result(bar, lowest, target, lowest >= limit, tuple(found[:KEPT]), f"{len(found)} texts")


def share(bar: str, cases: Iterable[Case], wanted: float) -> Result:
    """A bar on the share of cases that hold (value 1) among all (value 0: does not hold)."""
    found = sorted(cases, key=lambda case: case.value)
    target = f">= {wanted:.0%}"
    if not found:
        return Result(bar, None, target, None, note="no text to measure")
    value = round(sum(case.value for case in found) / len(found), 4)
    wrong = tuple(case for case in found if not case.value)
    note = f"{len(found) - len(wrong)} of {len(found)}"
    return Result(bar, value, target, value >= wanted, wrong[:KEPT], note)


# The bag


def bag(bench: Bench) -> Iterator[Result]:
    """A bag of the rubric's own terms, from a mere list to one sentence for each indicator."""
    cards = [
        (question, attack.name, bench.card(question, attack.stages))
        for question, attack in bench.some((q, list(attacks.bags(q))) for q in bench.questions)
    ]
    yield at_most("bag of terms: score", _scores(cards), 15)
    yield at_most(
        "bag of terms: highest level",
        (
            Case(q.id, name, max(levels(card).values(), default=1), _raised(levels(card)))
            for q, name, card in cards
        ),
        1,
    )
    templates = _each(bench, attacks.template_sentences)
    yield at_most("bag in one template sentence per indicator: score", _scores(templates), 15)
    tailed = _each(bench, attacks.tailed)
    yield at_most("the same, with a reason of its own in each: score", _scores(tailed), 15)
    others = _each(bench, attacks.elsewhere)
    yield at_most("as what others have, say or once had: score", _scores(others), 15)


def _each(
    bench: Bench, made: Callable[[Question], Iterable[Attack]]
) -> Iterator[tuple[Question, str, Scorecard]]:
    for question in bench.questions:
        for attack in made(question):
            yield question, attack.name, bench.card(question, attack.stages)


def _scores(cards: Iterable[tuple[Question, str, Scorecard]]) -> Iterator[Case]:
    for question, name, card in cards:
        yield Case(question.id, name, card.score or 0.0, _raised(levels(card)))


def _raised(found: Mapping[str, int]) -> str:
    return " ".join(f"{name}={level}" for name, level in found.items() if level > 1)


NOTHING = Answer("nothing", "four-stage", {})
Pair = tuple[Question, Answer]
Made = tuple[Pair, Attack]


def _on(
    bench: Bench, pairs: Iterable[Pair], made: Callable[[Pair], Iterable[Attack]]
) -> Iterator[Made]:
    yield from bench.some((pair, list(made(pair))) for pair in pairs)


def _strong(bench: Bench, most: int | None = None) -> list[Pair]:
    return [(q, answer) for q in bench.questions for answer in bench.strong(q)[:most]]


def _weak(bench: Bench, most: int | None = None) -> list[Pair]:
    return [(q, answer) for q in bench.questions for answer in bench.weak(q)[:most]]


def appended(bench: Bench) -> Iterator[Result]:
    """The bag put to weak answers."""
    cases = []
    for (question, weak), attack in _on(
        bench, _weak(bench), lambda pair: attacks.appended(pair[0], pair[1].stages)
    ):
        before = bench.of_answer(question, weak)
        after = bench.points(question, attack.stages, weak.framework)
        name = f"{weak.name}: {attack.name}"
        cases.append(Case(question.id, name, after - before, f"{before:g} to {after:g}"))
    yield at_most("bag put to a weak answer: rise", cases, 5)


# Stances


def _turned(bench: Bench, turn: attacks.Turn) -> Iterator[Case]:
    """Percent of the original's score that is left."""
    for (question, strong), attack in _on(bench, _strong(bench), lambda p: turn(p[1].stages)):
        own = bench.of_answer(question, strong)
        left = bench.points(question, attack.stages, strong.framework)
        if own:
            name = f"{strong.name}: {attack.name}"
            yield Case(question.id, name, 100 * left / own, f"{left:g} of {own:g}")


def negation(bench: Bench) -> Iterator[Result]:
    """Every claim denied."""
    yield at_most("every claim negated", _turned(bench, attacks.negated), 10, "%")


def questions(bench: Bench) -> Iterator[Result]:
    """Every claim asked."""
    yield at_most("every claim a question", _turned(bench, attacks.asked), 10, "%")


def deferral(bench: Bench) -> Iterator[Result]:
    """Every claim out of scope or for later."""
    yield at_most(
        "every claim out of scope or for later", _turned(bench, attacks.deferred), 10, "%"
    )


# What earns nothing


def paste(bench: Bench) -> Iterator[Result]:
    """The question and the rubric, copied."""
    frameworks = bench.library.frameworks.values()
    questions = bench.some(
        ((question, framework.id), list(attacks.pasted_question(question, framework)))
        for question in bench.questions
        for framework in frameworks
    )
    rubrics = bench.some(
        ((question, "four-stage"), list(attacks.pasted_rubric(question)))
        for question in bench.questions
    )
    for bar, made in (("question", questions), ("rubric", rubrics)):
        yield at_most(f"{bar} copied: levels gained", _earned(bench, made), 0)


def _earned(bench: Bench, made: Iterable[tuple[tuple[Question, str], Attack]]) -> Iterator[Case]:
    """Levels over those of an empty answer."""
    for (question, framework), attack in made:
        card = bench.card(question, attack.stages, framework)
        more = gained(card, bench.card_of(question, NOTHING))
        yield Case(question.id, attack.name, more, _raised(levels(card)))


def injection(bench: Bench) -> Iterator[Result]:
    """Words to the grader and answers that nobody sees, alone and put to a weak answer."""
    for name, family in (
        ("instructions", attacks.instructions),
        ("fake verdicts", attacks.fake_verdicts),
    ):
        yield at_most(f"{name}: levels gained", _gains(bench, _said(bench, family)), 0)
    for name, unseen in (
        ("hidden comment", attacks.hidden),
        ("invisible characters", attacks.invisible),
    ):
        yield at_most(f"{name}: levels gained", _gains(bench, _buried(bench, unseen)), 0)


def _said(bench: Bench, family: attacks.ToTheGrader) -> Iterator[Made]:
    yield from _on(bench, _weak(bench, 2), lambda pair: family(pair[0], pair[1].stages))


def _buried(bench: Bench, unseen: attacks.Unseen) -> Iterator[Made]:
    yield from _on(bench, _weak(bench, 1), lambda pair: _unseen(bench, pair, unseen))


def _unseen(bench: Bench, pair: Pair, unseen: attacks.Unseen) -> Iterator[Attack]:
    question, weak = pair
    for strong in bench.strong(question)[:1]:
        yield from unseen(strong.stages, weak.stages)


def _gains(bench: Bench, made: Iterable[Made]) -> Iterator[Case]:
    """Levels over the weak answer's own, or over none where the attack stands alone."""
    for (question, weak), attack in made:
        card = bench.card(question, attack.stages, weak.framework)
        is_alone = len(attack.stages) == 1 and len(weak.stages) > 1
        base = NOTHING if is_alone else weak
        under = bench.card_of(question, base)
        rose = {n: v for n, v in levels(card).items() if v > levels(under).get(n, 1)}
        yield Case(question.id, f"{weak.name}: {attack.name}", gained(card, under), _raised(rose))


def confident(bench: Bench) -> Iterator[Result]:
    """Confident prose that decides nothing, made by code; the written ones are with the samples."""
    yield at_most(
        "confident prose without decisions",
        (
            Case(question.id, attack.name, bench.points(question, attack.stages))
            for question in bench.questions
            for attack in attacks.confident(question)
        ),
        35,
    )


# What must not change, and what must


def edits(bench: Bench) -> Iterator[Result]:
    """Unrelated text, lines twice, another order, other characters that look the same."""
    families = {
        "unrelated text inserted: change": attacks.inserted,
        "lines repeated: change": attacks.repeated,
        "paragraphs shuffled: change": attacks.shuffles,
        "same look, other characters: change": attacks.same_looks,
    }
    for bar, family in families.items():
        yield at_most(bar, _moved(bench, family), 3)


def _moved(bench: Bench, family: attacks.Edit) -> Iterator[Case]:
    pairs = [(q, answer) for q in bench.questions for answer in _of_all_grades(bench, q)]
    for (question, answer), attack in _on(bench, pairs, lambda pair: family(pair[1])):
        own = bench.of_answer(question, answer)
        moved = bench.points(question, attack.stages, answer.framework) - own
        name = f"{answer.name}: {attack.name}"
        yield Case(question.id, name, abs(moved), f"{moved:+.1f} from {own:g}")


def _of_all_grades(bench: Bench, question: Question) -> list[Answer]:
    return [
        *bench.strong(question)[:2], *bench.mid(question)[:1], *bench.weak(question)[:1]
    ]  # fmt: skip


# A competency falls when its mean level does so by more than this.
_FALL = 0.01
_MOVE = 0.25


def cut(bench: Bench) -> Iterator[Result]:
    """One section cut from a strong answer."""
    falls: list[Case] = []
    others: list[Case] = []
    for question, answer in _strong(bench):
        card = bench.card_of(question, answer)
        for one in attacks.cuts(question, answer, card):
            after = bench.card(question, one.stages, answer.framework)
            moves = _moves(card, after)
            name = f"{answer.name}: {one.competency} {one.name}"
            fell = moves.pop(one.competency)
            falls.append(Case(question.id, name, float(fell < -_FALL), f"{fell:+.2f}"))
            said = " ".join(f"{who}{far:+.2f}" for who, far in moves.items() if abs(far) > _MOVE)
            mean = sum(map(abs, moves.values())) / max(1, len(moves))
            others.append(Case(question.id, name, mean, said))
    yield share("one section cut: that competency falls", falls, 0.8)
    strict = sum(not case.detail for case in others)
    worst = max((case.value for case in others), default=0)
    note = f"worst cut {worst:.2f}; no other beyond {_MOVE} in {strict} of {len(others)}"
    mean = sum(case.value for case in others) / max(1, len(others))
    result = at_most("one section cut: mean move of the others", others, _MOVE)
    if others:
        yield replace(result, value=round(mean, 3), ok=mean <= _MOVE, note=note)
    else:
        yield result


def _moves(before: Scorecard, after: Scorecard) -> dict[Competency, float]:
    return {
        name: (after.competencies[name] or 1) - level
        for name, level in before.competencies.items()
        if level is not None
    }


def wrong_question(bench: Bench) -> Iterator[Result]:
    """Strong answers to other questions."""
    shares: list[Case] = []
    ranks: list[Case] = []
    for question, answer in _strong(bench):
        own = bench.of_answer(question, answer)
        elsewhere = {
            other.id: bench.of_answer(other, answer)
            for other in bench.library.questions.values()
            if other.id != question.id
        }
        for other, points in elsewhere.items():
            name = f"{answer.name}, scored as {other}"
            value = 100 * points / own if own else 0.0
            shares.append(Case(question.id, name, value, f"{points:g} of {own:g}"))
        if elsewhere:
            best = max(elsewhere, key=lambda other: elsewhere[other])
            said = f"own {own:g}, {best} {elsewhere[best]:g}"
            ranks.append(Case(question.id, answer.name, float(own > elsewhere[best]), said))
    yield at_most("a strong answer to another question", shares, 50, "%")
    yield share("own question ranks first", ranks, 0.9)


def quotes(bench: Bench) -> Iterator[Result]:
    """Every quote of everything that was scored in this run."""
    total = sum(bench.quotes.values())
    if not total:
        yield Result("quotes exact at their offsets", None, "100%", None, note="nothing quoted")
        return
    value = bench.quotes[True] / total
    worst = tuple(bench.inexact[:KEPT])
    note = f"{total} quotes in {bench.scored} texts"
    yield Result("quotes exact at their offsets", value, "100%", value == 1, worst, note)
