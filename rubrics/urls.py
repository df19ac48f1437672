"""Addresses of the handbook and of the curators' desk. An action is a noun: draft, publication."""

from django.urls import URLPattern, path

from rubrics.views import bank, completion, drafts, handbook, looks, packages

# The handbook, for everybody who is signed in.
_handbook: list[URLPattern] = [
    path("handbook/", handbook.index, name="handbook"),
    path("handbook/cards/", handbook.cards, name="handbook_cards"),
    path("handbook/concepts/<slug:concept>/", handbook.concept, name="handbook_concept"),
    path("handbook/frameworks/<slug:framework>/", handbook.framework, name="handbook_framework"),
]
# The desk, for curators.
_bank: list[URLPattern] = [
    path("bank/", bank.bank_list, name="bank"),
    path("bank/new/", bank.new, name="bank_new"),
    path("bank/import/", packages.bank_import, name="bank_import"),
    path("bank/export/", packages.bank_export, name="bank_export"),
    path("bank/schema.json", completion.completion, name="bank_schema"),
    path("bank/<slug:slug>/", bank.question, name="bank_question"),
    path("bank/<slug:slug>/export/", packages.question_export, name="bank_question_export"),
    path("bank/<slug:slug>/state/", bank.state, name="bank_state"),
    path("bank/<slug:slug>/beginning/", drafts.beginning, name="bank_beginning"),
    path("bank/<slug:slug>/draft/", drafts.draft, name="bank_draft"),
    path("bank/<slug:slug>/rules/", drafts.rules, name="bank_rules"),
    path("bank/<slug:slug>/publication/", drafts.publication, name="bank_publication"),
    path("bank/<slug:slug>/discarding/", drafts.discarding, name="bank_discarding"),
    path("bank/<slug:slug>/preview/", looks.preview, name="bank_preview"),
    path("bank/<slug:slug>/changes/", looks.difference, name="bank_changes"),
    path("bank/<slug:slug>/bench/", looks.bench, name="bank_bench"),
]

urlpatterns = [*_handbook, *_bank]
