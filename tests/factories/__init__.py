"""Builders of the least valid row. Traits are words: `EpisodeFactory(returned=True)`."""

import uuid
from datetime import UTC, date, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from casework.models import (
    Duty,
    EndReason,
    Episode,
    Placement,
    PlacementKind,
    Reminder,
    ReturnedTo,
    Role,
    Unit,
    User,
    Youth,
)
from casework.operations.youth import keep_names_findable
from casework.policies.anchors import Anchor
from casework.policies.ladder import Audience, ReminderKind
from casework.policies.rules import Basis, Phase, Verified

TOLD = datetime(2026, 3, 3, 7, 52, tzinfo=UTC)  # Tue Mar 3, 1:52 a.m. in Missouri
PASSWORD = "a long enough passphrase"


class UnitFactory(DjangoModelFactory):
    class Meta:
        model = Unit

    name = factory.Sequence(lambda n: f"Unit {n}")
    jurisdiction = "us-mo"
    time_zone = "America/Chicago"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@agency.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    role = Role.CASEWORKER
    unit = factory.SubFactory(UnitFactory)

    @factory.post_generation
    def password(self, create: bool, extracted: str | None, **_: object) -> None:
        self.set_password(extracted or PASSWORD)  # type: ignore[attr-defined]
        if create:
            self.save(update_fields=["password"])  # type: ignore[attr-defined]


class YouthFactory(DjangoModelFactory):
    class Meta:
        model = Youth
        skip_postgeneration_save = True

    given_name = "Jordan"
    family_name = factory.Sequence(lambda n: f"Avery{chr(97 + n % 26)}")
    born_on = date(2010, 6, 1)
    unit = factory.SubFactory(UnitFactory)
    recorded_at = TOLD - timedelta(days=300)
    recorded_by = factory.SubFactory(UserFactory, unit=factory.SelfAttribute("..unit"))

    @factory.post_generation
    def findable(self, create: bool, extracted: object, **_: object) -> None:
        if create:
            keep_names_findable(self)  # type: ignore[arg-type]


class PlacementFactory(DjangoModelFactory):
    class Meta:
        model = Placement

    youth = factory.SubFactory(YouthFactory)
    name = "Maple House"
    kind = PlacementKind.GROUP_HOME
    phone = "555-0123"
    started_at = TOLD - timedelta(days=90)


class EpisodeFactory(DjangoModelFactory):
    """A bare episode, without duties; `casework.operations.episodes.log_missing` makes a whole one."""

    class Meta:
        model = Episode

    class Params:
        returned = factory.Trait(
            returned_at=TOLD + timedelta(hours=5),
            returned_recorded_at=TOLD + timedelta(hours=5),
            returned_by=factory.SelfAttribute("recorded_by"),
            returned_to=ReturnedTo.PLACEMENT,
            ended_at=TOLD + timedelta(hours=5),
            ended_recorded_at=TOLD + timedelta(hours=5),
            ended_by=factory.SelfAttribute("recorded_by"),
            end_reason=EndReason.RETURNED,
        )

    youth = factory.SubFactory(YouthFactory)
    unit = factory.SelfAttribute("youth.unit")
    assigned_to = factory.SubFactory(UserFactory, unit=factory.SelfAttribute("..unit"))
    recorded_by = factory.LazyAttribute(
        lambda episode: episode.assigned_to or UserFactory(unit=episode.unit)
    )
    jurisdiction = "us-mo"
    protocol_version = "2026.1"
    time_zone = "America/Chicago"
    told_at = TOLD
    recorded_at = TOLD + timedelta(minutes=12)
    submission_key = factory.LazyFunction(uuid.uuid4)


class DutyFactory(DjangoModelFactory):
    class Meta:
        model = Duty

    episode = factory.SubFactory(EpisodeFactory)
    code = factory.Sequence(lambda n: f"duty_{n}")
    protocol_version = "2026.1"
    title = "Report to police"
    phase = Phase.MISSING
    order = 10
    anchor = Anchor.TOLD
    counted_from_at = TOLD
    is_provisional = False
    due_at = TOLD + timedelta(hours=2)
    rule = "within 2 hours after the agency was told"
    basis = Basis.LAW
    source = "A made-up rule for tests"
    verified = Verified.SOURCE_SEEN
    planned_at = TOLD


class ReminderFactory(DjangoModelFactory):
    class Meta:
        model = Reminder

    duty = factory.SubFactory(DutyFactory)
    episode = factory.SelfAttribute("duty.episode")
    kind = ReminderKind.OVERDUE
    audience = Audience.OWNER
    due_at = TOLD + timedelta(hours=2)
    dedupe_key = factory.Sequence(lambda n: f"test:{n}")
    planned_at = TOLD
