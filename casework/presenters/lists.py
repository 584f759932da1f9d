"""A list of youth as a page: what it is limited to, how to lift a limit, where it goes on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.urls import reverse

from casework.access.board import BoardFilter, BoardPage, Scope, Status
from casework.access.board_address import query_of, read_filter, said_by
from casework.models import Role, SavedView, User
from casework.policies.time_phrases import moment

PAGE = 50
WHOM = {
    Status.MISSING: "missing",
    Status.LOCATED: "located, not back yet",
    Status.OPEN: "not back",
    Status.RETURNED_OPEN: "back, with duties left",
    None: "missing or back, with something left to do",
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several addresses, of which one is open."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A limit of the list, and the address without it."""

    words: str
    url: str


def address_of(wanted: BoardFilter, **more: str) -> str:
    """Where the list with this filter is."""
    return with_query(reverse("missing"), query_of(wanted, **more))


def with_query(path: str, query: str) -> str:
    """A path with a query, if there is one."""
    return f"{path}?{query}" if query else path


def scopes_of(
    user: User, *, current: Scope, has_below: bool, addresses: Mapping[Scope, str]
) -> list[Choice]:
    """Whose youth there are to choose from, widest last but one's own."""
    words = {Scope.UNIT: "My unit", Scope.BELOW: "My unit and units below", Scope.MINE: "Only mine"}
    if user.role == Role.ON_CALL:
        words = {Scope.BELOW: "The whole agency", Scope.MINE: "Only mine"}
    elif not has_below:
        words = {Scope.BELOW: "My unit", Scope.MINE: "Only mine"}
    current = current if current in words else Scope.BELOW
    return [
        Choice(label=label, url=addresses[scope], is_current=scope is current)
        for scope, label in words.items()
    ]


def chips_of(wanted: BoardFilter, words_for: Callable[[str, str], str]) -> list[Chip]:
    """Each limit of the list in words. Whose youth they are is said by the choice above the list.

    `words_for` says what a choice of the filter is called.
    """
    said = said_by(wanted)
    return [
        Chip(
            words=words_for(name, value),
            url=address_of(read_filter({**said, name: ""})),
        )
        for name, value in said.items()
        if name != "scope"
    ]


def heading_of(wanted: BoardFilter, page: BoardPage, *, is_first: bool) -> str:
    """How many youth the list has: "1 youth missing". Of a long list, what this page has of it."""
    number, whom = len(page.ids), WHOM[wanted.status]
    if page.next is None and is_first:
        return f"{number or 'No'} youth {whom}"
    return f"The first {number} youth {whom}" if is_first else f"{number} more youth {whom}"


def as_of(now: datetime, zone: tzinfo) -> str:
    """When the page was made, in words."""
    return moment(now, zone, now=now)


def view_links(
    views: Iterable[SavedView], *, current: BoardFilter, read: Mapping[int, BoardFilter]
) -> list[Choice]:
    """The saved views as addresses; `read` has each one's filter."""
    return [
        Choice(
            label=view.name,
            url=address_of(read[view.pk]),
            is_current=read[view.pk] == current,
        )
        for view in views
    ]


@dataclass(frozen=True, kw_only=True)
class ViewRow:
    """One saved view, to open, rename or delete."""

    name: str
    limits: str
    url: str
    change_url: str
    delete_url: str
    is_telling: bool


def view_rows(
    views: Iterable[SavedView],
    *,
    read: Mapping[int, BoardFilter],
    words_for: Callable[[str, str], str],
) -> list[ViewRow]:
    """The saved views, each with what it is limited to in words."""
    rows = []
    for view in views:
        wanted = read[view.pk]
        limits = [chip.words for chip in chips_of(wanted, words_for)]
        if wanted.scope is Scope.MINE:
            limits.insert(0, "Only mine")
        rows.append(
            ViewRow(
                name=view.name,
                limits="; ".join(limits) or "Everybody missing",
                url=address_of(wanted),
                change_url=reverse("saved_view", args=[view.public_id]),
                delete_url=reverse("delete_view", args=[view.public_id]),
                is_telling=view.is_telling,
            )
        )
    return rows


def nobody_words(wanted: BoardFilter, chips: Sequence[Chip]) -> str:
    """What stands in place of an empty list."""
    if chips:
        return "No youth fits all of these. Remove one above to see more."
    if wanted.scope is Scope.MINE:
        return "No youth assigned to you is missing."
    return "No youth is missing."
