"""What a question is and how an answer is judged. The front door of the scoring core.

Other packages take from here, from ``rubrics.models`` and from ``rubrics.bank``; nothing else in
this package is theirs.
"""

from rubrics.judges import outline_stage, score, settle
from rubrics.judges.rules import WRONG_SUM_CAP, RulesJudge
from rubrics.loading import LIBRARY, InvalidDocument
from rubrics.reading.flowchart import Picture, picture
from rubrics.reading.whiteboard import outline
from rubrics.schema import Competency, Criterion, Difficulty, Framework, Question, Stage, Target
from rubrics.scoring import (
    SHARE,
    Depth,
    Evidence,
    Finding,
    Flag,
    Judgement,
    NearMiss,
    Needs,
    Scorecard,
    expected_score,
    gates_of,
    needs,
)

__all__ = [
    "LIBRARY",
    "SHARE",
    "WRONG_SUM_CAP",
    "Competency",
    "Criterion",
    "Depth",
    "Difficulty",
    "Evidence",
    "Finding",
    "Flag",
    "Framework",
    "InvalidDocument",
    "Judgement",
    "NearMiss",
    "Needs",
    "Picture",
    "Question",
    "RulesJudge",
    "Scorecard",
    "Stage",
    "Target",
    "expected_score",
    "gates_of",
    "needs",
    "outline",
    "outline_stage",
    "picture",
    "score",
    "settle",
]
