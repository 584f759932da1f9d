"""What the database refuses or keeps by itself, whoever asks: its triggers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from casework import audit
from casework.models import (
    Absence,
    AuditEvent,
    Duty,
    Episode,
    Flag,
    Placement,
    Transfer,
    Unit,
    User,
    Youth,
)
from tests.factories import (
    TOLD,
    DutyFactory,
    EpisodeFactory,
    PlacementFactory,
    UnitFactory,
    UserFactory,
    YouthFactory,
)
from tests.integration.models.rows import (
    a_circumstance,
    a_confirmation,
    a_contact,
    a_counted_month,
    a_flag,
    a_flag_step,
    a_note,
    a_transfer,
    an_absence,
    an_answer,
    an_assessment,
    an_assignment,
    an_entry,
    an_export,
    an_import_batch,
)

pytestmark = pytest.mark.django_db


def an_audit_event() -> AuditEvent:
    return audit.record("youth.added", subject=None, by=None, at=TOLD)


def truncate(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def a_unit_below_its_own_child() -> None:
    above = UnitFactory()
    middle = UnitFactory(parent=above)
    below = UnitFactory(parent=middle)
    Unit.objects.filter(pk=above.pk).update(parent=below)


def a_unit_below_itself() -> None:
    unit = UnitFactory()
    change(unit, parent=unit)


def closed_account() -> User:
    return UserFactory(is_active=False, deactivated_at=TOLD, deactivated_by=UserFactory())


def an_undone_assignment() -> models.Model:
    return an_assignment(undone_at=TOLD, undone_by=UserFactory())


def change(row: models.Model, **fields: Any) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(**fields)


def remove(row: models.Model) -> None:
    """Delete by SQL, past Django's own protection."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {row._meta.db_table} WHERE id = %s", [row.pk])  # noqa: S608


# Trigger: what the database says, and each way of breaking it.
REFUSED: dict[str, tuple[str, list[Callable[[], object]]]] = {
    "casework.Unit:no_cycle": (
        "a unit cannot stand below itself",
        [a_unit_below_its_own_child, a_unit_below_itself],
    ),
    "casework.User:never_deleted": (
        "Cannot delete rows from casework_user",
        [lambda: remove(UserFactory())],
    ),
    "casework.Episode:held_by_somebody_active": (
        "cannot be given to a deactivated account",
        [
            lambda: EpisodeFactory(assigned_to=closed_account(), recorded_by=UserFactory()),
            lambda: change(EpisodeFactory(), assigned_to=closed_account()),
            lambda: change(EpisodeFactory(returned=True), assigned_to=closed_account()),
        ],
    ),
    "casework.Assignment:never_deleted": (
        "Cannot delete rows from casework_assignment",
        [lambda: remove(an_assignment())],
    ),
    "casework.Assignment:only_undone_once": (
        "Cannot update rows from casework_assignment",
        [
            lambda: change(an_assignment(), note="Rewritten"),
            lambda: change(an_undone_assignment(), undone_at=None, undone_by=None),
        ],
    ),
    "casework.ImportBatch:never_deleted": (
        "Cannot delete rows from casework_importbatch",
        [lambda: remove(an_import_batch())],
    ),
    "casework.CountedMonth:never_deleted": (
        "Cannot delete rows from casework_countedmonth",
        [lambda: remove(a_counted_month())],
    ),
    "casework.CountedMonth:only_unlocked_once": (
        "Cannot update rows from casework_countedmonth",
        [
            lambda: change(a_counted_month(), figures={}),
            lambda: change(
                a_counted_month(
                    unlocked_at=TOLD, unlocked_by=UserFactory(), unlocked_why="Late entries"
                ),
                unlocked_at=None,
                unlocked_by=None,
                unlocked_why="",
            ),
        ],
    ),
    "casework.Export:never_deleted": (
        "Cannot delete rows from casework_export",
        [lambda: remove(an_export())],
    ),
    "casework.AuditEvent:append_only": (
        "Cannot update or delete rows from casework_auditevent",
        [
            lambda: change(an_audit_event(), event="youth.other"),
            lambda: remove(an_audit_event()),
        ],
    ),
    "casework.AuditEvent:never_emptied": (
        "audit events are never removed",
        [lambda: truncate("casework_auditevent")],
    ),
    "casework.DutyEvidence:only_added": (
        "Cannot update or delete rows from casework_dutyevidence",
        [lambda: change(an_entry(), note="Rewritten"), lambda: remove(an_entry())],
    ),
    "casework.DutyConfirmation:only_added": (
        "Cannot update or delete rows from casework_dutyconfirmation",
        [
            lambda: change(a_confirmation(), confirmed_by="Somebody else"),
            lambda: remove(a_confirmation()),
        ],
    ),
    "casework.Circumstance:only_added": (
        "Cannot update or delete rows from casework_circumstance",
        [lambda: change(a_circumstance(), holds="no"), lambda: remove(a_circumstance())],
    ),
    "casework.ChecklistAnswer:only_added": (
        "Cannot update or delete rows from casework_checklistanswer",
        [lambda: change(an_answer(), answer="no"), lambda: remove(an_answer())],
    ),
    "casework.AssessmentRecord:only_added": (
        "Cannot update or delete rows from casework_assessmentrecord",
        [lambda: change(an_assessment(), marks=[]), lambda: remove(an_assessment())],
    ),
    "casework.YouthContact:never_deleted": (
        "Cannot delete rows from casework_youthcontact",
        [lambda: remove(a_contact())],
    ),
    "casework.Flag:never_deleted": (
        "Cannot delete rows from casework_flag",
        [lambda: remove(a_flag())],
    ),
    "casework.FlagStep:only_added": (
        "Cannot update or delete rows from casework_flagstep",
        [lambda: change(a_flag_step(), words="Rewritten"), lambda: remove(a_flag_step())],
    ),
    "casework.Note:only_added": (
        "Cannot update or delete rows from casework_note",
        [lambda: change(a_note(), text="Rewritten"), lambda: remove(a_note())],
    ),
}

