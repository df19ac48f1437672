"""Addresses of the candidate's way, and of what its interviews tell curators.

An action is a noun: draft, entry, submission.
"""

from django.urls import path

from interviews.views import curation, home, interviews, questions, reports, stages, submissions

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
