"""What curators may fill in: the bank's filters, a new question's name, a draft, a publication."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from rubrics import schema
from rubrics.loading import MAX_BYTES
from rubrics.models import Question
from rubrics.packing import RESERVED

_STATES = [("", "Any state"), *Question.State.choices, ("with-draft", "With a draft")]


class BankFilter(forms.Form):
    """Which questions of the bank to list. What cannot be understood is left out."""

    q = forms.CharField(required=False, max_length=100)
    state = forms.ChoiceField(required=False, choices=_STATES)
    topic = forms.SlugField(required=False)
    after = forms.CharField(required=False, max_length=420)

    def chosen(self) -> dict[str, str]:
        """What was asked for, as far as it can be understood."""
        if not self.is_bound:
            return dict.fromkeys(self.fields, "")
        self.is_valid()
        return {name: str(self.cleaned_data.get(name) or "") for name in self.fields}


class NewQuestion(forms.Form):
    """A new question's lasting id, its title, and what its text begins with."""

    slug = forms.RegexField(
        r"^[a-z0-9]+(-[a-z0-9]+)*$",
        label="Id",
        max_length=60,
        help_text="For addresses and files: small letters, digits and hyphens, as in "
        "churn-prediction. It cannot be changed later.",
        error_messages={"invalid": "Use small letters, digits and single hyphens."},
    )
    title = forms.CharField(
        max_length=200, help_text="What people find it by. You can change it at any time."
    )
    copied = forms.ChoiceField(
        required=False,
        label="Begin with",
        help_text="The example has every field, with a note on each. A copy keeps all of a "
        "question but its id and title.",
    )

    def __init__(self, questions: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        """Offer the questions (id, title) to copy."""
        super().__init__(*args, **kwargs)
        copied = self.fields["copied"]
        assert isinstance(copied, forms.ChoiceField)
        copies = [(slug, f"A copy of: {title}") for slug, title in questions]
        copied.choices = [("", "An example with notes"), *copies]

    def clean_slug(self) -> str:
        """Keep the words that addresses of the bank use."""
        slug = str(self.cleaned_data["slug"])
        if slug in RESERVED:
            raise forms.ValidationError("That word is used by the bank itself.")
        return slug

    @property
    def first_wrong(self) -> str:
        """The first field that has to be filled in otherwise, to put the cursor there."""
        return next((name for name in self.fields if name in self.errors), "")


_UNREAD = (
    "It is far too long to be read: a text may have 1 MB. "
    "If the field no longer has it, paste a shorter one."
)


class LongForm(forms.Form):
    """A form with a long text; ``is_unread`` when it was too large. See ``views.of_any_size``."""

    def __init__(self, data: QueryDict | None, *, is_unread: bool = False) -> None:
        """Take what was sent."""
        super().__init__(data)
        self.is_unread = is_unread

    def clean(self) -> dict[str, Any]:
        """Say of one that was not read only that."""
        if self.is_unread:
            self.errors.clear()
            self.add_error("text", _UNREAD)
        return self.cleaned_data


_MARK = r"^\d{1,18}-\d{1,9}$"


class DraftForm(LongForm):
    """A draft's text, and the revision it was typed over."""

    text = forms.CharField(required=False, strip=False, max_length=MAX_BYTES)
    base = forms.RegexField(_MARK)

    def clean_text(self) -> str:
        """Browsers send rows that end with CR and LF; the document has LF."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n")


class RevisionForm(forms.Form):
    """The revision of a draft that was looked at."""

    revision = forms.RegexField(_MARK, widget=forms.HiddenInput)


class PublishForm(RevisionForm):
    """What a new version changes, and the revision of the draft that was looked at."""

    note = forms.CharField(
        max_length=400,
        label="What is new",
        help_text="One line for the history, for example: plain words for the fairness criterion.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say in the field what it is for."""
        super().__init__(*args, **kwargs)
        self.fields["note"].widget.attrs["autocomplete"] = "off"


class TrialForm(LongForm):
    """An answer to try, and the framework whose stages its headings name."""

    framework = forms.ChoiceField()
    text = forms.CharField(
        label="Answer",
        max_length=200_000,
        strip=False,
        widget=forms.Textarea,
        help_text="Markdown with the stages as ## headings, or none: then it counts for each.",
    )

    def __init__(
        self,
        frameworks: Iterable[schema.Framework],
        data: QueryDict | None,
        *,
        is_unread: bool = False,
    ) -> None:
        """Offer the frameworks."""
        super().__init__(data, is_unread=is_unread)
        field = self.fields["framework"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each.id, each.title) for each in frameworks]
