"""What every page needs: the header, the footer, and whether this is a demonstration."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from casework.access.permissions import Permission
from casework.access.roles import may
from casework.access.scoping import needing_action_count
from casework.models import User

THEMES = ("system", "light", "dark")


@dataclass(frozen=True)
class NavItem:
    """One entry of the menu; `count` is what needs action there."""

    label: str
    url: str
    is_current: bool
    count: int = 0


def every_page(request: HttpRequest, *, now: datetime) -> dict[str, Any]:
    """Context of every page."""
    theme = request.COOKIES.get("theme", "system")
    page = {
        "demo": settings.DEMO,
        "agency_name": settings.AGENCY_NAME,
        "on_call_phone": settings.ON_CALL_PHONE,
        "theme": theme if theme in THEMES else "system",
        "may_log": False,
        "has_inbox": False,
        "is_address_refused": False,
        "nav": [],
    }
    user = getattr(request, "user", None)
    if isinstance(user, User):
        page["may_log"] = may(user, Permission.EPISODE_LOG)
        page["has_inbox"] = may(user, Permission.REMINDERS_READ)
        page["is_address_refused"] = page["has_inbox"] and user.email_refused_at is not None
        page["nav"] = _nav(request, user, now=now)
        if user.unit and user.unit.on_call_phone:
            page["on_call_phone"] = user.unit.on_call_phone
    return page


def _nav(request: HttpRequest, user: User, *, now: datetime) -> list[NavItem]:
    def item(label: str, name: str, count: int = 0) -> NavItem:
        url = reverse(name)
        return NavItem(label=label, url=url, is_current=request.path == url, count=count)

    items = [item("Home", "home")]
    if may(user, Permission.EPISODE_VIEW):
        items = [item("Missing now", "home")]
    if may(user, Permission.REMINDERS_READ):
        items.append(item("Reminders", "inbox", needing_action_count(user, now=now)))
    if may(user, Permission.EPISODE_TRANSFER):
        items.append(item("Transfers", "transfers"))
    if may(user, Permission.PEOPLE_VIEW):
        items.append(item("People", "people"))
    else:
        items.append(
            NavItem(
                label="You",
                url=reverse("person", args=[user.public_id]),
                is_current=request.path == reverse("person", args=[user.public_id]),
            )
        )
    if may(user, Permission.PROTOCOLS):
        items.append(item("Protocols", "protocols"))
    if may(user, Permission.FLAG_GOVERNANCE):
        items.append(item("Flags", "flag_review"))
    if may(user, Permission.AUDIT_VIEW):
        items.append(item("Audit trail", "audit"))
    if settings.DEMO and may(user, Permission.DEMO_MAILBOX):
        items.append(item("Mailbox", "mailbox"))
    return items
