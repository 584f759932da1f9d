"""What our pages ask of templates: times in a zone, and one field of a form by name."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django import forms, template

from casework.policies.time_phrases import moment

register = template.Library()


@register.filter
def clock_in(at: datetime, zone: tzinfo | None) -> str:
    """A moment in the reader's zone, UTC for people without one: "Tue Mar 3, 3:52 a.m. CST"."""
    return moment(at, zone or ZoneInfo("UTC"), now=at)


@register.filter
def zone_name(time_zone: str) -> str:
    """ "America/New_York" as "New York time"."""
    return f"{time_zone.rsplit('/', 1)[-1].replace('_', ' ')} time"


@register.filter
def field_of(name: str, form: forms.Form) -> forms.BoundField:
    """The form's field with this name."""
    return form[name]
