"""What people may fill in: how to start or invite to an interview, drafts, filters of lists."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict

import rubrics
from interviews import flow, invited, webhooks
from interviews.access import queue
from interviews.consensus import Options
from interviews.invited import Invited
from interviews.models import LONGEST_NAME, LONGEST_QUERY, MAX_BYTES, Kind, Results, Terms
from interviews.models.webhook import EVENTS
from rubrics import Difficulty, Target, outbound
from rubrics.models import FrameworkVersion, Question

MINUTES = (20, 30, 45, 60, 75, 90)
# What the address of a question's page may choose beforehand, as "Try again" does.
WISHES = ("framework", "minutes", "target", "pacing", "extra")


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


class TypedField(forms.CharField):
    """A text as it was typed, without the one character that a database cannot hold."""

    def to_python(self, value: object) -> str:
        """Leave NUL out; Django would refuse the whole text."""
        return (super().to_python(value) or "").replace("\x00", "")


class WordsField(TypedField):
    """A text of several lines; a browser sends their ends as two characters, which count as one."""

    def to_python(self, value: object) -> str:
        """Count the end of a line once."""
        return super().to_python(value).replace("\r\n", "\n")


class QueueFilter(forms.Form):
    """Which list of the queue, narrowed and sorted how; anything unknown is nothing."""

    tab = forms.SlugField(required=False)
    question = forms.SlugField(required=False, max_length=100, widget=forms.Select)
    by = forms.IntegerField(
        label="Invited by", required=False, min_value=1, max_value=2**31 - 1, widget=forms.Select
    )
    kind = forms.ChoiceField(required=False, choices=[("", "Any kind"), *Kind.choices])
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


class AppealForm(forms.Form):
    """What a candidate wants to be looked at again."""

    asked = WordsField(max_length=5_000)


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
