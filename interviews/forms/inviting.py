"""What those who invite fill in, and those who are invited."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from interviews import flow, invited
from interviews.forms.answering import TermsForm
from interviews.invited import Invited
from interviews.models import Results, Terms
from rubrics import Target
from rubrics.models import FrameworkVersion, Question


class InvitationTermsForm(TermsForm):
    """To what somebody is invited, and who sees what of it."""

    questions = forms.ModelMultipleChoiceField(
        Question.objects.none(),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose one question, or a few to choose from."},
    )
    raters = forms.TypedChoiceField(
        label="Scored by", coerce=int, choices=[(1, "One person"), (2, "Two people, each blind")]
    )
    shows_name = forms.BooleanField(label="Raters see the name", required=False)
    results = forms.TypedChoiceField(
        label="The candidate sees the result",
        coerce=Results,
        choices=Results.choices,
        initial=Results.RELEASED,
    )
    days = forms.TypedChoiceField(
        label="The link works for",
        coerce=int,
        choices=[(1, "1 day"), (3, "3 days"), (7, "7 days"), (14, "14 days"), (30, "30 days")],
        initial=7,
    )
    note = forms.CharField(
        label="A note to the candidate",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self,
        questions: QuerySet[Question],
        frameworks: QuerySet[FrameworkVersion],
        data: QueryDict | None = None,
        initial: Mapping[str, object] | None = None,
    ) -> None:
        """Offer the questions and frameworks."""
        super().__init__(frameworks, data, initial)
        field = self.fields["questions"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = questions

    def terms(self, now: datetime) -> Terms:
        """Give the terms of a valid form."""
        chosen = self.cleaned_data
        return Terms(
            framework=chosen["framework"],
            target=Target(chosen["target"]),
            minutes=chosen["minutes"],
            pacing=flow.Pacing(chosen["pacing"]),
            extra=flow.Extra(chosen["extra"] or flow.Extra.NONE),
            raters=chosen["raters"],
            has_interviewer=self.has_interviewer,
            shows_name=chosen["shows_name"],
            results=chosen["results"],
            note=chosen["note"],
            expires_at=now + timedelta(days=chosen["days"]),
        )


class InvitationForm(InvitationTermsForm):
    """Whom to invite, and to what."""

    name = forms.CharField(
        label="Who it is for",
        required=False,
        max_length=100,
        help_text="For your own list, and the name that raters see if you let them.",
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        help_text="The link goes there. Leave it empty to send the link yourself.",
    )

    @property
    def people(self) -> list[Invited]:
        """The one person of a valid form."""
        return [Invited(self.cleaned_data["name"], self.cleaned_data["email"])]


MOST_INVITED = 200


class InvitationsForm(InvitationTermsForm):
    """Many people to invite to the same, as rows of CSV; all of them or nobody."""

    people_rows = forms.CharField(
        label="People",
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="One a row: name, e-mail address. Rows from a spreadsheet can be pasted.",
    )

    def clean_people_rows(self) -> list[Invited]:
        """Read the rows; each one that cannot be used is named."""
        try:
            return invited.read(self.cleaned_data["people_rows"], most=MOST_INVITED)
        except invited.BadRows as bad:
            raise forms.ValidationError(list(bad.problems)) from bad

    @property
    def people(self) -> list[Invited]:
        """All people of a valid form."""
        people: list[Invited] = self.cleaned_data["people_rows"]
        return people


class AcceptanceForm(forms.Form):
    """Which question an invited person takes on, and that they know who sees what."""

    question = forms.ChoiceField(widget=forms.RadioSelect)
    agreed = forms.BooleanField(
        label="I have read this and agree.",
        error_messages={"required": "Please say that you agree, or leave the page."},
    )

    def __init__(self, questions: Sequence[Question], data: QueryDict | None = None) -> None:
        """Offer the questions; where there is one, it is chosen."""
        first = questions[0].slug if len(questions) == 1 else None
        super().__init__(data, initial={"question": first})
        field = self.fields["question"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(question.slug, question.title) for question in questions]
