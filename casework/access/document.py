"""docs/access.md, written from the code so that the two cannot differ."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from casework.access.decorators import PUBLIC, access_of
from casework.access.permissions import Permission
from casework.access.roles import PERMISSIONS
from casework.access.scoping import AGENCY_WIDE
from casework.models import Role

_INTRODUCTION = """\
# Who may see and do what

Written from `casework/access/` and the list of addresses: change the code, then write this page
again with `./run manage write_docs`.

A role is a list of permissions. Each address names the one permission that opens it; an address
that names none opens for nobody. A person whose account is deactivated holds no permission at all.
"""
_AFTER_ROLES = """\
A record outside what a person sees answers "This page cannot be found" (404), exactly as an id that
was never given. An address that a role does not open answers "Your role does not open this page"
(403). Someone who is not signed in is sent to the sign-in page; what they had typed waits for them
there for a quarter of an hour (`casework/access/kept_answers.py`).
"""


class Address(NamedTuple):
    """One address of the site: its path, what its view says of itself, and what it declares."""

    path: str
    page: str
    access: Permission | str | None


def access_document() -> str:
    """The page, in Markdown: what each role sees, what it may do, and what opens each address."""
    lines = [_INTRODUCTION, *_scope(), *_permissions(), _AFTER_ROLES, *_addresses()]
    return "\n".join(lines)


def addresses() -> list[Address]:
    """Every address that the site answers, in the order in which they are looked up."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[Address]:
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        else:
            yield Address(f"/{path}", _page(pattern.callback), access_of(pattern.callback))


def _page(view: Any) -> str:
    """The first line of our own view's docstring; signing in is django-allauth's."""
    if not view.__module__.startswith("casework."):
        return "Signing in and passwords"
    return str(view.__doc__).strip().splitlines()[0].rstrip(".")


def _sees(role: Role) -> str:
    """Which youth, episodes and duties `unit_ids_in_scope` lets this role see, in words."""
    if Permission.EPISODE_VIEW not in PERMISSIONS[role]:
        return "none"
    if role in AGENCY_WIDE:
        return "those of the whole agency"
    if role == Role.SUPERVISOR:
        return "those of their own unit and of every unit below it"
    return "those of their own unit"


def _scope() -> Iterator[str]:
    yield "## What each role sees\n"
    yield "| Role | Youth, episodes, duties |"
    yield "|---|---|"
    for role in Role:
        yield f"| {role.label} | {_sees(role)} |"
    yield "\nA reminder is read by the person it was sent to, and by nobody else.\n"


def _permissions() -> Iterator[str]:
    yield "## What each role may do\n"
    yield "| May … | " + " | ".join(role.label for role in Role) + " |"
    yield "|---|" + "---|" * len(Role)
    for permission in Permission:
        answers = ("yes" if permission in PERMISSIONS[role] else "–" for role in Role)
        yield f"| {permission.value} | " + " | ".join(answers) + " |"
    yield ""


def _addresses() -> Iterator[str]:
    yield "## What opens each address\n"
    yield "| Address | Page | Opens for those who may … |"
    yield "|---|---|---|"
    for path, page, access in addresses():
        yield f"| `{path}` | {page} | {_words(access)} |"
    yield "\nPages of the demonstration (`/demo/…`) answer 404 everywhere else.\n"


def _words(access: Permission | str | None) -> str:
    if access == PUBLIC:
        return "**everyone, signed in or not**"
    return access.value if isinstance(access, Permission) else "**nobody: it declares nothing**"
