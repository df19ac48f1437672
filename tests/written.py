"""What the database has of a stage, put together from its rows without the app's own code."""

from dataclasses import dataclass
from typing import Any

import psycopg

Database = psycopg.Connection[tuple[Any, ...]]

REVISIONS = """
    SELECT number, revision.key, start, cut, revision.text
    FROM interviews_stagerevision revision JOIN interviews_stageanswer sheet
        ON sheet.id = revision.answer_id
    WHERE sheet.interview_id = %s AND sheet.stage = %s AND sheet.part = 'text'
    ORDER BY revision.id
"""
TEXT = """
    SELECT text, revision FROM interviews_stageanswer
    WHERE interview_id = %s AND stage = %s AND part = 'text'
"""


@dataclass(frozen=True, slots=True)
class Written:
    """One acknowledged text: its number, the key it came under, and all of it."""

    number: int
    key: str
    text: str


def revisions(database: Database, interview_id: str, stage: str) -> list[Written]:
    """Give every revision in the order in which they were written."""
    found, text = [], ""
    for number, key, start, cut, piece in database.execute(REVISIONS, [interview_id, stage]):
        text = piece if cut is None else text[:start] + piece + text[start + cut :]
        found.append(Written(number, str(key), text))
    return found


def latest(database: Database, interview_id: str, stage: str) -> tuple[str, int]:
    """Give the text that the server shows, and its revision."""
    row = database.execute(TEXT, [interview_id, stage]).fetchone()
    assert row, f"no stage {stage} of {interview_id}"
    return str(row[0]), int(row[1])
