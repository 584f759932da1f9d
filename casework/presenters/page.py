"""What every page needs: the header, the footer, and whether this is a demonstration."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from casework.access.inbox import needing_action_count
from casework.access.permissions import Permission
from casework.access.roles import may
from casework.models import User

THEMES = ("system", "light", "dark")


@dataclass(frozen=True)
class NavItem:
    """One entry of the menu; `count` is what needs action there.

    What is needed by day only (`is_more`) stands in a menu of its own where the window is wide.
    """

    label: str
    url: str
    is_current: bool
    count: int = 0
    is_more: bool = False


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
        "may_search": False,
        "nav": [],
        "nav_has_more": False,
    }
    user = getattr(request, "user", None)
    if isinstance(user, User):
        page["may_log"] = may(user, Permission.EPISODE_LOG)
        page["has_inbox"] = may(user, Permission.REMINDERS_READ)
        page["is_address_refused"] = page["has_inbox"] and user.email_refused_at is not None
        page["may_search"] = may(user, Permission.SEARCH)
        nav = _nav(request, user, now=now)
        page["nav"], page["nav_has_more"] = nav, any(item.is_more for item in nav)
        if user.unit and user.unit.on_call_phone:
            page["on_call_phone"] = user.unit.on_call_phone
    return page


def _nav(request: HttpRequest, user: User, *, now: datetime) -> list[NavItem]:
    def item(label: str, name: str, count: int = 0, *, is_more: bool = False) -> NavItem:
        url = reverse(name)
        return NavItem(label, url, request.path == url, count, is_more)

    has_cases = may(user, Permission.EPISODE_VIEW)

    items = [item("Home", "home")]
    if has_cases:
        home = "Dashboard" if may(user, Permission.DASHBOARD) else "Your youth"
        items = [item(home, "home"), item("Missing now", "missing")]
    if may(user, Permission.REMINDERS_READ):
        items.append(item("Reminders", "inbox", needing_action_count(user, now=now)))
    if may(user, Permission.PATTERNS):
        items.append(item("Patterns", "patterns", is_more=has_cases))
    if may(user, Permission.COUNTS_VIEW):
        items.append(item("Counts", "counts", is_more=has_cases))
    if may(user, Permission.YOUTH_MERGE):
        items.append(item("Duplicates", "duplicates", is_more=True))
    if may(user, Permission.EPISODE_TRANSFER):
        items.append(item("Transfers", "transfers", is_more=True))
    if may(user, Permission.PEOPLE_VIEW):
        items.append(item("People", "people", is_more=has_cases))
    else:
        items.append(
            NavItem(
                label="You",
                url=reverse("person", args=[user.public_id]),
                is_current=request.path == reverse("person", args=[user.public_id]),
            )
        )
    if may(user, Permission.HISTORY_IMPORT):
        items.append(item("History", "imports", is_more=True))
    if may(user, Permission.PROTOCOLS):
        items.append(item("Protocols", "protocols"))
    if may(user, Permission.FLAG_GOVERNANCE):
        items.append(item("Flags", "flag_review"))
    if may(user, Permission.TIMELINESS) and not may(user, Permission.COUNTS_VIEW):
        items.append(item("Done in time", "timeliness"))
    if may(user, Permission.AUDIT_VIEW):
        items.append(item("Audit trail", "audit"))
    if settings.DEMO and may(user, Permission.DEMO_MAILBOX):
        items.append(item("Mailbox", "mailbox"))
    return items
