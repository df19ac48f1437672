"""What a question is and how an answer is judged. The front door of the scoring core.

Other packages take from here, from ``rubrics.models`` and from ``rubrics.bank``; nothing else in
this package is theirs.
"""

from rubrics.interviewing.asking import Reply, Said, reply_to
from rubrics.interviewing.judging import CURVEBALL, Transcript, adapting_to_change, judge_transcript
from rubrics.interviewing.llm.prompt import Before
from rubrics.interviewing.llm.talking import Patience, Spoken, follow_up, talk
from rubrics.interviewing.probing import Chosen, Hint, curveball, hint, probes
from rubrics.judges import outline_stage, score, settle
from rubrics.judges.llm.comparing import Compared, compare, lower_of
from rubrics.judges.llm.judge import LlmJudge
from rubrics.judges.llm.prompt import PROMPT_VERSION
from rubrics.judges.rules import PROMPTED_CAP, WRONG_SUM_CAP, RulesJudge
from rubrics.llm.purse import Purse, Shelf
from rubrics.llm.server import ModelServer
from rubrics.llm.settings import Budget, Cache, Call, LlmSettings, Spend
from rubrics.loading import LIBRARY, InvalidDocument
from rubrics.reading.flowchart import Picture, picture
from rubrics.reading.sections import by_stage
from rubrics.reading.whiteboard import Outline, outline_of
from rubrics.schema import (
    Competency,
    Criterion,
    Difficulty,
    Framework,
    Question,
    Rubric,
    Sample,
    Stage,
    Target,
)
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
    Total,
    add_up,
    expected_score,
    gates_of,
    needs,
    total_of,
)

__all__ = [
    "CURVEBALL",
    "LIBRARY",
    "PROMPTED_CAP",
    "PROMPT_VERSION",
    "SHARE",
    "WRONG_SUM_CAP",
    "Before",
    "Budget",
    "Cache",
    "Call",
    "Chosen",
    "Compared",
    "Competency",
    "Criterion",
    "Depth",
    "Difficulty",
    "Evidence",
    "Finding",
    "Flag",
    "Framework",
    "Hint",
    "InvalidDocument",
    "Judgement",
    "LlmJudge",
    "LlmSettings",
    "ModelServer",
    "NearMiss",
    "Needs",
    "Outline",
    "Patience",
    "Picture",
    "Purse",
    "Question",
    "Reply",
    "Rubric",
    "RulesJudge",
    "Said",
    "Sample",
    "Scorecard",
    "Shelf",
    "Spend",
    "Spoken",
    "Stage",
    "Target",
    "Total",
    "Transcript",
    "adapting_to_change",
    "add_up",
    "by_stage",
    "compare",
    "curveball",
    "expected_score",
    "follow_up",
    "gates_of",
    "hint",
    "judge_transcript",
    "lower_of",
    "needs",
    "outline_of",
    "outline_stage",
    "picture",
    "probes",
    "reply_to",
    "score",
    "settle",
    "talk",
    "total_of",
]
