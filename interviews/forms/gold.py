"""What curators and leads fill in about gold answers."""

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

import rubrics
from interviews.forms.answering import TermsForm
from interviews.forms.fields import WordsField
from interviews.models import MAX_BYTES
from rubrics.models import FrameworkVersion, Question


class GoldForm(TermsForm):
    """An answer to keep as gold: to which question, and what it says."""

    question = forms.ModelChoiceField(
        Question.objects.none(), to_field_name="slug", empty_label="Choose one"
    )
    text = WordsField(
        label="The answer",
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="Markdown. Each stage begins with its title as a heading, such as ## Evaluation.",
    )
    field_order = ("key", "question", "framework", "minutes", "target", "text")

    def __init__(
        self,
        questions: QuerySet[Question],
        frameworks: QuerySet[FrameworkVersion],
        data: QueryDict | None = None,
    ) -> None:
        """Offer the questions and frameworks."""
        super().__init__(frameworks, data)
        del self.fields["extra"], self.fields["pacing"]
        field = self.fields["question"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = questions

    def clean_text(self) -> dict[str, str]:
        """Split it into stages, by id; what is no stage's is refused."""
        framework: FrameworkVersion | None = self.cleaned_data.get("framework")
        if framework is None:
            return {}
        given = rubrics.by_stage(self.cleaned_data["text"], framework.value)
        titles = {stage.id: stage.title for stage in framework.value.stages}
        texts = {stage: text.strip() for stage, text in given.items() if stage in titles}
        if not any(texts.values()):
            heads = ", ".join(f"## {title}" for title in titles.values())
            raise forms.ValidationError(f"No stage was found in it. Use these headings: {heads}")
        long = [titles[stage] for stage, text in texts.items() if len(text.encode()) > MAX_BYTES]
        if long:
            raise forms.ValidationError(f"Too long for one stage: {', '.join(long)}. Shorten it.")
        return texts


class GoldPlanForm(forms.Form):
    """How often raters get gold answers."""

    every = forms.TypedChoiceField(
        label="Unmarked, among what a rater scores",
        coerce=int,
        choices=[(0, "None"), *((n, f"1 in {n}") for n in (2, 3, 4, 5, 8, 10, 15, 20, 30, 50))],
    )
    calibration = forms.TypedChoiceField(
        label="Before a rater's first live answer",
        coerce=int,
        choices=[
            (0, "None"),
            (1, "1 gold answer"),
            *((n, f"{n} gold answers") for n in range(2, 6)),
        ],
    )
