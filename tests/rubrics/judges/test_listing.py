"""Statements are told from terms that are filled up with other words."""

from rubrics.judges import listing

SUBJECT = {f"word{number}" for number in range(listing.LEAST_KNOWN)}


def _rows(words: list[str], size: int = 3) -> list[list[str]]:
    return [words[at : at + size] for at in range(0, len(words), size)]


def _is_filled(rows: list[list[str]], known: set[str], little: str = "of the we is") -> bool:
    units = [listing.Said(9, (*row, *little.split())) for row in rows]
    return listing.is_filled(units, rows, known)


def test_words_of_the_subject_that_mostly_come_once_are_somebodys_own() -> None:
    words = [f"word{number}" for number in range(60)] + ["word1", "word2", "word3"] * 10
    assert not _is_filled(_rows(words), SUBJECT)


def test_words_that_come_back_and_back_fill_up() -> None:
    words = [f"word{number % 15}" for number in range(90)]
    assert _is_filled(_rows(words), SUBJECT)


def test_words_of_no_subject_fill_up() -> None:
    words = [f"lamp{number}" for number in range(90)]
    assert _is_filled(_rows(words), SUBJECT)


def test_a_rubric_of_few_words_tells_nothing_about_the_subject() -> None:
    words = [f"lamp{number}" for number in range(90)]
    assert not _is_filled(_rows(words), set(list(SUBJECT)[:-1]))


def test_a_few_rows_tell_nothing() -> None:
    few = _rows(["word1", "word2", "word3"] * (listing.LEAST_ROWS - 1))
    assert len(few) == listing.LEAST_ROWS - 1
    assert not _is_filled(few, SUBJECT)


def test_words_without_the_little_ones_between_them_fill_up() -> None:
    words = [f"word{number}" for number in range(90)]
    assert _is_filled(_rows(words), SUBJECT, little="")
    assert not _is_filled(_rows(words), SUBJECT)
