"""What a question is and how an answer is judged. The front door of the scoring core.

Other packages take from here, from ``rubrics.models`` and from ``rubrics.bank``; nothing else in
this package is theirs.
"""

from rubrics.judges import score
from rubrics.judges.rules import RulesJudge
from rubrics.loading import LIBRARY, InvalidDocument
from rubrics.schema import Competency, Criterion, Difficulty, Framework, Question, Stage, Target
from rubrics.scoring import Depth, Evidence, Finding, Flag, Scorecard, expected_score

__all__ = [
    "LIBRARY",
    "Competency",
    "Criterion",
    "Depth",
    "Difficulty",
    "Evidence",
    "Finding",
    "Flag",
    "Framework",
    "InvalidDocument",
    "Question",
    "RulesJudge",
    "Scorecard",
    "Stage",
    "Target",
    "expected_score",
    "score",
]
