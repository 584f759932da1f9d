"""Work out the board's rows anew from the records."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from casework.models import Episode, Standing

CHUNK = 1_000  # episodes a transaction: nobody who records a duty waits long


class Command(BaseCommand):
    """Safe at any time, also while people work: rows that are right already are not written."""

    help = (
        "Work out the rows that lists and tiles are made of anew. The database keeps them by "
        "itself; this is for after rows were loaded with triggers switched off."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        left = Episode.objects.order_by().with_work_left().values_list("pk", flat=True)
        ids = sorted({*left, *Standing.objects.order_by().values_list("pk", flat=True)})
        wrong = sum(rebuild(ids[at : at + CHUNK]) for at in range(0, len(ids), CHUNK))
        rows = Standing.objects.count()
        self.stdout.write(
            f"The board has {rows} rows; {f'{wrong} were wrong' if wrong else 'all were right'}."
        )


def rebuild(ids: list[int]) -> int:
    """Bring the rows of these episodes into step; gives how many were not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_refresh_standing(%s)", [ids])
        (written,) = cursor.fetchone()
    return int(written)
