"""What a journey asks of the database while the programs run, and what it brings about there."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import psycopg

from tests import written

# Time passes for an interview: everything that is written about its time moves into the past.
AGE_INTERVIEW = """
    UPDATE interviews_interview
    SET started_at = started_at - %(by)s * interval '1 second',
        deadline_at = deadline_at - %(by)s * interval '1 second',
        paused_at = paused_at - %(by)s * interval '1 second'
    WHERE id = %(id)s
"""
AGE_LEDGER = """
    WITH gone AS (
        DELETE FROM interviews_ledgerline WHERE interview_id = %(id)s
        RETURNING id, interview_id, kind, stage, at, seconds, by, reason
    )
    INSERT INTO interviews_ledgerline (interview_id, kind, stage, at, seconds, by, reason)
    SELECT interview_id, kind, stage, at - %(by)s * interval '1 second', seconds, by, reason
    FROM gone ORDER BY id
"""
AGE_SHEETS = """
    UPDATE interviews_stageanswer SET saved_at = saved_at - %(by)s * interval '1 second'
    WHERE interview_id = %(id)s
"""
SECONDS_LEFT = """
    SELECT extract(epoch FROM deadline_at - now())::float FROM interviews_interview WHERE id = %s
"""


class Rows:
    """A connection of its own; each statement is a transaction."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.connection = psycopg.connect(address, autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.connection.close()

    def interview(self, interview_id: str) -> tuple[str, str, bool, int]:
        """State, who handed it in, whether a worker holds it, and how often it was tried."""
        row = self.connection.execute(
            "SELECT state, submitted_by, graded_by IS NOT NULL, attempts"
            " FROM interviews_interview WHERE id = %s",
            [interview_id],
        ).fetchone()
        assert row, f"no interview {interview_id}"
        state, submitted_by, is_held, attempts = row
        return state, submitted_by, is_held, attempts

    def scorecards(self, interview_id: str) -> list[tuple[str, float]]:
        """Judge and score of every scorecard."""
        return self.connection.execute(
            "SELECT judge, score FROM interviews_scorecard WHERE interview_id = %s", [interview_id]
        ).fetchall()

    def text(self, interview_id: str, stage: str) -> str:
        """What the server has of a stage."""
        return written.latest(self.connection, interview_id, stage)[0]

    def texts(self, interview_id: str, stage: str) -> list[str]:
        """Every text of a stage that was ever acknowledged, oldest first."""
        return [each.text for each in written.revisions(self.connection, interview_id, stage)]

    def interviews(self) -> int:
        """How many interviews there are."""
        row = self.connection.execute("SELECT count(*) FROM interviews_interview").fetchone()
        assert row
        return int(row[0])

    def seconds_left(self, interview_id: str) -> float:
        """How long it is until the deadline."""
        row = self.connection.execute(SECONDS_LEFT, [interview_id]).fetchone()
        assert row
        return float(row[0])

    def added(self, interview_id: str) -> list[tuple[str, int]]:
        """What the ledger added to the time: the kind of line, and the seconds."""
        return self.connection.execute(
            "SELECT kind, seconds FROM interviews_ledgerline"
            " WHERE interview_id = %s AND seconds > 0 ORDER BY id",
            [interview_id],
        ).fetchall()

    def pause(self, interview_id: str, *, seconds_ago: int) -> None:
        """Pause it as another tab would have done some seconds ago."""
        self._write("paused", interview_id, 0, seconds_ago)
        self.connection.execute(
            "UPDATE interviews_interview SET paused_at = now() - %s * interval '1 second'"
            " WHERE id = %s",
            [seconds_ago, interview_id],
        )

    def go_on(self, interview_id: str) -> None:
        """Let it run on, as another tab would."""
        self._write("resumed", interview_id, 0, 0)
        self.connection.execute(
            "UPDATE interviews_interview SET deadline_at = deadline_at + (now() - paused_at),"
            " paused_at = NULL WHERE id = %s",
            [interview_id],
        )

    def extend(self, interview_id: str, *, seconds: int) -> None:
        """Give extra time, as another tab would."""
        self._write("extended", interview_id, seconds, 0)
        self.connection.execute(
            "UPDATE interviews_interview SET deadline_at = deadline_at + %s * interval '1 second'"
            " WHERE id = %s",
            [seconds, interview_id],
        )

    def _write(self, kind: str, interview_id: str, seconds: int, seconds_ago: int) -> None:
        self.connection.execute(
            "INSERT INTO interviews_ledgerline (interview_id, kind, stage, at, seconds, by, reason)"
            " SELECT id, %s, current_stage, now() - %s * interval '1 second', %s, 'candidate', ''"
            " FROM interviews_interview WHERE id = %s",
            [kind, seconds_ago, seconds, interview_id],
        )

    def leave(self, interview_id: str, *, seconds: float) -> None:
        """Let so much time pass that these seconds are left (below zero: it is over)."""
        passed = {"by": self.seconds_left(interview_id) - seconds, "id": interview_id}
        with self.connection.transaction():
            self.connection.execute(AGE_INTERVIEW, passed)
            self.connection.execute(AGE_LEDGER, passed)
            self.connection.execute(AGE_SHEETS, passed)

    def close_follow_ups(self, interview_id: str, *, seconds: float) -> None:
        """Have the open follow-up questions end so soon."""
        self.connection.execute(
            "UPDATE interviews_stageanswer SET closes_at = now() + make_interval(secs => %s) "
            "WHERE interview_id = %s AND closes_at IS NOT NULL AND locked_at IS NULL",
            [seconds, interview_id],
        )

    def answers_to_follow_ups(self, interview_id: str) -> list[str]:
        """What was written to follow-up questions, in turn."""
        found = self.connection.execute(
            "SELECT text FROM interviews_stageanswer "
            "WHERE interview_id = %s AND part LIKE 'probe-%%' ORDER BY position, part",
            [interview_id],
        )
        return [text for (text,) in found]

    def end_session(self, key: str) -> None:
        """End a session, as if it had expired."""
        self.connection.execute("DELETE FROM django_session WHERE session_key = %s", [key])

    @contextmanager
    def no_scorecard_can_be_written(self) -> Iterator[None]:
        """Hold whoever writes a scorecard; reading goes on."""
        with psycopg.connect(self.address) as holding:
            holding.execute("LOCK TABLE interviews_scorecard IN EXCLUSIVE MODE")
            yield

    def somebody_waits_to_write_a_scorecard(self) -> bool:
        """Whether a worker stands before that lock."""
        row = self.connection.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted"
            " AND relation = 'interviews_scorecard'::regclass"
        ).fetchone()
        assert row
        return bool(row[0])

    def join(self, email: str, group: str) -> None:
        """Put a person into a group."""
        self.connection.execute(
            "INSERT INTO auth_user_groups (user_id, group_id)"
            " SELECT u.id, g.id FROM auth_user u, auth_group g WHERE u.email = %s AND g.name = %s",
            [email, group],
        )

    def forget_reviews(self) -> None:
        """Take what waits out of the queue, so that what comes next is the journey's own."""
        self.connection.execute(
            "UPDATE interviews_review SET wanted_at = now() + interval '10 years'"
            " WHERE submitted_at IS NULL"
        )
