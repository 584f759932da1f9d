"""Small tags for drawing: icons, phone links, what a form template must know about a widget.

They turn plain values into markup or words. They read no database, no clock and no settings.
"""

import re

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

ICONS = frozenset({"check", "clock", "flag", "lamp", "person", "phone", "plus", "print", "warning"})


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw one symbol of `static/icons.svg`, sized and colored like the text beside it.

    An icon never stands alone: it is hidden from screen readers, and a word follows it.
    Raises ValueError for a name that the file does not hold.
    """
    if name not in ICONS:
        raise ValueError(f"No icon is called {name!r}. Choose one of: {', '.join(sorted(ICONS))}.")
    return format_html(
        '<svg class="icon icon-{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        name,
        static("icons.svg"),
        name,
    )


@register.filter
def tel(phone: str) -> str:
    """Turn a printed phone number into the address of a call link: `555-0100` to `tel:5550100`."""
    digits = re.sub(r"[^0-9]", "", phone)
    return f"tel:+{digits}" if phone.strip().startswith("+") else f"tel:{digits}"


@register.filter
def widget_attr(field: BoundField, name: str) -> object:
    """Give the field's widget attribute, or an empty string: Django cannot look up `data-quiet`."""
    return field.field.widget.attrs.get(name, "")


@register.filter
def target_id(field: BoundField) -> str:
    """Give the id that a link to this field should lead to: for radios, the first choice."""
    if field.id_for_label:
        return str(field.id_for_label)
    choices = field.subwidgets
    return str(choices[0].id_for_label) if choices else str(field.auto_id)
