"""What our pages ask of templates: times in a zone, a field by name, whose page a form is on."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django import forms, template
from django.template.context import Context
from django.utils.html import format_html

from casework.access.kept_answers import KEPT_FOR, signed_name
from casework.models import User
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


@register.simple_tag(takes_context=True)
def kept_for(context: Context) -> str:
    """The hidden field of a form whose answers outlive the session: whose page it is on."""
    user = getattr(context.get("request"), "user", None)
    if not isinstance(user, User):
        return ""
    field = '<input type="hidden" name="{}" value="{}">'
    return format_html(field, KEPT_FOR, signed_name(user))
