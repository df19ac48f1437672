"""Addresses of the candidate's way, of invitations, of staff, and of what curators are told.

An action is a noun: draft, entry, submission.
"""

from django.urls import path

from interviews import api
from interviews.access import PROBES, Part
from interviews.views import (
    boards,
    curation,
    exchanges,
    gold,
    history,
    home,
    interviews,
    invitations,
    model,
    programs,
    questions,
    queue,
    reports,
    reviews,
    stages,
    submissions,
    times,
    tokens,
    webhooks,
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
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/difference/",
        history.difference,
        name="difference",
    ),
    path(
        "interviews/<uuid:interview_id>/stages/<slug:stage_id>/probes/",
        exchanges.probes,
        name="probes",
    ),
    *(
        path(
            f"interviews/<uuid:interview_id>/stages/<slug:stage_id>/{part}/",
            stages.draft,
            {"part": part},
            name=part.value,
        )
        for part in PROBES
    ),
    path("interviews/<uuid:interview_id>/questions/", exchanges.question, name="ask"),
    path("interviews/<uuid:interview_id>/hints/", exchanges.hint, name="hint"),
    path("interviews/<uuid:interview_id>/replay/", history.replay, name="replay"),
    path("interviews/<uuid:interview_id>/replay/edits/", history.edits, name="replay_edits"),
    path(
        "interviews/<uuid:interview_id>/replay/drawings/<slug:stage_id>/<int:number>/",
        boards.replay_drawing,
        name="replay_drawing",
    ),
    path("interviews/<uuid:interview_id>/clock/", times.lines, name="ledger"),
    path("interviews/<uuid:interview_id>/clock/pause/", times.pause, name="pause"),
    path("interviews/<uuid:interview_id>/clock/resumption/", times.resumption, name="resumption"),
    path("interviews/<uuid:interview_id>/clock/extension/", times.extension, name="extension"),
    path("interviews/<uuid:interview_id>/submission/", submissions.submission, name="submission"),
    path("interviews/<uuid:interview_id>/report/", reports.report, name="report"),
    path("interviews/<uuid:interview_id>/appeal/", reports.appeal, name="appeal"),
    path("invitations/", invitations.invitation_list, name="invitation_list"),
    path("invitations/new/", invitations.invitation_new, name="invitation_new"),
    path("invitations/many/", invitations.invitation_many, name="invitation_many"),
    path("invitations/<uuid:invitation_id>/", invitations.invitation, name="invitation"),
    path("invitations/<uuid:invitation_id>/link/", invitations.link, name="invitation_link"),
    path(
        "invitations/<uuid:invitation_id>/revocation/",
        invitations.revocation,
        name="invitation_revocation",
    ),
    path("reviews/", queue.review_list, name="review_list"),
    path("reviews/filters/", queue.review_filters, name="review_filters"),
    path(
        "reviews/filters/<int:number>/deletion/",
        queue.review_filter_deletion,
        name="review_filter_deletion",
    ),
    path("reviews/assignment/", queue.review_assignment, name="review_assignment"),
    path("reviews/agreement/", reviews.agreement, name="review_agreement"),
    path("reviews/gold/", gold.overview, name="review_gold"),
    path("reviews/gold/raters/<int:rater_id>/waiver/", gold.waiver, name="review_gold_waiver"),
    path("reviews/agreement/disagreements/", reviews.disagreements, name="review_disagreements"),
    path("reviews/interviews/<uuid:interview_id>/", reviews.beside, name="review_beside"),
    path("reviews/scorecards.csv", reviews.review_export, {"kind": "csv"}, name="review_csv"),
    path("reviews/scorecards.json", reviews.review_export, {"kind": "json"}, name="review_json"),
    path("reviews/next/", queue.review_next, name="review_next"),
    path("reviews/<uuid:review_id>/", reviews.review, name="review"),
    path("reviews/<uuid:review_id>/claim/", queue.review_claim, name="review_claim"),
    path("reviews/<uuid:review_id>/draft/", reviews.review_draft, name="review_draft"),
    path("reviews/<uuid:review_id>/presence/", reviews.review_presence, name="review_presence"),
    path("reviews/<uuid:review_id>/return/", queue.review_return, name="review_return"),
    path("reviews/<uuid:review_id>/takeover/", queue.review_takeover, name="review_takeover"),
    path("reviews/<uuid:review_id>/waiver/", queue.review_waiver, name="review_waiver"),
    path(
        "invitations/<uuid:invitation_id>/extension/",
        invitations.extension,
        name="invitation_extension",
    ),
    path(
        "invitations/<uuid:invitation_id>/release/", invitations.release, name="invitation_release"
    ),
    path("invited/<str:token>/", invitations.invited, name="invited"),
    path("privacy/", model.privacy, name="privacy"),
    path("staff/model/", model.model, name="model"),
    path("staff/model/check/", model.model_check, name="model_check"),
    path("tokens/", tokens.token_list, name="token_list"),
    path("tokens/<uuid:token_id>/revocation/", tokens.revocation, name="token_revocation"),
    path("api/v1/", programs.about, name="api"),
    path("api/v1/openapi.json", programs.document, name="api_document"),
    *api.patterns("api/v1/"),
    path("webhooks/", webhooks.webhook_list, name="webhook_list"),
    path("webhooks/new/", webhooks.webhook_new, name="webhook_new"),
    path("webhooks/<uuid:webhook_id>/", webhooks.webhook, name="webhook"),
    path("webhooks/<uuid:webhook_id>/ping/", webhooks.ping, name="webhook_ping"),
    path("webhooks/<uuid:webhook_id>/pause/", webhooks.pause, name="webhook_pause"),
    path("webhooks/<uuid:webhook_id>/resumption/", webhooks.resumption, name="webhook_resumption"),
    path("webhooks/<uuid:webhook_id>/secret/", webhooks.secret, name="webhook_secret"),
    path("webhooks/<uuid:webhook_id>/removal/", webhooks.removal, name="webhook_removal"),
    path(
        "webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/redelivery/",
        webhooks.redelivery,
        name="webhook_redelivery",
    ),
    path("gold/", gold.gold_list, name="bank_gold"),
    path("gold/new/", gold.gold_new, name="bank_gold_new"),
    path("gold/<uuid:gold_id>/", gold.gold_answer, name="bank_gold_answer"),
    path("gold/<uuid:gold_id>/reference/", gold.reference, name="bank_gold_reference"),
    path("gold/<uuid:gold_id>/retirement/", gold.retirement, name="bank_gold_retirement"),
    path("bank/<slug:slug>/items/", curation.item_analysis, name="bank_items"),
    path("bank/<slug:slug>/rescore/", curation.rescore, name="bank_rescore"),
    path(
        "bank/<slug:slug>/rescore/scorecards/",
        curation.rescore_scorecards,
        name="bank_rescore_scorecards",
    ),
]
