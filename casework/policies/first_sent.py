"""When a form was first sent, carried in the form itself through errors, outages and sign-in."""

from datetime import datetime, timedelta

FIELD = "first_sent_at"
LONGEST_OUTAGE = timedelta(hours=24)  # an older one is more likely a forgotten page


def first_sent(carried: str, *, now: datetime) -> datetime:
    """The moment that the form carries; `now` when it carries none that could be true."""
    try:
        sent_at = datetime.fromisoformat(carried)
    except ValueError:
        return now
    if sent_at.utcoffset() is None or not now - LONGEST_OUTAGE <= sent_at <= now:
        return now
    return sent_at
