"""An invitation: what somebody is asked to do, under which terms, by a link that works once."""

import hashlib
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self

from django.contrib.auth.models import AnonymousUser, User
from django.db import models, transaction
from django.db.models import F, Q

from interviews import flow
from interviews.models.interview import Interview, choices
from rubrics import Target
from rubrics.models import FrameworkVersion, Question

# The groups of people who invite and score; a lead may do what any of them may.
INTERVIEWER, LEAD = RATERS = ("interviewer", "lead")
# Bytes of chance in a link: nobody guesses it, and it still fits into one line.
_TOKEN_BYTES = 24


class Results(models.TextChoices):
    """When a candidate sees how an invited interview went."""

    NEVER = "never", "Never"
    RELEASED = "released", "When somebody releases it after review"
    AT_ONCE = "at-once", "At once, as the judge scores it"


class Terms(NamedTuple):
    """What an interview by invitation is like, and who sees what of it."""

    framework: FrameworkVersion
    target: Target
    minutes: int
    pacing: flow.Pacing
    extra: flow.Extra
    raters: int
    shows_name: bool
    results: Results
    note: str
    expires_at: datetime
    has_interviewer: bool = False


class Issued(NamedTuple):
    """An invitation with the token of its link, which nobody can read again afterwards."""

    invitation: "Invitation"
    token: str


def hashed(token: str) -> str:
    """Give what is kept of a token: enough to know it again, not to say it."""
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """What can be asked of many invitations."""

    def visible_to(self, user: User | AnonymousUser, *, is_lead: bool) -> Self:
        """Those that a person may see: their own, and all for a lead."""
        return self if is_lead else self.filter(by_id=user.pk)

    def open(self, now: datetime) -> Self:
        """Those whose link still works."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=now)

    def by_token(self, token: str) -> Self:
        """The one that a link names, whatever became of it."""
        return self.filter(token_hash=hashed(token))

    def issue(
        self,
        *,
        key: uuid.UUID,
        by: User,
        questions: Iterable[Question],
        terms: Terms,
        email: str = "",
        name: str = "",
        now: datetime,
    ) -> Issued | None:
        """Invite one person to answer one of some questions. None when the key did so before."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with transaction.atomic():
            invitation, is_new = self.get_or_create(
                id=key,
                defaults={
                    "token_hash": hashed(token),
                    "by": by,
                    "email": email,
                    "name": name,
                    "created_at": now,
                    **terms._asdict(),
                },
            )
            if not is_new:
                return None
            invitation.questions.set(questions)
        return Issued(invitation, token)


class Invitation(models.Model):
    """One person's way to one interview. Its terms never change: who wants others invites anew."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(blank=True)
    name = models.CharField(max_length=100, blank=True, help_text="how the inviter calls them")
    questions: "models.ManyToManyField[Question, models.Model]" = models.ManyToManyField(
        Question, related_name="invitations"
    )
    framework = models.ForeignKey(
        FrameworkVersion, on_delete=models.PROTECT, related_name="invitations"
    )
    target = models.CharField(max_length=10, choices=choices(Target))
    minutes = models.PositiveSmallIntegerField()
    pacing = models.CharField(max_length=10, choices=choices(flow.Pacing))
    extra = models.CharField(max_length=10, choices=choices(flow.Extra), default=flow.Extra.NONE)
    raters = models.PositiveSmallIntegerField(default=1)
    has_interviewer = models.BooleanField(default=False)
    shows_name = models.BooleanField(default=False, help_text="whether raters see the name")
    results = models.CharField(max_length=10, choices=Results, default=Results.RELEASED)
    note = models.TextField(blank=True, help_text="to the candidate")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    if TYPE_CHECKING:
        interview: Interview

    class Meta:
        """The latest first; one or two raters; revoked or accepted, never both."""

        ordering: ClassVar = ["-created_at", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["-created_at", "id"], name="invitation_latest"),
            models.Index(fields=["by", "-created_at", "id"], name="invitation_latest_by"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="invitation_raters", condition=Q(raters__gte=1, raters__lte=2)
            ),
            models.CheckConstraint(
                name="invitation_ends_once",
                condition=Q(revoked_at__isnull=True) | Q(accepted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="invitation_expires_later", condition=Q(expires_at__gt=F("created_at"))
            ),
        ]

    def __str__(self) -> str:
        """Whom it is for, as far as that was said."""
        return self.name or self.email or "somebody with the link"

    @property
    def extra_words(self) -> str:
        """The extra time, in words."""
        return flow.Extra(self.extra).words

    @property
    def answer(self) -> Interview | None:
        """The interview that came of it; None before, and when its candidate's account is gone."""
        return getattr(self, "interview", None)

    def state(self, now: datetime) -> str:
        """Say what became of it: open, accepted, revoked or expired."""
        if self.accepted_at:
            return "accepted"
        if self.revoked_at:
            return "revoked"
        return "open" if self.expires_at > now else "expired"

    def revoke(self, *, now: datetime) -> bool:
        """End the link. False when it was used, revoked or expired before."""
        revoked = Invitation.objects.open(now).filter(pk=self.pk).update(revoked_at=now)
        return bool(revoked)

    def renew(self, *, now: datetime) -> str | None:
        """Give a new link that works as long as the old one did; None once that was used.

        The old link is dead then.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        expires_at = now + (self.expires_at - self.created_at)
        renewed = Invitation.objects.filter(pk=self.pk, accepted_at__isnull=True).update(
            token_hash=hashed(token), expires_at=expires_at, revoked_at=None
        )
        if not renewed:
            return None
        self.token_hash, self.expires_at, self.revoked_at = hashed(token), expires_at, None
        return token

    def accept(self, *, candidate: User, question: Question, now: datetime) -> Interview | None:
        """Use the link up and start the interview, in one go; None when it works no more.

        Raises ValueError for a question that it does not offer or that is not published now.
        """
        version = question.published
        if version is None or not self.questions.filter(pk=question.pk).exists():
            raise ValueError(question.slug)
        with transaction.atomic():
            # The link as it was read: a newer one may have taken its place since.
            mine = Invitation.objects.open(now).filter(pk=self.pk, token_hash=self.token_hash)
            if not mine.update(accepted_at=now):
                return None
            return Interview.objects.begin(
                key=uuid.uuid4(),
                candidate=candidate,
                version=version,
                framework=self.framework,
                minutes=self.minutes,
                pacing=flow.Pacing(self.pacing),
                has_interviewer=self.has_interviewer,
                target=Target(self.target),
                extra=flow.Extra(self.extra),
                invitation=self,
                now=now,
            )
