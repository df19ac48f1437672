"""The bank's rows: questions, their immutable versions, and versions of frameworks."""

from datetime import datetime
from functools import lru_cache
from typing import ClassVar, Self

from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from rubrics import schema


def documents_of(*versions: str) -> list[str]:
    """Name the columns to ``defer`` of the versions at these paths: hundreds of kilobytes each.

    Their values are kept in memory by hash and seldom need them; ``""`` is the row itself.
    """
    return [f"{path}__{each}".lstrip("_") for path in versions for each in ("document", "source")]


def search_terms(words: str) -> list[str]:
    """Give the parts to look for: at most eight, without hyphens and the s of a plural."""
    parts = words.replace("-", " ").split()[:8]
    return [part.removesuffix("s") if len(part) > 3 else part for part in parts]


class QuestionQuerySet(models.QuerySet["Question"]):
    """What can be asked of many questions."""

    def published(self) -> Self:
        """Those that a candidate can practise, with their published version."""
        return self.filter(state=Question.State.PUBLISHED).with_version()

    def with_version(self) -> Self:
        """Fetch the published version along, without its documents."""
        return self.select_related("published").defer(*documents_of("published"))

    def matching(self, *, words: str, topic: str, difficulty: str, target: str) -> Self:
        """Narrow by free words (all must occur) and by exact properties; blank means any."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(
                Q(title__icontains=word) | Q(summary__icontains=word) | Q(topic__icontains=word)
            )
        if topic:
            found = found.filter(topic=topic)
        if difficulty:
            found = found.filter(difficulty=difficulty)
        if target:
            found = found.filter(targets__contains=[target])
        return found

    def drawing_on(self, concept: str) -> Self:
        """Those whose published version names a concept (id)."""
        return self.filter(concepts__contains=[concept])

    def for_desk(self, words: str, state: str, topic: str, after: str) -> Self:
        """What curators list: by title and name, behind the key ``after`` of one of them."""
        found = self.matching(words=words, topic=topic, difficulty="", target="")
        if state == "with-draft":
            found = found.filter(draft__isnull=False)
        elif state:
            found = found.filter(state=state)
        if after:
            title, _, slug = after.rpartition("|")
            found = found.filter(Q(title__gt=title) | Q(title=title, slug__gt=slug))
        drafts = Draft.objects.filter(question=models.OuterRef("pk"))
        live = Q(versions__interviews__gold_copy__isnull=True)
        return (
            found.with_version()
            .annotate(
                draft_since=models.Subquery(drafts.values("updated_at")[:1]),
                attempts=models.Count("versions__interviews", filter=live, distinct=True),
            )
            .order_by("title", "slug")
        )


class Question(models.Model):
    """One question of the bank under its lasting name. What it says is in its versions.

    Title to concepts repeat the published version, to search and sort by.
    """

    class State(models.TextChoices):
        """Where a question is in its life."""

        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    slug = models.SlugField(max_length=60, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    published = models.ForeignKey(
        "QuestionVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    title = models.CharField(max_length=400)
    summary = models.CharField(max_length=400, blank=True)
    topic = models.CharField(max_length=60, blank=True)
    difficulty = models.CharField(max_length=10, blank=True)
    targets = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    minutes = models.PositiveSmallIntegerField(default=45)
    concepts = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    updated_at = models.DateTimeField()

    objects = QuestionQuerySet.as_manager()

    class Meta:
        """Names, order and the promises that the database keeps."""

        ordering: ClassVar = ["title"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="question_published_has_version",
                condition=~Q(state="published") | Q(published__isnull=False),
            )
        ]

    def __str__(self) -> str:
        """The title."""
        return self.title

    @property
    def desk_key(self) -> str:
        """Where it stands in the curators' list."""
        return f"{self.title}|{self.slug}"


