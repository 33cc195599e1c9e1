"""Who answers: reviewers, the pools they share, and the tags that say what they know."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Now
from django.utils import timezone


class Counter(models.BigIntegerField[int, int]):
    """A number that SQL statements keep; saving the row leaves it as it is, so that no stale copy overwrites it."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ANN401, FBT001 - Django's signature
        return super().pre_save(model_instance, add) if add else F(self.attname)


class Role(models.TextChoices):
    """What a person may do, in the pools they sit in; an admin everywhere."""

    ADMIN = "admin", "Admin"
    LEAD = "lead", "Lead"
    REVIEWER = "reviewer", "Reviewer"
    READ_ONLY = "read_only", "Read-only"


class PoolQuerySet(models.QuerySet["Pool"]):
    def visible_to(self, reviewer: Reviewer) -> PoolQuerySet:
        return self if reviewer.role == Role.ADMIN else self.filter(seats__reviewer=reviewer)


class Pool(models.Model):
    """Reviewers who share a queue. One of them is the default, made by a migration."""

    name = models.TextField(unique=True)
    is_default = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Strategy(models.TextChoices):
        ROUND_ROBIN = "round_robin", "In turn"
        LEAST_LOADED = "least_loaded", "Whoever holds least"

    strategy = models.TextField(choices=Strategy, db_default=Strategy.ROUND_ROBIN)
    fallback = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Gets what comes while nobody here is on duty.",
    )
    assign_within = models.DurationField(
        null=True,
        blank=True,
        db_default=timedelta(minutes=15),
        help_text="Whoever does not claim within this is set to away, and the next person gets it. Empty: never.",
    )
    # Since when that holds: nothing lapses sooner than this long afterwards. Null: it has always been so.
    assign_within_since = models.DateTimeField(null=True, editable=False)
    claim_within = models.DurationField(
        null=True,
        blank=True,
        db_default=timedelta(minutes=15),
        help_text="What somebody claimed and did nothing with for this long goes back to the queue. Empty: never.",
    )
    has_key_leases = models.BooleanField(
        "also what is claimed with an API key",
        db_default=False,
        help_text="Whoever works through the API keeps it by claiming it again in time.",
    )
    tags = ArrayField(
        models.TextField(), db_default=[], blank=True, help_text="What everybody who sits here is taken to know."
    )
    time_zone = models.TextField(db_default="UTC", help_text="Of its holidays, such as Europe/Berlin.")
    rotation = models.ForeignKey(
        "Rotation",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="pools",
        help_text="Who is on call for this pool.",
    )
    manager = models.ForeignKey(
        "Reviewer",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Hears of what waits too long here.",
    )
    is_open = models.BooleanField(db_default=True, editable=False)
    open_changes_at = models.DateTimeField(null=True, editable=False)
    pickup_seconds = models.FloatField(null=True, editable=False)  # the median of late; null: unknown

    objects = PoolQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="only_one_default_pool"),
            models.CheckConstraint(condition=~Q(name=""), name="a_pool_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word of expertise: free text, made on its first use."""

    name = models.TextField(primary_key=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ReviewerQuerySet(models.QuerySet["Reviewer"]):
    def active(self) -> ReviewerQuerySet:
        return self.filter(is_active=True)

    def visible_to(self, reviewer: Reviewer) -> ReviewerQuerySet:
        """Everybody for an admin, else the people one shares a pool with."""
        if reviewer.role == Role.ADMIN:
            return self
        shared = Seat.objects.filter(pool__seats__reviewer=reviewer).values("reviewer")
        return self.filter(Q(pk__in=shared) | Q(pk=reviewer.pk))


class ReviewerManager(BaseUserManager["Reviewer"]):
    def get_queryset(self) -> ReviewerQuerySet:
        return ReviewerQuerySet(self.model, using=self._db)

    def active(self) -> ReviewerQuerySet:
        return self.get_queryset().active()

    def visible_to(self, reviewer: Reviewer) -> ReviewerQuerySet:
        return self.get_queryset().visible_to(reviewer)

    def create_user(self, email: str, password: str | None = None, **facts: Any) -> Reviewer:  # noqa: ANN401 - model fields
        reviewer = Reviewer(email=email.strip().lower(), **facts)
        reviewer.set_password(password)
        reviewer.full_clean(exclude=["password"])
        reviewer.save()
        return reviewer

    def create_superuser(self, email: str, password: str | None = None, **facts: Any) -> Reviewer:  # noqa: ANN401 - model fields
        return self.create_user(email, password, role=Role.ADMIN, **facts)

    def get_by_natural_key(self, username: str | None) -> Reviewer:
        return self.get(email=(username or "").strip().lower())


class Reviewer(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with their email. `held` counts the unfinished tasks assigned to them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.TextField(blank=True, default="")
    role = models.TextField(choices=Role, default=Role.REVIEWER)
    is_active = models.BooleanField("active", default=True, help_text="Only active people get tasks and may sign in.")
    tags = ArrayField(models.TextField(), default=list, blank=True, help_text="What this person knows.")
    capacity = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Unfinished tasks this person may hold at once; empty means no limit.",
    )
    has_single_keys = models.BooleanField(
        "single-letter keys", db_default=True, help_text="Letters such as n and c act on the desk (WCAG 2.1.4)."
    )
    time_zone = models.TextField(db_default="UTC", help_text="Of their working hours, such as Europe/Berlin.")
    away_since = models.DateTimeField(null=True, editable=False)
    away_until = models.DateTimeField(null=True, editable=False)  # null while away: until they come back
    has_lapsed = models.BooleanField(db_default=False, editable=False)  # away because they did not claim in time
    # What hours, time off and being away come to (`reviewers/duty.py`), so that routing need not work it out.
    on_duty = models.BooleanField(db_default=True, editable=False)
    duty_changes_at = models.DateTimeField(null=True, editable=False)
    held = Counter(db_default=0, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    is_staff = True  # everybody works in the one AdminSite; permissions decide what they find there
    # Django keeps this as a column; here it follows from the role, so that the two cannot disagree.
    is_superuser = property(lambda self: self.role == Role.ADMIN)

    objects = ReviewerManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="an_email_is_lower_case"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="a_role_is_known"),
            models.CheckConstraint(condition=Q(held__gte=0), name="nobody_holds_less_than_nothing"),
            models.CheckConstraint(
                condition=Q(away_since__isnull=False) | Q(away_until=None, has_lapsed=False),
                name="only_the_away_have_an_end_of_it",
            ),
        ]
        indexes = [
            models.Index(fields=["duty_changes_at"], condition=Q(duty_changes_at__isnull=False), name="duty_changes"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.name or self.email

    @property
    def is_on_duty(self) -> bool:
        """On duty now: what is kept, but never beyond the moment at which it changes."""
        return self.on_duty and (self.duty_changes_at is None or self.duty_changes_at > timezone.now())

    @property
    def has_come_in(self) -> bool:
        """Whether they ever could: invited people only once they accepted."""
        invitation = getattr(self, "invitation", None)
        return invitation is None or invitation.accepted_at is not None

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name.split()[0]


class Seat(models.Model):
    """A reviewer's place in a pool; whoever was served least is next (`escalations/routing.py`)."""

    pool = models.ForeignKey(Pool, on_delete=models.CASCADE, related_name="seats")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="seats")
    served = Counter(db_default=0, editable=False)
    turn = Counter(db_default=Func(Value("reviewers_turn"), function="nextval"), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "reviewer"], name="one_seat_per_reviewer_and_pool"),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer} in {self.pool}"
