"""What was handed out, handed back: the question, its facts, the guides, the rubric."""

import re
from collections.abc import Iterator

import yaml

from benchmarks.scoring.answers import Attack, sentences, shuffled
from rubrics.schema import Framework, Question


def pasted_question(question: Question, framework: Framework) -> Iterator[Attack]:
    """The prompt, facts, probes and guides, as they are and lightly edited."""
    facts = [fact.fact for fact in question.facts]
    asks = [ask for fact in question.facts for ask in fact.asks]
    probes = [probe.ask for probe in question.probes]
    guides = {stage.id: stage.guide for stage in framework.stages}
    stages_asks = [ask for stage in framework.stages for ask in stage.asks]
    mistakes = [each for stage in framework.stages for each in stage.mistakes]
    first = framework.stages[0].id
    parts = {
        "prompt": question.prompt,
        "prompt in every stage": question.prompt,
        "facts": _bullets(facts),
        "facts in one line": " ".join(facts),
        "questions for the facts": _bullets(asks),
        "probes": _bullets(probes),
        "curveball": question.curveball.change if question.curveball else "",
        "asks of the stages": _bullets(stages_asks),
        "mistakes of the stages": _bullets(mistakes),
        "prompt and facts": f"{question.prompt}\n\n{_bullets(facts)}",
        "everything": "\n\n".join(
            (question.prompt, _bullets(facts), _bullets(probes), *guides.values())
        ),
        "prompt and facts, first words changed": _first_words(question.prompt, facts),
        "prompt and facts, small words changed": _small_words(question.prompt, facts),
        "prompt and facts, shuffled": " ".join(
            shuffled([*_said(question.prompt), *(s for f in facts for s in _said(f))], 3)
        ),
        "prompt and facts, introduced": " ".join(
            f"As we know, {fact[:1].lower()}{fact[1:]}"
            for fact in (*_said(question.prompt), *facts)
        ),
        "prompt and facts, in capitals": f"{question.prompt}\n{' '.join(facts)}".upper(),
    }
    for name, text in parts.items():
        if name == "prompt in every stage":
            yield Attack(name, dict.fromkeys(guides, text))
        elif text:
            yield Attack(name, {first: text})
    yield Attack("guides", guides)


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _said(text: str) -> list[str]:
    return sentences(" ".join(text.split()))


def _first_words(prompt: str, facts: list[str]) -> str:
    """Every sentence without its first word."""
    return " ".join(" ".join(s.split()[1:]) for text in (prompt, *facts) for s in _said(text))


_SMALL = {"the": "our", "a": "one", "and": "as well as", "is": "is about", "are": "are some"}
_SMALL_WORD = re.compile(r"\b(the|a|and|is|are)\b")


def _small_words(prompt: str, facts: list[str]) -> str:
    """Every tenth small word is another one."""
    count = 0

    def change(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return found[0] if count % 10 else _SMALL[found[0]]

    return _SMALL_WORD.sub(change, " ".join((prompt, *facts)))


def pasted_rubric(question: Question) -> Iterator[Attack]:
    """The rubric as a list, as prose, as a table and as its own YAML."""
    criteria = question.rubric.criteria
    titles = [criterion.title for criterion in criteria]
    indicators = [one.title for criterion in criteria for one in criterion.indicators]
    top = [criterion.levels[4] for criterion in criteria]
    anchors = [text for criterion in criteria for text in criterion.levels.values()]
    whole = [
        line
        for criterion in criteria
        for line in (
            criterion.title, *criterion.levels.values(), *(i.title for i in criterion.indicators)
        )
    ]  # fmt: skip
    parts = {
        "criteria": _bullets(titles),
        "indicators": _bullets(indicators),
        "indicators by commas": ", ".join(indicators),
        "indicators as sentences": " ".join(f"{title}." for title in indicators),
        "indicators said of oneself": " ".join(f"The answer {_small(t)}." for t in indicators),
        "indicators promised": "\n".join(f"- I will do this: {_small(t)}." for t in indicators),
        "top anchors": _bullets(top),
        "top anchors said of oneself": " ".join(f"My design: {_small(text)}" for text in top),
        "all anchors": _bullets(anchors),
        "everything": _bullets(whole),
        "everything, shuffled": _bullets(shuffled(whole, 5)),
        "table": "\n".join(f"| {c.title} | {c.levels[4]} |" for c in criteria),
        "anchors cut into clauses": _bullets(
            [part for text in top for part in re.split(r"[,;:]\s", text)]
        ),
    }
    for name, text in parts.items():
        yield Attack(name, {"scope": text})
    document = yaml.safe_dump(
        {"rubric": question.rubric.model_dump(mode="json", exclude_defaults=True)},
        sort_keys=False,
        allow_unicode=True,
    )
    yield Attack("YAML", {"scope": document})
    yield Attack("YAML in a fence", {"scope": f"```yaml\n{document}```"})


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