# Which records keep the rows of the board; `test_standing.py` tries what they do.
KEEPS_THE_BOARD = {
    "casework.Episode": ("insert", "update"),
    "casework.Duty": ("insert", "update", "delete"),
    "casework.Flag": ("insert", "update"),
    "casework.AssessmentRecord": ("insert",),
    "casework.Youth": ("update",),
    "casework.Placement": ("update",),
}

CHANGES: dict[type[models.Model], tuple[Callable[[], models.Model], str, object]] = {
    Unit: (UnitFactory, "name", "Renamed"),
    User: (UserFactory, "name", "Renamed"),
    Youth: (YouthFactory, "given_name", "Renamed"),
    Placement: (PlacementFactory, "name", "Renamed"),
    Episode: (EpisodeFactory, "left_from", "school"),
    Duty: (DutyFactory, "title", "Renamed"),
    Flag: (a_flag, "says", "Rewritten"),
    Absence: (an_absence, "ends_at", TOLD + timedelta(days=9)),
    Transfer: (a_transfer, "note", "Rewritten"),
}


def history_of(model: type[models.Model]) -> type[models.Model]:
    return apps.get_model("casework", f"{model.__name__}Event")


@pytest.mark.parametrize(
    ("says", "breaks"),
    [
        pytest.param(says, breaks, id=f"{name}-{number}")
        for name, (says, ways) in REFUSED.items()
        for number, breaks in enumerate(ways, start=1)
    ],
)
def test_the_trigger_refuses(says, breaks):
    with pytest.raises(DatabaseError, match=says), transaction.atomic():
        breaks()


@pytest.mark.parametrize("model", CHANGES, ids=lambda model: model.__name__)
def test_a_change_keeps_what_stood_there_before(model):
    make, field, new = CHANGES[model]
    row = make()
    old = getattr(row, field)

    change(row, **{field: new})

    kept = history_of(model).objects.filter(pgh_obj_id=row.pk).order_by("pgh_id")
    assert list(kept.values_list("pgh_label", field)) == [("insert", old), ("update", new)]


@pytest.mark.parametrize("model", CHANGES, ids=lambda model: model.__name__)
def test_the_history_itself_cannot_be_changed(model):
    CHANGES[model][0]()
    kept = history_of(model)

    for spoil in (lambda: kept.objects.update(pgh_label="x"), lambda: kept.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()


def test_every_trigger_of_the_models_is_tried_here():
    in_models = {f"{model._meta.label}:{trigger.name}" for model, trigger in pgtrigger.registered()}
    by_history = {
        f"{model._meta.label}:{name}"
        for model in CHANGES
        for name in ("insert_insert", "update_update")
    } | {f"{history_of(model)._meta.label}:append_only" for model in CHANGES}

    for_the_board = {
        f"{label}:standing_{what}" for label, ways in KEEPS_THE_BOARD.items() for what in ways
    }

    # test_month_tallies.py tries these in every way in which a row can change.
    for_the_months = {f"casework.Episode:tally_{what}" for what in ("insert", "update", "delete")}
    for_the_months.add("casework.Unit:tally_update")

    assert {uri for uri in in_models if uri.startswith("casework.")} == (
        set(REFUSED) | by_history | for_the_board | for_the_months
    )


def test_an_account_is_deactivated_and_stays_findable():
    ana = UserFactory()
    adam = UserFactory(role="admin", unit=None)

    change(ana, is_active=False, deactivated_at=TOLD, deactivated_by=adam)

    assert User.objects.get(pk=ana.pk).deactivated_by == adam


def test_a_unit_may_move_below_another():
    region, office = UnitFactory(), UnitFactory()

    change(office, parent=region)

    assert list(region.descendants()) == [office]


def test_a_duty_with_evidence_cannot_be_deleted():
    entry = an_entry()

    with pytest.raises(models.ProtectedError):
        entry.duty.delete()
