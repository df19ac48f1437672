"""Addresses of the handbook and of the curators' desk. An action is a noun: draft, publication."""

from django.urls import URLPattern

# The handbook, for everybody who is signed in.
_handbook: list[URLPattern] = []
# The desk, for curators.
_bank: list[URLPattern] = []

urlpatterns = [*_handbook, *_bank]
