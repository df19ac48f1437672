"""What is built from a rubric is built once, and the rubrics used last are kept."""

from rubrics.judges.kept import kept
from rubrics.schema import Rubric
from tests.rubrics.documents import criterion


def _rubric(name: str) -> Rubric:
    return Rubric(criteria=(criterion(name=name),))


def test_the_rubrics_that_were_used_last_are_kept() -> None:
    built: list[str] = []

    @kept(2)
    def name(rubric: Rubric) -> str:
        built.append(rubric.criteria[0].id)
        return built[-1]

    asked = ["one", "two", "one", "three", "one", "two"]
    assert [name(_rubric(each)) for each in asked] == asked
    assert built == ["one", "two", "three", "two"]
