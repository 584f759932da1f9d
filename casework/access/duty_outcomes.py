"""What became of a duty, in one piece of SQL: counts, the dashboard and the proof all ask this.

By when it happened, never by when it was written down. The clock of a duty of the missing time
stops when the episode ends; what is done only after that is neither on time nor late, whichever
would be the better figure.
"""

from enum import StrEnum


class DutyOutcome(StrEnum):
    """What became of a duty that is in force."""

    ON_TIME = "on_time"
    LATE = "late"
    NOT_DONE = "not_done"
    """Open, and its time is up."""
    NOT_PROVABLE = "not_provable"
    """Done on the day on which it was due, at a time that nobody wrote down; or earlier records that
    were brought along do not say."""
    STOPPED = "stopped"
    """The episode ended before it was due and before it was done."""
    NOT_NEEDED = "not_needed"
    NO_SET_TIME = "no_set_time"
    RUNNING = "running"
    """Open, and its time is not up."""


COUNTED = (
    DutyOutcome.ON_TIME,
    DutyOutcome.LATE,
    DutyOutcome.NOT_DONE,
    DutyOutcome.NOT_PROVABLE,
)
"""Those of which "n of n" is said."""
COUNTED_SQL = ", ".join(f"'{outcome}'" for outcome in COUNTED)


def asked_of(duty: str) -> str:
    """SQL: that a duty was asked for. One of earlier records is withdrawn as it comes, so that
    nobody is asked to do it today; what became of it then counts all the same.
    """
    return f"({duty}.withdrawn_at IS NULL OR {duty}.in_records <> '')"


def outcome_sql(*, duty: str, episode: str, zone: str) -> str:
    """The outcome of a duty in force, as an expression; `%(now)s` is the moment it is asked for.

    `duty` and `episode` are the names by which the statement knows rows of these two tables, `zone`
    is an expression of the zone in which a day begins and ends.
    """
    return f"""
        CASE
            WHEN {duty}.not_needed_at IS NOT NULL THEN 'not_needed'
            WHEN {duty}.due_at IS NULL THEN 'no_set_time'
            WHEN {duty}.phase <> 'return' AND {episode}.ended_at <= {duty}.due_at
                AND ({duty}.done_at IS NULL OR {duty}.done_at > {episode}.ended_at) THEN 'stopped'
            WHEN {duty}.in_records = 'not_recorded' THEN 'not_provable'
            WHEN {duty}.done_at IS NULL AND {duty}.due_at < %(now)s THEN 'not_done'
            WHEN {duty}.done_at IS NULL THEN 'running'
            WHEN {duty}.done_at > {duty}.due_at THEN 'late'
            WHEN {duty}.done_precision = 'date_only'
                AND {duty}.due_at < ({duty}.done_at AT TIME ZONE {zone} + interval '1 day')
                    AT TIME ZONE {zone} THEN 'not_provable'
            ELSE 'on_time'
        END
    """
