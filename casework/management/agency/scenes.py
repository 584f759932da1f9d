"""What is open in the demo agency: one scene for each state that the clock can be in.

Each scene reads as what happened, from being told until now. In Missouri the police and NCMEC
are due 2 hours after the agency was told, in the Mountain Unit (the federal base) 24 hours.
"""

from collections.abc import Callable
from datetime import timedelta

from casework.management.agency import evidence
from casework.management.agency.stage import Case, Stage
from casework.models import Known, LeftFrom, NoteKind, Sex
from casework.policies.time_words import Precision

TOLD_FAMILY = ("tell_juvenile_officer", "tell_guardian_ad_litem", "tell_parents")


def ago(*, days: float = 0, hours: float = 0, minutes: float = 0) -> timedelta:
    """How long before now."""
    return timedelta(days=days, hours=hours, minutes=minutes)


# --- Missouri East Unit: the youth of caseworker@ and of those whom supervisor@ supervises -------


def just_told(stage: Stage) -> Case:
    """Nothing is done yet, everything is due later."""
    return stage.log("caseworker", told=ago(minutes=7), seen=ago(hours=2.2), police_called=Known.NO)


def tried_and_due_soon(stage: Stage) -> Case:
    """In danger; police tried twice and due in minutes; NCMEC done in time."""
    case = stage.log(
        "caseworker",
        told=ago(minutes=98),
        seen=ago(hours=4),
        left_from=LeftFrom.SCHOOL,
        in_danger=Known.YES,
        police_called=Known.NOT_KNOWN,
        was_missing_before=True,
    )
    case.tried("report_to_police", ago=ago(minutes=80), note="On hold for 15 minutes, cut off.")
    case.done("report_to_ncmec", ago=ago(minutes=60))
    case.tried(
        "report_to_police",
        ago=ago(minutes=42),
        note="The desk wants a photo first. Told them that there is no waiting period.",
    )
    case.note(
        NoteKind.INFORMATION,
        "Did not come to the last lesson. Phone is switched off.",
        ago=ago(minutes=55),
        source="School office",
    )
    return case


def back_today(stage: Stage) -> Case:
    """Left before dawn, found close by; back since this morning, return duties still to do."""
    case = stage.log("caseworker", told=ago(hours=20), seen=ago(hours=23), was_missing_before=True)
    case.done("report_to_police", ago=ago(hours=19.4))
    case.done("report_to_ncmec", ago=ago(hours=15))  # 3 hours late
    case.done(*TOLD_FAMILY, ago=ago(hours=14))
    case.note(
        NoteKind.SIGHTING,
        "The home’s camera shows two people walking toward the brush behind the next house.",
        ago=ago(hours=16),
        source="Foster parent",
    )
    case.returned(ago=ago(hours=3))
    case.done("ask_about_medical_care", ago=ago(hours=2.5), note="Tired and hungry, not hurt.")
    return case


def ncmec_overdue(stage: Stage) -> Case:
    """The usual failure: police in time, NCMEC forgotten."""
    case = stage.log("amara.osei", told=ago(hours=5), seen=ago(hours=8), sex=Sex.FEMALE)
    case.done("report_to_police", ago=ago(hours=4.6))
    case.done("tell_parents", ago=ago(hours=4))
    return case


def missing_for_nine_days(stage: Stage) -> Case:
    """Long missing: all reports are made, NCMEC's late; contact goes on."""
    case = stage.log(
        "ben.kowalski",
        told=ago(days=9),
        seen=ago(days=9, hours=6),
        was_missing_before=True,
        in_danger=Known.NO,
    )
    case.done("report_to_police", ago=ago(days=8, hours=23))
    case.done(*TOLD_FAMILY, ago=ago(days=8, hours=20))
    case.done("report_to_ncmec", ago=ago(days=7))
    case.done("gather_documents", "support_family", ago=ago(days=6))
    case.done("decide_public_sharing", "consider_trafficking_hotline", ago=ago(days=5))
    case.note(
        NoteKind.SIGHTING,
        "Seen at the bus station with an older friend. Told police at once.",
        ago=ago(days=4),
        source="Cousin",
    )
    case.note(
        NoteKind.CALL,
        "Text message to a sibling: says they are fine and does not say where.",
        ago=ago(days=1, hours=7),
        source="Sibling",
    )
    return case


def screening_overdue(stage: Stage) -> Case:
    """Back for four days; a boy whom nobody has screened."""
    case = stage.log("carmen.ruiz", told=ago(days=5), seen=ago(days=5, hours=3), sex=Sex.MALE)
    case.done("report_to_police", ago=ago(days=4, hours=23.5))
    case.done("report_to_ncmec", ago=ago(days=4, hours=22.6))
    case.done(*TOLD_FAMILY, ago=ago(days=4, hours=20))
    case.returned(ago=ago(days=4), medical_care=Known.NO)
    case.done("tell_police_of_return", "tell_ncmec_of_return", ago=ago(days=3, hours=20))
    case.done("ask_about_medical_care", ago=ago(days=3, hours=22))
    case.done("offer_conversation", ago=ago(days=2), note="Offered; did not want to talk yet.")
    settle_practice(case, ago=ago(days=3))
    return case


def taken_by_on_call(stage: Stage) -> Case:
    """The on-call line took the call and holds the episode until the caseworker takes over."""
    case = stage.log(
        "demetrius.hall",
        by="oncall",
        told=ago(minutes=26),
        seen=ago(hours=3),
        left_from=LeftFrom.NOT_KNOWN,
    )
    case.done("report_to_police", ago=ago(minutes=12))
    return case


