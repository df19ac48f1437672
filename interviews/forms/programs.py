"""What people fill in for programs: tokens, and where webhooks go."""

import uuid
from datetime import datetime, timedelta

from django import forms
from django.http import QueryDict

from interviews import webhooks
from interviews.models.webhook import EVENTS
from rubrics import outbound


class TokenForm(forms.Form):
    """What a token is for, and how long it works; ``key`` becomes its id, as in ``TermsForm``."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    name = forms.CharField(
        label="What it is for",
        max_length=100,
        help_text="For example the name of the program.",
        error_messages={"required": "Give it a name, so that you know it again."},
    )
    days = forms.TypedChoiceField(
        label="It works for",
        coerce=int,
        choices=[(30, "30 days"), (90, "90 days"), (365, "a year"), (0, "as long as I let it")],
        initial=90,
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        """Begin with a key of its own."""
        super().__init__(data, initial={"key": uuid.uuid4()})

    def expires_at(self, now: datetime) -> datetime | None:
        """Give when the token of a valid form ends by itself; None for never."""
        days: int = self.cleaned_data["days"]
        return now + timedelta(days=days) if days else None


class WebhookForm(forms.Form):
    """Where somebody wants to be told of what; the address is looked up before it is taken."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    address = forms.CharField(
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
        help_text="It begins with https:// and can be reached from the internet.",
    )
    events = forms.MultipleChoiceField(
        choices=[(event.value, event.label) for event in EVENTS],
        initial=[event.value for event in EVENTS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose one at least."},
    )

    def clean_address(self) -> str:
        """Refuse where nothing can be sent."""
        address: str = self.cleaned_data["address"]
        try:
            webhooks.examine(address)
        except outbound.Failed as problem:
            raise forms.ValidationError(str(problem)) from problem
        return address
