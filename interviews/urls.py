"""Addresses of the candidate's way, and of what its interviews tell curators.

An action is a noun: draft, entry, submission.
"""

from django.urls import path

from interviews.access import Part
from interviews.views import (
    boards,
    curation,
    history,
    home,
    interviews,
    questions,
    reports,
    stages,
    submissions,
    times,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("questions/", questions.question_list, name="question_list"),
    path("questions/<slug:slug>/", questions.question, name="question"),
    path("questions/<slug:slug>/interviews/", interviews.start, name="interview_start"),
    path("interviews/", interviews.interview_list, name="interview_list"),
    path("interviews/<uuid:interview_id>/", interviews.interview, name="interview"),
    path("interviews/<uuid:interview_id>/stages/<slug:stage_id>/", stages.stage, name="stage"),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/draft/", stages.draft, name="draft"
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/drawing/",
        stages.draft,
        {"part": Part.DRAWING},
        name="drawing",
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/outline/",
        stages.draft,
        {"part": Part.OUTLINE},
        name="outline",
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/outline/reading/",
        boards.outline_reading,
        name="outline_reading",
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/board/", boards.board, name="board"
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/picture/",
        boards.picture,
        name="picture",
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/entry/", stages.entry, name="entry"
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/preview/",
        stages.preview,
        name="preview",
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/clocks/",
        stages.clocks,
        name="clocks",
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/history/",
        history.versions,
        name="history",
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/history/<int:number>/",
        history.version,
        name="history_version",
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/outline/history/",
        history.versions,
        {"part": Part.OUTLINE},
        name="outline_history",
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/outline/history/<int:number>/",
        history.version,
        {"part": Part.OUTLINE},
        name="outline_history_version",
    ),
    path("interviews/<uuid:interview_id>/replay/", history.replay, name="replay"),
    path("interviews/<uuid:interview_id>/replay/edits/", history.edits, name="replay_edits"),
    path("interviews/<uuid:interview_id>/clock/", times.lines, name="ledger"),
    path("interviews/<uuid:interview_id>/clock/pause/", times.pause, name="pause"),
    path("interviews/<uuid:interview_id>/clock/resumption/", times.resumption, name="resumption"),
    path("interviews/<uuid:interview_id>/clock/extension/", times.extension, name="extension"),
    path("interviews/<uuid:interview_id>/submission/", submissions.submission, name="submission"),
    path("interviews/<uuid:interview_id>/report/", reports.report, name="report"),
    path("bank/<slug:slug>/items/", curation.item_analysis, name="bank_items"),
    path("bank/<slug:slug>/rescore/", curation.rescore, name="bank_rescore"),
    path(
        "bank/<slug:slug>/rescore/scorecards/",
        curation.rescore_scorecards,
        name="bank_rescore_scorecards",
    ),
]
