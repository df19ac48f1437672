"""The rows of interviews."""

from interviews.models.interview import Interview, LedgerLine
from interviews.models.rescore import Rescore, RescoreLine
from interviews.models.scorecard import Scorecard
from interviews.models.stage import (
    MAX_BYTES,
    DraftOutcome,
    LateText,
    Part,
    Revision,
    StageAnswer,
    StageRevision,
)
from interviews.models.sweep import Sweep

__all__ = [
    "MAX_BYTES",
    "DraftOutcome",
    "Interview",
    "LateText",
    "LedgerLine",
    "Part",
    "Rescore",
    "RescoreLine",
    "Revision",
    "Scorecard",
    "StageAnswer",
    "StageRevision",
    "Sweep",
]
