"""What candidates fill in: how to start, filters of questions, drafts, what they ask for."""

import uuid
from collections.abc import Mapping

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from interviews import flow
from interviews.forms.fields import HintField, TypedField, WordsField
from interviews.models import MOST_SAID
from rubrics import Difficulty, Target
from rubrics.models import FrameworkVersion, Question

MINUTES = (20, 30, 45, 60, 75, 90)


# What the address of a question's page may choose beforehand, as "Try again" does.
WISHES = ("framework", "minutes", "target", "pacing", "extra", "interviewer")


class TermsForm(forms.Form):
    """Framework, minutes, extra time, pacing and target level of an interview.

    ``key`` becomes the id of what is made, so that a double click makes one.
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
    interviewer = forms.ChoiceField(
        required=False,
        choices=[
            ("on", "On: answers, asks back, changes something"),
            ("off", "Off: you and the clock"),
        ],
    )

    @property
    def has_interviewer(self) -> bool:
        """Whether a valid form asks for the interviewer."""
        return bool(self.cleaned_data["interviewer"] == "on")

    def __init__(
        self,
        frameworks: QuerySet[FrameworkVersion],
        data: QueryDict | None = None,
        initial: Mapping[str, object] | None = None,
    ) -> None:
        """Offer the frameworks, and first what is usual where ``initial`` says nothing."""
        usual = {
            "key": uuid.uuid4(),
            "framework": "four-stage",
            "minutes": 45,
            "target": Target.SENIOR,
            "pacing": flow.Pacing.SOFT,
            "interviewer": "on",
        }
        super().__init__(data, initial={**usual, **(initial or {})})
        field = self.fields["framework"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = frameworks


class StartForm(TermsForm):
    """How to start an interview of one's own."""

    def __init__(
        self,
        question: Question,
        frameworks: QuerySet[FrameworkVersion],
        data: QueryDict | None = None,
        wishes: Mapping[str, str] | None = None,
    ) -> None:
        """Offer the frameworks, and first what is wished for, or the question's own minutes."""
        targets = question.targets or [Target.SENIOR]
        own = {
            "minutes": question.minutes if question.minutes in MINUTES else 45,
            "target": Target.SENIOR if Target.SENIOR in targets else targets[0],
        }
        known = {name: wish for name, wish in (wishes or {}).items() if name in WISHES}
        super().__init__(frameworks, data, {**own, **known})


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


class QuestionForm(forms.Form):
    """What a candidate asks the interviewer. ``question_key`` becomes the id of what is kept."""

    question = WordsField(
        max_length=MOST_SAID,
        error_messages={
            "required": "Type your question first.",
            "max_length": f"A question has {MOST_SAID} characters at most. Please shorten it.",
        },
    )
    question_key = forms.UUIDField(error_messages={"required": "Please reload this page."})

    @property
    def problem(self) -> str:
        """The first thing that is wrong, in words."""
        return next(str(said) for errors in self.errors.values() for said in errors)


class MomentForm(forms.Form):
    """Where a replay stands: seconds after the start, and which of the texts is looked at."""

    at = HintField(required=False, min_value=0, max_value=2**31 - 1)
    sheet = HintField(required=False, min_value=0, max_value=100)

    def wanted(self) -> dict[str, int | None]:
        """Give both; None for what is not said, or is no such number."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in ("at", "sheet")}


class ExtensionForm(forms.Form):
    """Extra time that is asked for while writing."""

    extra = forms.TypedChoiceField(
        coerce=flow.Extra,
        choices=[(extra.value, extra.words) for extra in flow.Extra if extra != flow.Extra.NONE],
    )


class AppealForm(forms.Form):
    """What a candidate wants to be looked at again."""

    asked = WordsField(max_length=5_000)