# --- Missouri West Unit: other-unit@ and colleagues -----------------------------------------------


def told_twice(stage: Stage) -> Case:
    """Police reported within minutes; the school calls too; NCMEC is due within the hour."""
    case = stage.log("other-unit", told=ago(minutes=75), seen=ago(hours=2.5), sex=Sex.FEMALE)
    case.done("report_to_police", ago=ago(minutes=60))
    case.note(
        NoteKind.CALL,
        "The agency was told again. Left from: school. Police called: not known yet.",
        ago=ago(minutes=40),
    )
    return case


def refused_by_police(stage: Stage) -> Case:
    """Nobody knows when the youth was last seen; police refused; both reports are overdue."""
    case = stage.log(
        "fatou.diallo",
        told=ago(hours=3),
        left_from=LeftFrom.NOT_KNOWN,
        police_called=Known.YES,
        was_missing_before=True,
    )
    case.tried(
        "report_to_police",
        ago=ago(hours=2.2),
        note="Asked to wait until tomorrow. Asked for the officer in charge; to call back.",
    )
    case.tried("report_to_ncmec", ago=ago(hours=1.8))
    return case


def missing_for_twelve_days(stage: Stage) -> Case:
    """In danger, everything done in time, still missing."""
    case = stage.log(
        "grace.lindgren",
        told=ago(days=12),
        seen=ago(days=12, hours=2),
        in_danger=Known.YES,
        left_from=LeftFrom.ELSEWHERE,
    )
    case.done("report_to_police", ago=ago(days=11, hours=23.8))
    case.done("report_to_ncmec", ago=ago(days=11, hours=23))
    case.done(*TOLD_FAMILY, ago=ago(days=11, hours=20))
    case.done("gather_documents", "preserve_evidence", ago=ago(days=11))
    case.done("consider_trafficking_hotline", ago=ago(days=10), note="Called. Advice is on file.")
    case.note(
        NoteKind.INFORMATION,
        "Had been messaging for weeks with an adult whom nobody here knows.",
        ago=ago(days=10),
        source="A friend",
    )
    return case


def located_not_back(stage: Stage) -> Case:
    """Safe at a relative's since this morning; the return is being arranged."""
    case = stage.log("hector.salas", told=ago(hours=28), seen=ago(hours=31), sex=Sex.FEMALE)
    case.done("report_to_police", ago=ago(hours=27.5))
    case.done("report_to_ncmec", ago=ago(hours=27))
    case.done(*TOLD_FAMILY, ago=ago(hours=25))
    case.located(ago=ago(hours=2))
    case.done("tell_police_of_return", ago=ago(hours=1.6))
    return case


# --- Mountain Unit: the federal base ----------------------------------------------------------------


def due_in_three_hours(stage: Stage) -> Case:
    """Only the day of the last sighting is known; NCMEC tried, due soon."""
    case = stage.log(
        "jonas.eriksen",
        told=ago(hours=21),
        seen=ago(hours=30),
        seen_as=Precision.DATE_ONLY,
        left_from=LeftFrom.ELSEWHERE,
    )
    case.done("report_to_police", ago=ago(hours=18))
    case.tried("report_to_ncmec", ago=ago(hours=2), note="Asked for a photo; none is at hand.")
    return case


def due_tonight(stage: Stage) -> Case:
    """A calm one: police done, NCMEC has most of its day left."""
    case = stage.log("kalani.akana", told=ago(hours=7), seen=ago(hours=9), was_missing_before=True)
    case.done("report_to_police", ago=ago(hours=6))
    case.done("gather_documents", ago=ago(hours=4))
    return case


def ncmec_two_days_overdue(stage: Stage) -> Case:
    """Police late, NCMEC not at all."""
    case = stage.log("leah.rosen", told=ago(days=3), seen=ago(days=3, hours=12))
    case.tried("report_to_police", ago=ago(days=2, hours=14))
    case.done("report_to_police", ago=ago(days=1, hours=20))
    return case


def nearly_closed(stage: Stage) -> Case:
    """Back since yesterday, all in time; only the conversation is left, and not due yet."""
    case = stage.log("mateo.cruz", told=ago(days=2), seen=ago(days=2, hours=5), sex=Sex.FEMALE)
    case.done("report_to_police", ago=ago(days=1, hours=22))
    case.done("report_to_ncmec", ago=ago(days=1, hours=20))
    case.returned(ago=ago(hours=22), medical_care=Known.NO)
    case.done("tell_police_of_return", "tell_ncmec_of_return", ago=ago(hours=20))
    case.done("ask_about_medical_care", "screen_for_trafficking", ago=ago(hours=17))
    settle_practice(case, ago=ago(hours=12))
    return case


def settle_practice(case: Case, *, ago: timedelta) -> None:
    """Close what had no set time while the youth was missing."""

    codes = case.episode.duties.open().filter(phase="missing").values_list("code", flat=True)
    for code in list(codes):
        case.not_needed(code, ago=ago, note=evidence.BACK)


SCENES: tuple[Callable[[Stage], Case], ...] = (
    just_told,
    tried_and_due_soon,
    back_today,
    ncmec_overdue,
    missing_for_nine_days,
    screening_overdue,
    taken_by_on_call,
    told_twice,
    refused_by_police,
    missing_for_twelve_days,
    located_not_back,
    due_in_three_hours,
    due_tonight,
    ncmec_two_days_overdue,
    nearly_closed,
)
