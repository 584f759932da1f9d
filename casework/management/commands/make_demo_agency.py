"""Make the demonstration agency, or bring its open episodes near to the present again."""

from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from casework import audit
from casework.management.agency.confirmed import confirm_some
from casework.management.agency.contacts import make_contacts
from casework.management.agency.figures import SEED
from casework.management.agency.past import make_past
from casework.management.agency.people import AGENCY, make_units_and_people
from casework.management.agency.present import bring_near
from casework.management.agency.twice import put_one_on_file_twice
from casework.management.agency.youth import make_youth
from casework.models import Unit


class Command(BaseCommand):
    """Safe to run at every start: what is there already stays."""

    help = "Make the demonstration agency: made-up people, two years of past, open episodes."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "Demonstration data is only made where DEMO=true, and never beside real records. "
                "Use ./run demo."
            )
        now = timezone.now()
        with transaction.atomic():
            agency = Unit.objects.filter(name=AGENCY).first()
            made = ""
            if agency is None:
                rng = Random(SEED)  # noqa: S311 (made-up data, not a secret)
                make_units_and_people()
                youth = make_youth(rng, now=now)
                make_contacts(youth)
                past = make_past(rng, youth, now=now)
                put_one_on_file_twice(youth, now=now)
                agency = Unit.objects.get(name=AGENCY)
                audit.record("demo.made", subject=agency, by=None, at=now)
                made = f"{len(youth)} youth, {past} past episodes, "
            confirm_some(agency, now=now)
            opened = bring_near(now=now)
        if opened:
            self.stdout.write(f"{AGENCY}: {made}{opened} episodes opened around now.")
        else:
            self.stdout.write(f"{AGENCY}: everything is there.")
