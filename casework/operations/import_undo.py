"""An import is taken out again: exactly what it made, as long as nobody has worked on it since.

The rows are really deleted, their history with them: they never belonged here, and what was brought
along by mistake may be somebody else's records. The database refuses to delete evidence, notes and
history; for these rows alone that refusal rests, within this one transaction. What stays is the audit
trail: which file, by whom, when, how many, and that it was undone.
"""

from collections.abc import Iterator
from datetime import datetime

import pgtrigger
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.fields.reverse_related import ForeignObjectRel

from casework import audit
from casework.models import (
    Duty,
    DutyEvidence,
    Episode,
    ImportBatch,
    ImportState,
    Note,
    Placement,
    PossibleDuplicate,
    Standing,
    User,
    Youth,
    YouthName,
)
from casework.models.import_batch import STANDING
from casework.operations.import_staging import Refused

RESTING = (
    "casework.DutyEvidence:only_added",
    "casework.Note:only_added",
    "casework.EpisodeEvent:append_only",
    "casework.DutyEvent:append_only",
    "casework.PlacementEvent:append_only",
    "casework.YouthEvent:append_only",
)
TRACKED = (Youth, Placement, Episode, Duty)
# What hangs on an imported record because of the import itself, or of rules that look at all records.
OF_THE_IMPORT = {Duty, DutyEvidence, Note, Episode, Placement, YouthName, Standing}


@transaction.atomic
def undo(*, batch: ImportBatch, by: User, now: datetime) -> ImportBatch:
    """Take out every record that this import made.

    Raises `Refused` when somebody has worked on one of them since: nothing is taken out then.
    """
    held = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    if held.state == ImportState.UNDONE:
        return held  # a second press
    if held.state not in STANDING:
        raise Refused("This file has not been brought in, so there is nothing to take out.")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET CONSTRAINTS ALL IMMEDIATE")
    # Whoever works on one of them at this moment holds it, and is waited for.
    for model in (Youth, Episode):
        list(_of(held, model).order_by("pk").select_for_update().values_list("pk", flat=True))
    worked_on = sum(rows.count() for rows in _later_work(held))
    if worked_on:
        raise Refused(
            "Nothing was taken out: people have worked on these records since, in "
            f"{worked_on:,} {'place' if worked_on == 1 else 'places'}. They all stay. Strike "
            "a record that is wrong on its own page."
        )
    _delete(held)
    held.state, held.undone_at, held.undone_by = ImportState.UNDONE, now, by
    held.claimed_until = None
    held.save(update_fields=["state", "undone_at", "undone_by", "claimed_until"])
    audit.record(
        "import.undone",
        subject=held,
        by=by,
        at=now,
        episodes=held.episode_count,
        youth=held.youth_count,
    )
    return held


def _of(batch: ImportBatch, model: type[models.Model]) -> "models.QuerySet[models.Model]":
    """The rows of a tracked table that the import made."""
    field = "episode__imported_in" if model is Duty else "imported_in"
    return model._default_manager.filter(**{field: batch})


def _later_work(batch: ImportBatch) -> Iterator["models.QuerySet[models.Model]"]:
    """Rows that stand on the import's and are not its own, and changes to its own."""
    for model in TRACKED:
        yield _changed(batch, model)
        # Hidden ones too: most relations that only look one way are (related_name="+").
        for relation in model._meta.get_fields(include_hidden=True):
            if not isinstance(relation, ForeignObjectRel):
                continue
            other = relation.related_model
            if _is_history(other) or other is Standing:
                continue
            here = other._default_manager.filter(
                **{f"{relation.field.name}__in": _of(batch, model).values("pk")}
            )
            if other in (DutyEvidence, Note):
                here = here.exclude(recorded_at=batch.imported_at, recorded_by=batch.imported_by)
            elif other is PossibleDuplicate:
                here = here.exclude(not_same_at__isnull=True, compared_by__isnull=True)
            elif other is Duty:
                here = here.exclude(planned_at=batch.imported_at)
            elif other in (Episode, Placement):
                here = here.exclude(imported_in=batch)
            elif other in OF_THE_IMPORT:
                continue
            yield here


def _changed(batch: ImportBatch, model: type[models.Model]) -> "models.QuerySet[models.Model]":
    """Versions of the import's rows after the first one."""
    return _history_of(model)._default_manager.filter(
        pgh_obj_id__in=_of(batch, model).values("pk"), pgh_label="update"
    )


def _history_of(model: type[models.Model]) -> type[models.Model]:
    return next(
        relation.related_model
        for relation in model._meta.related_objects
        if relation.field.name == "pgh_obj"
    )


def _is_history(model: type[models.Model]) -> bool:
    return any(field.name == "pgh_obj" for field in model._meta.fields)


def _delete(batch: ImportBatch) -> None:
    """In the order in which one hangs on the other; each as one statement."""
    youth = _of(batch, Youth).values("pk")
    duties = _of(batch, Duty).values("pk")
    history = [
        _history_of(model)._default_manager.filter(pgh_obj_id__in=_of(batch, model).values("pk"))
        for model in TRACKED
    ]
    with pgtrigger.ignore(*RESTING):
        for rows in (
            *history,
            DutyEvidence.objects.filter(duty__in=duties),
            Note.objects.filter(episode__imported_in=batch),
            Duty.objects.filter(episode__imported_in=batch),
            Standing.objects.filter(episode__imported_in=batch),
            _of(batch, Episode),
            _of(batch, Placement),
            PossibleDuplicate.objects.filter(Q(youth_a__in=youth) | Q(youth_b__in=youth)),
            YouthName.objects.filter(youth__in=youth),
            _of(batch, Youth),
        ):
            rows._raw_delete(rows.db)
