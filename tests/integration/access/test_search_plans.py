"""Each way of searching is answered from an index of its own, however many youth are on file."""

from dataclasses import asdict
from string import ascii_lowercase as LETTERS

import pytest
from django.db import connection
from django.db.models import F
from django.db.models.functions import Right

from casework.access.names import AlongThePrefixIndex
from casework.models import DutyEvidence, Episode, Youth, YouthContact, YouthName
from casework.models.duty import number_key_of
from casework.policies.name_keys import name_keys
from tests.factories import YouthFactory

NAMES = YouthName.objects.values("youth")
PHONES = YouthContact.objects.order_by().annotate(last=Right("key", 7))
REPORTS = DutyEvidence.objects.order_by().annotate(key=number_key_of("reference_number"))
WAYS = {
    "youth_name_prefix": lambda: [
        NAMES.filter(folded__startswith="mar").order_by(AlongThePrefixIndex(F("folded")), "youth"),
        NAMES.filter(folded="maria").order_by("-youth"),
    ],
    "youth_name_sounds": lambda: [NAMES.filter(sound="MR").order_by("-youth")],
    "youth_name_letters": lambda: [NAMES.filter(letters="aaimr").order_by("-youth")],
    "youth_case_number_any_case": lambda: [
        Youth.objects.order_by().filter(case_number__iexact="syn-1")
    ],
    "evidence_by_number": lambda: [REPORTS.filter(key="24118842")],
    "contact_last_digits": lambda: [PHONES.filter(kind="phone", last="5550144")],
    "contact_prefix": lambda: [
        YouthContact.objects.order_by(AlongThePrefixIndex(F("key"))).filter(key__startswith="jo")
    ],
    "casework_episode_reference": lambda: [Episode.objects.filter(reference="4F7KXQ2")],
}


@pytest.fixture
def many_names(unit):
    """So many that an index is worth something: of an empty table PostgreSQL may read any."""
    youth = YouthFactory(unit=unit)
    keys = name_keys(f"{one}{two}{three}" for one in "bdm" for two in "aeiou" for three in LETTERS)
    YouthName.objects.bulk_create(YouthName(youth=youth, **asdict(key)) for key in keys)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE casework_youthname")


@pytest.mark.parametrize("index", WAYS)
def test_a_search_reads_its_index_in_order_and_sorts_nothing(many_names, index):
    for wanted in WAYS[index]():
        with connection.cursor() as cursor:
            # On tables this small PostgreSQL would read everything: this asks what it could do.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
        plan = wanted[:20].explain()

        assert index in plan
        if wanted.query.order_by:
            assert "Sort" not in plan
