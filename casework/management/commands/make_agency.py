"""Fill an empty database with a synthetic agency of any size."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from casework.management.agency.people import PASSWORD
from casework.management.synthetic.make import SEED, NotEmpty, make_agency, tidy
from casework.models import Standing, Unit


class Command(BaseCommand):
    """Only where DEMO=true: its people are made up, and can sign in."""

    help = (
        "Fill an empty database with made-up youth and episodes, one in a hundred of them open: to "
        "measure, and to try the pages with many rows. The same numbers and seed make the same."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--youth", type=int, required=True, help="how many youth")
        parser.add_argument("--episodes", type=int, required=True, help="how many episodes")
        parser.add_argument("--seed", type=int, default=SEED, help=f"default: {SEED}")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "A synthetic agency is only made where DEMO=true, and never beside real records. "
                "Use ./run manage --demo make_agency … on a database of its own."
            )
        youth, episodes = options["youth"], options["episodes"]
        if youth < 1 or episodes < 1:
            raise CommandError("--youth and --episodes: write numbers from 1.")
        try:
            make_agency(youth=youth, episodes=episodes, seed=options["seed"], now=timezone.now())
        except NotEmpty as reason:
            raise CommandError(str(reason)) from reason
        tidy()
        self.stdout.write(
            f"{Unit.objects.count()} units, {Standing.objects.count()} episodes with work left. "
            f"Sign in as supervisor-1@porchlight.test, director@… or caseworker-1-1@…, "
            f"password {PASSWORD}."
        )
