"""What people may fill in: how to start an interview, and the filters of the question list."""

import uuid
from collections.abc import Mapping

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from interviews import flow
from rubrics import Difficulty, Target
from rubrics.models import FrameworkVersion, Question

MINUTES = (20, 30, 45, 60, 75, 90)
# What the address of a question's page may choose beforehand, as "Try again" does.
WISHES = ("framework", "minutes", "target", "pacing", "extra")


class StartForm(forms.Form):
    """Framework, minutes, extra time, pacing and target level of a new interview.

    ``key`` becomes the interview's id, so that a double click starts one interview.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    framework = forms.ModelChoiceField(
        FrameworkVersion.objects.none(), to_field_name="slug", empty_label=None
    )
    minutes = forms.TypedChoiceField(coerce=int, choices=[(m, f"{m} minutes") for m in MINUTES])
    extra = forms.ChoiceField(
        label="Extra time",
        required=False,
        choices=[(extra.value, extra.words.capitalize()) for extra in flow.AT_START],
    )
    target = forms.ChoiceField(
        label="Level to aim at", choices=[(t.value, t.value.capitalize()) for t in Target]
    )
    pacing = forms.ChoiceField(
        choices=[
            (flow.Pacing.SOFT.value, "Soft: come and go"),
            (flow.Pacing.STRICT.value, "Strict: no way back"),
        ]
    )

    def __init__(
        self,
        question: Question,
        frameworks: QuerySet[FrameworkVersion],
        data: QueryDict | None = None,
        wishes: Mapping[str, str] | None = None,
    ) -> None:
        """Offer the frameworks, and first what is wished for, or the question's own minutes."""
        minutes = question.minutes if question.minutes in MINUTES else 45
        targets = question.targets or [Target.SENIOR]
        initial = {
            "key": uuid.uuid4(),
            "framework": "four-stage",
            "minutes": minutes,
            "target": Target.SENIOR if Target.SENIOR in targets else targets[0],
            "pacing": flow.Pacing.SOFT,
        }
        known = {name: wish for name, wish in (wishes or {}).items() if name in WISHES}
        super().__init__(data, initial={**initial, **known})
        field = self.fields["framework"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = frameworks


class ExtensionForm(forms.Form):
    """Extra time that is asked for while writing."""

    extra = forms.TypedChoiceField(
        coerce=flow.Extra,
        choices=[(extra.value, extra.words) for extra in flow.Extra if extra != flow.Extra.NONE],
    )


class QuestionFilter(forms.Form):
    """Search words, topic, difficulty and level; anything unknown is the same as any."""

    q = forms.CharField(label="Search", required=False, max_length=100)
    topic = forms.ChoiceField(required=False)
    difficulty = forms.ChoiceField(
        required=False,
        choices=[("", "Any difficulty"), *((d.value, d.value.capitalize()) for d in Difficulty)],
    )
    level = forms.ChoiceField(
        required=False,
        choices=[("", "Any level"), *((t.value, t.value.capitalize()) for t in Target)],
    )

    def __init__(self, topics: list[str], data: QueryDict) -> None:
        """Offer the topics that there are."""
        super().__init__(data)
        field = self.fields["topic"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "Any topic"),
            *((t, t.replace("-", " ").capitalize()) for t in topics),
        ]

    def chosen(self) -> dict[str, str]:
        """Give what was chosen, without what is not valid."""
        self.is_valid()
        good = self.cleaned_data
        return {
            "words": good.get("q", ""),
            "topic": good.get("topic", ""),
            "difficulty": good.get("difficulty", ""),
            "target": good.get("level", ""),
        }


class TypedField(forms.CharField):
    """A text as it was typed, without the one character that a database cannot hold."""

    def to_python(self, value: object) -> str:
        """Leave NUL out; Django would refuse the whole text."""
        return (super().to_python(value) or "").replace("\x00", "")


class HintField(forms.IntegerField):
    """A number that helps and is not needed: what is none is as good as not sent."""

    def clean(self, value: object) -> int | None:
        """Give a number that can be a place in a text, or None."""
        try:
            number = super().clean(value)
        except forms.ValidationError:
            return None
        return number if isinstance(number, int) else None


class DraftForm(forms.Form):
    """A text on its way to the server.

    ``start`` and ``cut`` say where it differs from revision ``base``; ``away`` since when this
    device could not reach the server.
    """

    text = TypedField(required=False, strip=False)
    base = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    key = forms.UUIDField()
    start = HintField(required=False, min_value=0, max_value=2**24)
    cut = HintField(required=False, min_value=0, max_value=2**24)
    away = TypedField(required=False)


class MomentForm(forms.Form):
    """Where a replay stands: seconds after the start, and which of the texts is looked at."""

    at = HintField(required=False, min_value=0, max_value=2**31 - 1)
    sheet = HintField(required=False, min_value=0, max_value=100)

    def wanted(self) -> dict[str, int | None]:
        """Give both; None for what is not said, or is no such number."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in ("at", "sheet")}
