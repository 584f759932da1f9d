"""Count the months behind the trend of the counts anew."""

from typing import Any

from django.core.management.base import BaseCommand

from casework.models import Unit
from casework.operations.tallies import count_anew


class Command(BaseCommand):
    """Safe at any time, also while people work: one unit after the other."""

    help = (
        "Count how many episodes of each unit started and ended in each month anew. The database "
        "keeps these rows by itself; this is for after rows were loaded with triggers switched off."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        units = Unit.objects.order_by("pk")
        wrong = sum(count_anew(unit) for unit in units)
        months = f"{wrong} wrong" if wrong else "none wrong"
        self.stdout.write(f"Counted anew. Units: {len(units)}; months: {months}.")
