"""The rows of interviews."""

from interviews.models.agreement import Agreement, Disagreement
from interviews.models.exchange import (
    MOST_QUESTIONS,
    MOST_SAID,
    AskedProbe,
    Exchange,
    ExchangeKind,
)
from interviews.models.gold import CalibrationWaiver, GoldAnswer, GoldCopy, GoldPlan, Use
from interviews.models.interview import Interview, LedgerLine
from interviews.models.invitation import Invitation, Issued, Results, Terms
from interviews.models.llm import LlmCall, LlmSpend, LlmTurn, Purpose
from interviews.models.rescore import Rescore, RescoreLine
from interviews.models.review import (
    HUMAN,
    DraftKept,
    DraftState,
    Kind,
    Recommendation,
    Release,
    Review,
    ReviewDraft,
    Why,
)
from interviews.models.saved import LONGEST_NAME, LONGEST_QUERY, MOST_SAVED, SavedFilter
from interviews.models.scorecard import Scorecard
from interviews.models.second_opinion import SecondOpinion
from interviews.models.stage import (
    FROM_START,
    MAX_BYTES,
    PROBES,
    DraftOutcome,
    LateText,
    Part,
    Revision,
    StageAnswer,
    StageRevision,
)
from interviews.models.sweep import Sweep
from interviews.models.token import Token, TooManyTokens
from interviews.models.webhook import Event, Webhook, WebhookDelivery

__all__ = [
    "FROM_START",
    "HUMAN",
    "LONGEST_NAME",
    "LONGEST_QUERY",
    "MAX_BYTES",
    "MOST_QUESTIONS",
    "MOST_SAID",
    "MOST_SAVED",
    "PROBES",
    "Agreement",
    "AskedProbe",
    "CalibrationWaiver",
    "Disagreement",
    "DraftKept",
    "DraftOutcome",
    "DraftState",
    "Event",
    "Exchange",
    "ExchangeKind",
    "GoldAnswer",
    "GoldCopy",
    "GoldPlan",
    "Interview",
    "Invitation",
    "Issued",
    "Kind",
    "LateText",
    "LedgerLine",
    "LlmCall",
    "LlmSpend",
    "LlmTurn",
    "Part",
    "Purpose",
    "Recommendation",
    "Release",
    "Rescore",
    "RescoreLine",
    "Results",
    "Review",
    "ReviewDraft",
    "Revision",
    "SavedFilter",
    "Scorecard",
    "SecondOpinion",
    "StageAnswer",
    "StageRevision",
    "Sweep",
    "Terms",
    "Token",
    "TooManyTokens",
    "Use",
    "Webhook",
    "WebhookDelivery",
    "Why",
]
