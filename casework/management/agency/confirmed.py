"""What the demo agency has confirmed of Missouri's protocol: some duties, one before it changed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from casework.management.agency.keys import key_of
from casework.management.agency.people import email_of
from casework.models import ConfirmationKind, DutyConfirmation, Unit, User
from casework.operations.confirmations import confirm

MISSOURI = "us-mo"
COUNSEL = "L. Abernathy, counsel"
CONFIRMED = ("report_to_police", "report_to_ncmec", "tell_juvenile_officer")
CONFIRMED_BEFORE_IT_CHANGED = "tell_parents"
OLDER = "2025.3"


def confirm_some(agency: Unit, *, now: datetime) -> None:
    """Add the confirmations where there are none yet; the other duties stay unconfirmed."""
    if DutyConfirmation.objects.filter(jurisdiction=MISSOURI).exists():
        return
    admin = User.objects.get(email=email_of("admin"))
    recently, long_ago = now - timedelta(days=20), now - timedelta(days=170)
    zone = ZoneInfo(agency.time_zone)
    DutyConfirmation.objects.create(
        jurisdiction=MISSOURI,
        code=CONFIRMED_BEFORE_IT_CHANGED,
        kind=ConfirmationKind.CONFIRMED,
        fingerprint="0" * 64,  # of words that are gone
        protocol_version=OLDER,
        confirmed_by=COUNSEL,
        confirmed_on=long_ago.astimezone(zone).date(),
        recorded_at=long_ago,
        recorded_by=admin,
        submission_key=key_of(agency.public_id, "confirmed before it changed", long_ago),
    )
    confirm(
        by=admin,
        now=recently,
        jurisdiction=MISSOURI,
        codes=CONFIRMED,
        confirmed_by=COUNSEL,
        confirmed_on=recently.astimezone(zone).date(),
        note="Made up for the demonstration: nobody has read these rules for you.",
        submission_key=key_of(agency.public_id, "confirmed", recently),
    )
