"""Phones and accounts of the demo's youth: numbers that nobody has, names made of their own."""

from collections.abc import Iterable
from random import Random

from casework.management.agency.figures import SEED
from casework.management.agency.keys import key_of
from casework.models import ContactKind, Youth, YouthContact
from casework.operations.contacts import KEYS

WHOSE = ("Own phone", "Own phone", "Aunt’s phone", "Grandmother’s phone", "Older brother’s phone")
WHERE = ("Instagram", "Snapchat", "TikTok", "Discord")
HAVE_PHONE, HAVE_ACCOUNT = 0.55, 0.45  # the shares are ours


def make_contacts(youth: Iterable[Youth]) -> None:
    """Give some of these youth a phone, an account or both; 555-01xx is never given out."""
    rng = Random(SEED)  # noqa: S311 (made-up data, not a secret)
    contacts = []
    for number, one in enumerate(youth):
        if rng.random() < HAVE_PHONE:
            value = f"({314 + number // 100}) 555-01{number % 100:02}"
            contacts.append(_contact(one, ContactKind.PHONE, value, rng.choice(WHOSE)))
        if rng.random() < HAVE_ACCOUNT:
            name = one.given_name.split()[0].lower()
            value = f"@{name}_{rng.randrange(10, 99)}"
            contacts.append(_contact(one, ContactKind.ACCOUNT, value, rng.choice(WHERE)))
    YouthContact.objects.bulk_create(contacts)


def _contact(youth: Youth, kind: ContactKind, value: str, label: str) -> YouthContact:
    return YouthContact(
        youth=youth,
        kind=kind,
        label=label,
        value=value,
        key=KEYS[kind](value),
        recorded_at=youth.recorded_at,
        recorded_by=youth.recorded_by,
        submission_key=key_of(youth.case_number, kind, value),
    )
