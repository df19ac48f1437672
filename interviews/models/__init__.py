"""The rows of interviews."""

from interviews.models.interview import Interview, LedgerLine
from interviews.models.rescore import Rescore, RescoreLine
from interviews.models.scorecard import Scorecard
from interviews.models.stage import DraftOutcome, StageAnswer, StageRevision

__all__ = [
    "DraftOutcome",
    "Interview",
    "LedgerLine",
    "Rescore",
    "RescoreLine",
    "Scorecard",
    "StageAnswer",
    "StageRevision",
]
