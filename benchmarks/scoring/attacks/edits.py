"""Changes that leave what an answer says as it is: other matters put in, lines twice, new order."""

from collections.abc import Iterator, Mapping

from benchmarks.scoring.answers import Answer, Attack, Rewrite, Stages, blocks, each_stage, shuffled

# Of other fields of life, so that no rubric about machine learning may care.
UNRELATED: Mapping[str, str] = {
    "bread": (
        "Stir the starter into lukewarm water, add the flour and leave the dough alone for half"
        " an hour before the salt goes in. Fold it four times in the course of the afternoon. "
        "It is ready when it trembles like jelly and a poked finger leaves a slow dent. Bake it"
        " hot in a closed pot, then take the lid off so that the crust turns dark."
    ),
    "soup": (
        "My grandmother put a parsnip in her soup. She would never tell how long it simmered, "
        "only that you smell it from the stairs. Lentils first, then leeks, and vinegar at the "
        "very end, because sour things go dull in the heat."
    ),
    "football": (
        "The visitors sat deep and waited. After the break the left winger came inside, drew "
        "two defenders and played the ball into the space behind them; the goal was only a "
        "question of time. In the last ten minutes both coaches brought on tall men and hoped "
        "for corners."
    ),
    "mountains": (
        "From the hut the path climbs through larches to a saddle with a wooden cross. Snow "
        "lies in the gully until July, so carry an axe early in the year. The descent on the "
        "far side is steep grass; in rain go back the way you came. The bus leaves the village "
        "at four."
    ),
    "tenancy": (
        "The tenant returns the flat swept clean and with all its keys. Wear from ordinary use "
        "is the landlord's affair, a burn in the parquet is not. Either party may give three "
        "months' notice in writing; a letter in the box on the third working day still counts "
        "for that month."
    ),
    "latin": (
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor "
        "incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud "
        "exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat."
    ),
    "garden": (
        "Tomatoes want sun, potatoes want to be left in peace. Water in the morning and at the "
        "root. If the beans turn yellow from below, the ground is too wet; if they turn yellow "
        "from above, somebody has been generous with the manure."
    ),
    "violin": (
        "Practise the passage without the bow first. The fourth finger is short, so bring the "
        "elbow round under the instrument. Slow scales in front of a mirror are dull and they "
        "work."
    ),
}


def inserted(answer: Answer) -> Iterator[Attack]:
    """Paragraphs about other things: before, behind, between, and in the middle of lists."""
    stages = answer.stages
    texts = list(UNRELATED.values())
    first, last = next(iter(stages)), list(stages)[-1]
    many = "\n\n".join(texts)
    yield Attack("before everything", {**stages, first: f"{many}\n\n{stages[first]}"})
    yield Attack("behind everything", {**stages, last: f"{stages[last]}\n\n{many}"})
    yield Attack("one paragraph a stage", each_stage(stages, lambda t: f"{texts[0]}\n\n{t}"))
    yield Attack("latin behind each stage", each_stage(stages, lambda t: f"{t}\n\n{texts[5]}"))
    for seed in (1, 2):
        yield Attack(f"between paragraphs, {seed}", each_stage(stages, _between(texts, seed)))
    yield Attack("a sentence behind each paragraph", each_stage(stages, _behind_each(texts)))


def _between(texts: list[str], seed: int) -> Rewrite:
    order = shuffled(texts, seed)

    def put(text: str) -> str:
        mixed = []
        for at, block in enumerate(blocks(text)):
            mixed.append(block)
            if (at + seed) % 2:
                mixed.append(order[at % len(order)])
        return "\n\n".join(mixed)

    return put


def _behind_each(texts: list[str]) -> Rewrite:
    """As a paragraph of its own: the same line would be another sentence of the same thought."""
    said = [text.split(". ")[0] + "." for text in texts]

    def put(text: str) -> str:
        return "\n\n".join(
            f"{block}\n\n{said[at % len(said)]}" for at, block in enumerate(blocks(text))
        )

    return put


def repeated(answer: Answer) -> Iterator[Attack]:
    """The same words again: each line, each paragraph, all of it, one paragraph ten times."""
    stages = answer.stages
    last = list(stages)[-1]
    yield Attack("every line twice", each_stage(stages, _twice))
    yield Attack("every paragraph twice", each_stage(stages, _blocks_twice))
    yield Attack("every stage twice", each_stage(stages, lambda t: f"{t}\n\n{t}"))
    yield Attack(
        "everything again at the end", {**stages, last: f"{stages[last]}\n\n{answer.text()}"}
    )
    yield Attack("everything in every stage", dict.fromkeys(stages, answer.text()))
    longest = max(blocks(stages[last]), key=len, default="")
    yield Attack(
        "a paragraph ten times", {**stages, last: "\n\n".join([stages[last], *[longest] * 10])}
    )


def _twice(text: str) -> str:
    """Each line twice; fences and empty lines stay single."""
    return "\n".join(
        f"{line}\n{line}" if line.strip() and not line.lstrip().startswith("```") else line
        for line in text.split("\n")
    )


def _blocks_twice(text: str) -> str:
    return "\n\n".join(f"{block}\n\n{block}" for block in blocks(text))


def shuffles(answer: Answer) -> Iterator[Attack]:
    """Paragraphs in another order within each stage, across stages, and stages made one."""
    stages = answer.stages
    for seed in (1, 2, 3):
        mixed = {stage: "\n\n".join(shuffled(blocks(text), seed)) for stage, text in stages.items()}
        yield Attack(f"paragraphs within stages, {seed}", mixed)
    every = [block for text in stages.values() for block in blocks(text)]
    yield Attack("all in one stage", {"answer": answer.text()})
    yield Attack("all in one stage, shuffled", {"answer": "\n\n".join(shuffled(every, 4))})
    yield Attack("stages in another order", dict(reversed(list(stages.items()))))
    yield Attack("paragraphs across stages", _dealt(stages, shuffled(every, 5)))


def same_looks(answer: Answer) -> Iterator[Attack]:
    """Texts that look the same on the page in other characters."""
    stages = answer.stages
    yield Attack("line ends of Windows", each_stage(stages, lambda t: t.replace("\n", "\r\n")))
    yield Attack("zero-width blanks within words", each_stage(stages, _interleaved))
    yield Attack("blanks that do not break", each_stage(stages, lambda t: t.replace(" ", "\u00a0")))


def _dealt(stages: Stages, every: list[str]) -> dict[str, str]:
    names = list(stages)
    share = -(-len(every) // len(names))
    return {
        name: "\n\n".join(every[at * share : (at + 1) * share]) for at, name in enumerate(names)
    }


def _interleaved(text: str) -> str:
    """The same visible words: a zero-width blank behind the second letter of each word."""
    return "".join(
        f"{c}\u200b" if at % 3 == 1 and c.isalpha() and text[at + 1 : at + 2].isalpha() else c
        for at, c in enumerate(text)
    )
