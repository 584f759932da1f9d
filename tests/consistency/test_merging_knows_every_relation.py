"""A merge moves all that hangs on a youth: whoever lets a new record point to one decides here, too."""

import pghistory.models
from django.apps import apps

from casework.models import Youth
from casework.operations.merging import COLUMNS, FOLLOWS, MOVES, STAYS

# What a merge leaves alone: ids, and who wrote the record down when.
NOT_A_FACT = {"id", "public_id", "recorded_at", "recorded_by_id", "merged_into_id"}
NOT_A_FACT |= {"imported_in_id"}  # nor from which file


def relations() -> set[str]:
    """Every column that points to a youth, but those of the history, which is never touched."""
    return {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("casework").get_models(include_auto_created=True)
        if not issubclass(model, pghistory.models.Event)
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if field.related_model is Youth
    }


def test_a_merge_says_what_becomes_of_every_relation_to_a_youth():
    decided = [*MOVES, *FOLLOWS, *STAYS]

    assert len(decided) == len(set(decided))
    assert set(decided) == relations()


def test_a_merge_decides_about_every_fact_of_a_youth():
    columns = {field.attname for field in Youth._meta.concrete_fields}

    assert set(COLUMNS) | NOT_A_FACT == columns
    assert not set(COLUMNS) & NOT_A_FACT
