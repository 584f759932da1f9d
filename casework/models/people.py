"""Who works here: units in a tree, and the people in them."""

from typing import Any
from zoneinfo import ZoneInfo

import pghistory
import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from tree_queries.models import TreeNode

from casework.models.fields import both_or_neither, public_id
from casework.models.month_tally_triggers import COUNTED_BY_UNIT


class Role(models.TextChoices):
    """What a person is in the agency; `casework.access.roles` says what each may do."""

    CASEWORKER = "caseworker", "Caseworker"
    SUPERVISOR = "supervisor", "Supervisor"
    ON_CALL = "on_call", "On-call"
    ADMIN = "admin", "Admin"
    AUDITOR = "auditor", "Auditor"


NO_CYCLE = """
    IF NEW.parent_id IS NOT NULL AND EXISTS (
        WITH RECURSIVE above AS (
            SELECT id, parent_id FROM casework_unit WHERE id = NEW.parent_id
            UNION
            SELECT u.id, u.parent_id FROM casework_unit u JOIN above a ON u.id = a.parent_id
        )
        SELECT 1 FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'a unit cannot stand below itself' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class Unit(TreeNode):  # type: ignore[misc]  # the library is untyped
    """An office in the agency's tree, with its jurisdiction, time zone and calendar."""

    public_id = public_id()
    name = models.CharField(max_length=120, unique=True)
    jurisdiction = models.SlugField(max_length=40, help_text="Code of a protocol, like us-mo")
    time_zone = models.CharField(max_length=60, help_text="Like America/Chicago")
    calendar = models.SlugField(
        max_length=40, blank=True, help_text="Holidays that count; empty: those of its protocol"
    )
    on_call_phone = models.CharField(max_length=40, blank=True)

    class Meta(TreeNode.Meta):  # type: ignore[misc]
        ordering = ("name", "id")
        constraints = (
            models.CheckConstraint(condition=~Q(time_zone=""), name="unit_has_time_zone"),
            models.CheckConstraint(condition=~Q(jurisdiction=""), name="unit_has_jurisdiction"),
        )
        triggers = (
            *COUNTED_BY_UNIT,
            pgtrigger.Trigger(
                name="no_cycle",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=NO_CYCLE,
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which this unit's days and hours are told."""
        return ZoneInfo(self.time_zone)


class UserManager(BaseUserManager["User"]):
    """Makes accounts; the e-mail address is the name one signs in with."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Save a new account and return it; without a password nobody can sign in with it."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person with an account. Accounts are deactivated, never deleted."""

    public_id = public_id()
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices)
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="people"
    )
    backup = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="backs_up",
        help_text="The colleague who steps in when this person does not react",
    )
    # Kept when a mail server says for good that there is no such address; another address clears it.
    email_refused_at = models.DateTimeField(null=True, blank=True)
    email_refused_why = models.CharField(
        max_length=300, blank=True, help_text="The mail server's words"
    )
    is_active = models.BooleanField(default=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    deactivated_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name", "role"]

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=both_or_neither("deactivated_at", "deactivated_by"),
                name="user_deactivated_pair",
            ),
            models.CheckConstraint(
                condition=Q(is_active=True) | Q(deactivated_at__isnull=False),
                name="user_inactive_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(role__in=[Role.CASEWORKER, Role.SUPERVISOR]) | Q(unit__isnull=False),
                name="user_caseworker_has_unit",
            ),
            models.CheckConstraint(condition=~Q(backup=F("pk")), name="user_backup_is_another"),
            models.CheckConstraint(
                condition=Q(email_refused_at__isnull=False) | Q(email_refused_why=""),
                name="user_refusal_says_when",
            ),
        )
        triggers = (pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.name
