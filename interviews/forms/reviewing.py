"""What raters and leads fill in: filters of the queue and of disagreements, who scores what."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.http import QueryDict

from interviews.access import queue
from interviews.consensus import Options
from interviews.forms.fields import WordsField
from interviews.models import LONGEST_NAME, LONGEST_QUERY, Kind
from rubrics.models import Question

_KINDS = [each for each in Kind.choices if each[0] != Kind.REFERENCE]  # those are nobody's queue


class QueueFilter(forms.Form):
    """Which list of the queue, narrowed and sorted how; anything unknown is nothing."""

    tab = forms.SlugField(required=False)
    question = forms.SlugField(required=False, max_length=100, widget=forms.Select)
    by = forms.IntegerField(
        label="Invited by", required=False, min_value=1, max_value=2**31 - 1, widget=forms.Select
    )
    kind = forms.ChoiceField(required=False, choices=[("", "Any kind"), *_KINDS])
    days = forms.TypedChoiceField(
        label="Age",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", "Any age"),
            ("1", "a day or more"),
            ("3", "3 days or more"),
            ("7", "a week or more"),
            ("30", "a month or more"),
        ],
    )
    lowest = forms.FloatField(label="Your score from", required=False, min_value=0, max_value=100)
    highest = forms.FloatField(label="to", required=False, min_value=0, max_value=100)
    flag = forms.ChoiceField(
        label="Only where", required=False, choices=[("", "Anything"), *queue.FLAGS]
    )
    sort = forms.SlugField(required=False, widget=forms.Select)
    after = forms.CharField(required=False, max_length=300)

    # What a saved filter holds.
    narrowing = ("question", "by", "kind", "days", "lowest", "highest", "flag", "sort")

    @property
    def visible(self) -> list[forms.BoundField]:
        """The fields that a page shows."""
        return [self[name] for name in self.narrowing if name in self.fields]

    def chosen(self) -> queue.Chosen:
        """Give what was chosen, without what is not valid."""
        self.is_valid()
        good = {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}
        return queue.Chosen(**good)

    def offer(self, *, tab: str, questions: Iterable[Question], inviters: Iterable[User]) -> None:
        """Offer what a list can be narrowed by, and its ways to sort."""
        if tab != "done":  # blind until then
            for name in ("lowest", "highest", "flag"):
                del self.fields[name]
        for name, choices in (
            ("question", [("", "Any question"), *((q.slug, q.title) for q in questions)]),
            ("by", [("", "Anybody"), *((user.pk, user.email) for user in inviters)]),
            ("sort", queue.sorts(tab)),
        ):
            widget = self.fields[name].widget
            assert isinstance(widget, forms.Select)
            widget.choices = choices


class SavedFilterForm(forms.Form):
    """What to call the filter that is set now."""

    name = forms.CharField(label="Save this filter as", max_length=LONGEST_NAME)
    query = forms.CharField(required=False, max_length=LONGEST_QUERY, widget=forms.HiddenInput)


class AssignmentForm(forms.Form):
    """Whom to give which reviews."""

    rater = forms.TypedChoiceField(label="Assign to", coerce=int)
    reviews = forms.TypedMultipleChoiceField(coerce=uuid.UUID)

    def __init__(self, raters: Iterable[User], data: QueryDict | None = None) -> None:
        """Offer the raters; the reviews are ticked in the list."""
        super().__init__(data)
        rater, reviews = self.fields["rater"], self.fields["reviews"]
        assert isinstance(rater, forms.ChoiceField)
        assert isinstance(reviews, forms.ChoiceField)
        rater.choices = [(user.pk, user.email) for user in raters]
        ticked = data.getlist("reviews")[:MOST_ASSIGNED] if data else []
        reviews.choices = [(each, each) for each in ticked if _is_uuid(each)]


MOST_ASSIGNED = 100


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


class WaiverForm(forms.Form):
    """Why a scoring is not needed any more."""

    because = WordsField(
        label="Why?",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It stands beside the result, with your name.",
        error_messages={"required": "Please say why."},
    )


class AgreementFilter(forms.Form):
    """Of which question the criteria are shown; one that is none is the same as any."""

    question = forms.SlugField(required=False, max_length=100)

    def chosen(self) -> str:
        """Give what was chosen; blank for what is not valid."""
        self.is_valid()
        return str(self.cleaned_data.get("question") or "")


class DisagreementFilter(forms.Form):
    """Which disagreements, and from where on; anything unknown is the same as any."""

    question = forms.ChoiceField(required=False)
    criterion = forms.ChoiceField(required=False)
    who = forms.ChoiceField(label="Rater or judge", required=False)
    apart = forms.ChoiceField(
        required=False,
        choices=[("1", "1 level or more"), ("2", "2 levels or more"), ("3", "3 levels")],
    )
    after = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)

    def __init__(self, options: Options, data: QueryDict) -> None:
        """Offer what was measured; criteria once their question is chosen."""
        super().__init__(data)
        criteria = options.criteria.get(data.get("question", ""), [])
        for name, anything, choices in (
            ("question", "Any question", options.questions),
            ("criterion", "Any criterion" if criteria else "Choose a question first", criteria),
            ("who", "Anybody", options.parties),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", anything), *choices]
        self.fields["criterion"].disabled = not criteria

    def chosen(self) -> dict[str, Any]:
        """Give what was chosen, without what is not valid."""
        self.is_valid()
        good = self.cleaned_data
        texts = {name: good.get(name) or "" for name in ("question", "criterion", "who", "after")}
        return {**texts, "apart": int(good.get("apart") or 1)}