class QuestionVersion(models.Model):
    """A question as it was at one moment. Never edited: the database refuses."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.TextField(help_text="JSON, in the order in which it was written")
    content_hash = models.CharField(max_length=64)
    rubric_hash = models.CharField(max_length=64)
    source = models.TextField(blank=True, help_text="the YAML as it was written, if it is known")
    author = models.CharField(max_length=254, blank=True)
    note = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        """Names, order and the promises that the database keeps."""

        ordering: ClassVar = ["question", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="version_number_once", fields=["question", "number"]),
        ]

    def __str__(self) -> str:
        """Name and number, as in ``ad-click-prediction v3``."""
        return f"{self.question.slug} v{self.number}"

    @property
    def value(self) -> schema.Question:
        """The document as a value of the scoring core; parsed once per content."""
        return _question(_Content(self))


class DraftQuerySet(models.QuerySet["Draft"]):
    """What can be asked of drafts."""

    def with_question(self) -> Self:
        """Fetch question, published version and last writer along, without the documents."""
        found = self.select_related("question__published", "updated_by")
        return found.defer(*documents_of("question__published"))

    def marked(self, mark: str) -> Self:
        """The draft that bears a mark, if it still does."""
        pk, _, revision = mark.partition("-")
        return self.filter(pk=int(pk), revision=int(revision))


class Draft(models.Model):
    """What a curator is writing on a question: YAML that need not be right yet. One a question."""

    question = models.OneToOneField(Question, on_delete=models.CASCADE, related_name="draft")
    base = models.ForeignKey(
        QuestionVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = DraftQuerySet.as_manager()

    def __str__(self) -> str:
        """Name and revision, as in ``draft 12 of ad-click-prediction``."""
        return f"draft {self.revision} of {self.question.slug}"

    @property
    def mark(self) -> str:
        """This draft at this revision: a later draft of the question has other marks."""
        return f"{self.pk}-{self.revision}"

    def write(self, text: str, *, base: str, by: User, now: datetime) -> bool:
        """Keep a text that was written on the mark ``base``; False when somebody was faster.

        The very text that is kept already changes nothing, whatever it was written on.
        """
        if text == self.text:
            return True
        new = {"text": text, "updated_at": now, "updated_by": by}
        mine = Draft.objects.marked(base).filter(pk=self.pk)
        if not mine.update(revision=F("revision") + 1, **new):
            self.refresh_from_db(fields=[*new, "revision"])
            return self.text == text
        self.text, self.updated_at, self.updated_by = text, now, by
        self.revision = int(base.rpartition("-")[2]) + 1
        return True


class DraftVisit(models.Model):
    """Who has a draft open, and when they were last heard of."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="visits")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        """The promise that the database keeps."""

        constraints: ClassVar = [
            models.UniqueConstraint(name="draft_visit_once", fields=["draft", "person"])
        ]

    def __str__(self) -> str:
        """Who has what open."""
        return f"{self.person} at {self.draft_id}"


class ConceptQuerySet(models.QuerySet["Concept"]):
    """What can be asked of many concepts."""

    def named(self) -> Self:
        """Only what a list of names needs."""
        return self.defer("words", "document")

    def with_card(self) -> Self:
        """Those that have something to read."""
        # In JSON a quotation mark inside a text has a backslash before it: this is the key.
        return self.filter(document__contains='"card":')

    def matching(self, words: str) -> Self:
        """Those in which every word occurs, those that are called so first."""
        terms = search_terms(words)
        if not terms:
            return self
        anywhere, in_title = Q(), Q()
        for term in terms:
            anywhere &= Q(words__icontains=term)
            in_title &= Q(title__icontains=term)
        itself = Q(title__istartswith=words.strip())
        first = models.Case(models.When(itself, then=0), models.When(in_title, then=1), default=2)
        return self.filter(anywhere).order_by(first, "title")


class Concept(models.Model):
    """A concept card of the handbook, as it was last brought in; search looks at its columns."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=400)
    words = models.TextField(help_text="names, wordings and card, to search in")
    document = models.TextField(help_text="JSON, in the order in which it was written")
    content_hash = models.CharField(max_length=64)
    updated_at = models.DateTimeField()

    objects = ConceptQuerySet.as_manager()

    class Meta:
        """By title."""

        ordering: ClassVar = ["title"]

    def __str__(self) -> str:
        """The title."""
        return self.title

    @property
    def value(self) -> schema.Concept:
        """The document as a value of the scoring core; parsed once per content."""
        return _concept(_Content(self))


class Shipped(models.Model):
    """A library folder that came with the app and was brought in whole, by its digest."""

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        """The digest's beginning."""
        return self.digest[:12]


class FrameworkVersionQuerySet(models.QuerySet["FrameworkVersion"]):
    """What can be asked of many versions of frameworks."""

    def current(self) -> Self:
        """The one of each framework that counts today."""
        return self.filter(is_current=True)


class FrameworkVersion(models.Model):
    """A framework as it was at one moment. Interviews keep the one they began with."""

    slug = models.SlugField(max_length=60)
    title = models.CharField(max_length=400)
    document = models.TextField(help_text="JSON, in the order in which it was written")
    content_hash = models.CharField(max_length=64)
    is_current = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = FrameworkVersionQuerySet.as_manager()

    class Meta:
        """Names, order and the promises that the database keeps."""

        ordering: ClassVar = ["slug", "-created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="framework_once", fields=["slug", "content_hash"]),
            models.UniqueConstraint(
                name="framework_one_current", fields=["slug"], condition=Q(is_current=True)
            ),
        ]

    def __str__(self) -> str:
        """The title."""
        return self.title

    @property
    def value(self) -> schema.Framework:
        """The document as a value of the scoring core; parsed once per content."""
        return _framework(_Content(self))


_Stored = QuestionVersion | FrameworkVersion | Concept


class _Content:
    """A stored document as a cache key: its hash stands for it, and is cheaper to fetch."""

    def __init__(self, row: "_Stored") -> None:
        self.content_hash = row.content_hash
        self.row: _Stored | None = row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self.content_hash == other.content_hash

    def __hash__(self) -> int:
        return hash(self.content_hash)

    def read(self) -> str:
        """Fetch the document, once; the cache keeps the key, which need not keep the row."""
        row, self.row = self.row, None
        assert row is not None
        return row.document


@lru_cache(maxsize=256)
def _question(content: _Content) -> schema.Question:
    return schema.Question.model_validate_json(content.read())


@lru_cache(maxsize=32)
def _framework(content: _Content) -> schema.Framework:
    return schema.Framework.model_validate_json(content.read())


@lru_cache(maxsize=256)
def _concept(content: _Content) -> schema.Concept:
    return schema.Concept.model_validate_json(content.read())
