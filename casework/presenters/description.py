"""What a youth looks like and needs, in words: on the episode's page, and to read to the police."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.conf import settings
from django.urls import reverse

from casework.models import Duty, Episode, LeftFrom, NcmecType, Sex, Youth
from casework.operations.youth import DescribedSince
from casework.policies.birth_dates import birth_date_words
from casework.policies.measures import height_words, weight_words
from casework.policies.time_phrases import moment
from casework.presenters.contacts import contacts_to_read
from casework.presenters.episodes import last_seen_words, place_words

# The reports in which the youth is described, each with the other one, whose number it asks for.
REPORTS = {"report_to_police": "report_to_ncmec", "report_to_ncmec": "report_to_police"}
NUMBER_OF = {"report_to_police": "Police report", "report_to_ncmec": "NCMEC report"}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of the description; an empty value is not known yet."""

    label: str
    value: str
    unknown: str = ""
    was: str = ""
    add_url: str = ""
    change_url: str = ""


def facts_of(episode: Episode, *, now: datetime) -> list[Fact]:
    """The youth as now known, with what stood there otherwise when the agency was told."""
    url = reverse("describe", args=[episode.public_id])
    placement = episode.placement
    return [
        *(
            Fact(
                label=label,
                value=value,
                was=_when_told(episode, name, value),
                add_url=f"{url}#div_id_{name}",
                change_url=f"{url}#div_id_{name}",
            )
            for name, label, value in _known_of(episode, now=now)
        ),
        Fact(label="Placement", value=placement.name if placement else ""),
        Fact(label="Placement phone", value=placement.phone if placement else ""),
        *_listed_as(episode),
    ]


def read_this(duty: Duty, *, now: datetime) -> list[Fact]:
    """What to read out when this duty is a report to police or NCMEC; nothing for other duties."""
    if duty.code not in REPORTS:
        return []
    episode = duty.episode
    url = f"{reverse('describe', args=[episode.public_id])}?for={duty.code}"
    is_place_known = episode.left_from != LeftFrom.NOT_KNOWN
    return [
        *_names(episode.youth),
        *(
            Fact(label=label, value=value, add_url=f"{url}#div_id_{name}")
            for name, label, value in _known_of(episode, now=now)
        ),
        Fact(
            label="Last seen", value=last_seen_words(episode, now) if episode.last_seen_at else ""
        ),
        Fact(label="Where", value=place_words(episode) if is_place_known else ""),
        Fact(label="Placement", value=_placement(episode)),
        Fact(
            label="Phones and accounts",
            value=contacts_to_read(episode.youth.contacts.in_use()),
            unknown="Nothing yet",
            add_url=reverse("contacts", args=[episode.public_id]),
        ),
        _other_report(duty),
        Fact(label="Call us back", value=_our_line(episode)),
    ]


def who_and_when(changed: DescribedSince, zone: tzinfo, *, now: datetime) -> str:
    """Who was first, and when: "R. Diaz (Tue Mar 3, 2:31 a.m. CST)"."""
    who = changed.by.name if changed.by else "Someone"
    return f"{who} ({moment(changed.at, zone, now=now)})" if changed.at else who


def _known_of(episode: Episode, *, now: datetime) -> list[tuple[str, str, str]]:
    """Each fact that a form asks for: its field, its label and its words."""
    youth = episode.youth
    born, age = birth_date_words(youth.born_on), youth.age_on(now.astimezone(episode.zone).date())
    return [
        ("born_on", "Date of birth", f"{born} (age {age})" if born else ""),
        ("sex", "Sex", "" if youth.sex == Sex.NOT_KNOWN else youth.get_sex_display()),
        ("races", "Race", youth.race),
        ("is_hispanic", "Ethnicity", youth.ethnicity),
        *((name, label, _words(name, getattr(youth, name))) for name, label in _SNAPSHOT.items()),
    ]


# What an episode keeps as it stood when it began.
_SNAPSHOT = {
    "height_cm": "Height",
    "weight_grams": "Weight",
    "eye_color": "Eyes",
    "hair_color": "Hair",
    "marks": "Marks",
    "medical_needs": "Medical needs",
}


def _words(name: str, value: Any) -> str:
    if name == "height_cm":
        return height_words(value)
    return weight_words(value) if name == "weight_grams" else value or ""


def _when_told(episode: Episode, name: str, value: str) -> str:
    """What stood there when the episode began, when that was something else."""
    stood = _words(name, episode.description_at_start.get(name))
    return stood if stood != value else ""


def _names(youth: Youth) -> list[Fact]:
    name = " ".join(part for part in (youth.given_name, youth.family_name) if part)
    others = [other for other in (youth.nickname, *youth.aliases) if other]
    if not name:
        name, others = others[0], others[1:]
    also = [Fact(label="Also called", value=", ".join(others))] if others else []
    return [Fact(label="Name", value=name), *also]


def _placement(episode: Episode) -> str:
    place = episode.placement
    return ", ".join(part for part in (place.name, place.phone) if part) if place else ""


def _other_report(duty: Duty) -> Fact:
    """The number that the other report was given; they ask for it."""
    code = REPORTS[duty.code]
    other = duty.episode.duties.in_force().filter(code=code).prefetch_related("evidence").first()
    entries = sorted(
        (entry for entry in other.evidence.all() if entry.reference_number) if other else (),
        key=lambda entry: (entry.recorded_at, entry.pk),
    )
    said = ", ".join(
        part for entry in entries[-1:] for part in (entry.agency, entry.reference_number) if part
    )
    return Fact(
        label=NUMBER_OF[code],
        value=said,
        unknown="No number yet",
        add_url=other.get_absolute_url() if other else "",
    )


def _listed_as(episode: Episode) -> list[Fact]:
    """How NCMEC lists the case, once that was recorded; it is changed with the report to NCMEC."""
    if episode.ncmec_type == NcmecType.NOT_RECORDED:
        return []
    report = episode.duties.in_force().filter(code="report_to_ncmec").first()
    url = f"{report.get_absolute_url()}#div_id_ncmec_type" if report else ""
    return [
        Fact(label="Listed by NCMEC as", value=episode.get_ncmec_type_display(), change_url=url)
    ]


def _our_line(episode: Episode) -> str:
    """Who answers when they call back at night."""
    phone = episode.unit.on_call_phone or settings.ON_CALL_PHONE
    return ", ".join(part for part in (settings.AGENCY_NAME, phone) if part)
