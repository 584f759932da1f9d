"""Who may open what: one row an address and method, one column a person. Read it as the policy.

The records belong to Ana's unit; the message is Ana's. A number is the answer's status. `in` sends
to the sign-in page, `->` elsewhere. An address that stands in no row fails the last test.

    nobody  not signed in               vera   supervisor of the unit above Ana's
    ana     caseworker, has the case    wes    supervisor of a unit below Ana's
    eva     caseworker in her unit      omar   caseworker of another unit
    sam     supervisor of her unit      oona   on call for the agency
    gone    Ana's colleague, deactivated while signed in
    adam    admin                       ruth   auditor
"""

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from casework.access.board import BoardFilter
from casework.access.middleware import DefaultDeny
from casework.models import ContactKind, Delivery, Episode, FlagMark, Role, Unit, User, Youth
from casework.notifications import sweep
from casework.operations import saved_views, transfers
from casework.operations.absences import plan_absence
from casework.operations.assignments import assign
from casework.operations.duplicates import put_side_by_side
from casework.operations.flags import raise_by_hand
from tests.factories import TOLD, UnitFactory, UserFactory, YouthFactory
from tests.integration.counts.past import was_missing
from tests.integration.imports.files import an_import
from tests.integration.models.rows import a_counted_month, a_made_export, a_schedule
from tests.integration.scenes import a_merge_of, add_contact

POLICY = """
page                 method nobody ana eva sam vera wes omar oona gone adam ruth
home                 GET    in     200 200 200 200  200 200  200  in   200  ->
home                 POST   in     200 200 200 200  200 200  200  in   200  ->
missing              GET    in     200 200 200 200  200 200  200  in   403  403
missing              POST   in     200 200 200 200  200 200  200  in   403  403
missing_changes      GET    in     200 200 200 200  204 204  200  in   403  403
missing_changes      POST   in     200 200 200 200  204 204  200  in   403  403
saved_views          GET    in     200 200 200 200  200 200  200  in   403  403
saved_views          POST   in     200 200 200 200  200 200  200  in   403  403
save_view            GET    in     200 200 200 200  200 200  200  in   403  403
save_view            POST   in     200 200 200 200  200 200  200  in   403  403
saved_view           GET    in     200 404 404 404  404 404  404  in   403  403
saved_view           POST   in     200 404 404 404  404 404  404  in   403  403
delete_view          GET    in     200 404 404 404  404 404  404  in   403  403
delete_view          POST   in     ->  404 404 404  404 404  404  in   403  403
log_youth            GET    in     200 200 200 200  200 200  200  in   403  403
log_youth            POST   in     200 200 200 200  200 200  200  in   403  403
matches              GET    in     405 405 405 405  405 405  405  in   403  403
matches              POST   in     200 200 200 200  200 200  200  in   403  403
episode              GET    in     200 200 200 200  404 404  200  in   403  403
episode              POST   in     200 200 200 200  404 404  200  in   403  403
note                 GET    in     200 200 200 200  404 404  200  in   403  403
note                 POST   in     200 200 200 200  404 404  200  in   403  403
record_return        GET    in     200 200 200 200  404 404  200  in   403  403
record_return        POST   in     200 200 200 200  404 404  200  in   403  403
end                  GET    in     200 200 200 200  404 404  200  in   403  403
end                  POST   in     200 200 200 200  404 404  200  in   403  403
undo_return          GET    in     200 200 200 200  404 404  200  in   403  403
undo_return          POST   in     200 200 200 200  404 404  200  in   403  403
wrong_record         GET    in     200 200 200 200  404 404  200  in   403  403
wrong_record         POST   in     200 200 200 200  404 404  200  in   403  403
describe             GET    in     200 200 200 200  404 404  200  in   403  403
describe             POST   in     ->  ->  ->  ->   404 404  ->   in   403  403
contacts             GET    in     200 200 200 200  404 404  200  in   403  403
contacts             POST   in     200 200 200 200  404 404  200  in   403  403
end_contact          GET    in     ->  ->  ->  ->   404 404  ->   in   403  403
end_contact          POST   in     ->  ->  ->  ->   404 404  ->   in   403  403
use_contact_again    GET    in     ->  ->  ->  ->   404 404  ->   in   403  403
use_contact_again    POST   in     ->  ->  ->  ->   404 404  ->   in   403  403
search               GET    in     200 200 200 200  200 200  200  in   403  403
search               POST   in     200 200 200 200  200 200  200  in   403  403
search_results       GET    in     ->  ->  ->  ->   ->  ->   ->   in   403  403
search_results       POST   in     ->  ->  ->  ->   ->  ->   ->   in   403  403
set_time             GET    in     200 200 200 200  404 404  200  in   403  403
set_time             POST   in     200 200 200 200  404 404  200  in   403  403
circumstances        GET    in     200 200 200 200  404 404  200  in   403  403
circumstances        POST   in     ->  ->  ->  ->   404 404  ->   in   403  403
change_rules         GET    in     403 403 200 200  404 403  200  in   403  403
change_rules         POST   in     403 403 200 200  404 403  200  in   403  403
checklist            GET    in     200 200 200 200  404 404  200  in   403  403
checklist            POST   in     405 405 405 405  405 405  405  in   403  403
answer_item          GET    in     ->  ->  ->  ->   404 404  ->   in   403  403
answer_item          POST   in     200 200 200 200  404 404  200  in   403  403
another_record       GET    in     403 403 200 200  404 403  200  in   403  403
another_record       POST   in     403 403 200 200  404 403  200  in   403  403
duplicates           GET    in     403 403 200 200  200 403  200  in   403  403
duplicates           POST   in     403 403 200 200  200 403  200  in   403  403
duplicate            GET    in     403 403 200 200  404 403  200  in   403  403
duplicate            POST   in     403 403 200 200  404 403  200  in   403  403
not_same             GET    in     403 403 200 200  404 403  200  in   403  403
not_same             POST   in     403 403 200 200  404 403  200  in   403  403
ask_again            GET    in     403 403 ->  ->   404 403  ->   in   403  403
ask_again            POST   in     403 403 ->  ->   404 403  ->   in   403  403
undo_merge           GET    in     403 403 200 200  404 403  200  in   403  403
undo_merge           POST   in     403 403 ->  ->   404 403  ->   in   403  403
duty                 GET    in     200 200 200 200  404 404  200  in   403  403
duty                 POST   in     200 200 200 200  404 404  200  in   403  403
acknowledge_duty     GET    in     ->  ->  ->  ->   404 404  ->   in   403  403
acknowledge_duty     POST   in     ->  ->  ->  ->   404 404  ->   in   403  403
hand_back_duty       GET    in     ->  ->  ->  ->   404 404  ->   in   403  403
hand_back_duty       POST   in     ->  ->  ->  ->   404 404  ->   in   403  403
ledger               GET    in     200 200 200 200  404 404  200  in   403  403
ledger               POST   in     200 200 200 200  404 404  200  in   403  403
raise_flag           GET    in     200 200 200 200  404 404  200  in   403  403
raise_flag           POST   in     200 200 200 200  404 404  200  in   403  403
confirm_flag         GET    in     ->  ->  ->  ->   404 404  ->   in   403  403
confirm_flag         POST   in     ->  ->  ->  ->   404 404  ->   in   403  403
set_aside_flag       GET    in     200 200 200 200  404 404  200  in   403  403
set_aside_flag       POST   in     200 200 200 200  404 404  200  in   403  403
agree_flag           GET    in     ->  ->  ->  ->   404 404  ->   in   403  403
agree_flag           POST   in     ->  ->  ->  ->   404 404  ->   in   403  403
take                 GET    in     ->  ->  ->  ->   404 404  ->   in   403  403
take                 POST   in     ->  ->  ->  ->   404 404  ->   in   403  403
reassign             GET    in     403 403 200 200  200 403  200  in   403  403
reassign             POST   in     403 403 200 200  200 403  200  in   403  403
reassigned           GET    in     403 403 200 404  404 403  404  in   403  403
reassigned           POST   in     403 403 200 404  404 403  404  in   403  403
undo_reassign        GET    in     403 403 405 405  405 403  405  in   403  403
undo_reassign        POST   in     403 403 ->  404  404 403  404  in   403  403
offer_transfer       GET    in     403 403 200 200  404 403  200  in   403  403
offer_transfer       POST   in     403 403 200 200  404 403  200  in   403  403
transfers            GET    in     403 403 200 200  200 403  200  in   403  403
transfers            POST   in     403 403 200 200  200 403  200  in   403  403
transfer             GET    in     403 403 200 200  404 403  200  in   403  403
transfer             POST   in     403 403 200 200  404 403  200  in   403  403
decline_transfer     GET    in     403 403 ->  ->   404 403  200  in   403  403
decline_transfer     POST   in     403 403 ->  ->   404 403  200  in   403  403
take_back_transfer   GET    in     403 403 ->  ->   404 403  ->   in   403  403
take_back_transfer   POST   in     403 403 ->  ->   404 403  ->   in   403  403
people               GET    in     403 403 200 200  200 403  403  in   200  403
people               POST   in     403 403 200 200  200 403  403  in   200  403
add_person           GET    in     403 403 403 403  403 403  403  in   200  403
add_person           POST   in     403 403 403 403  403 403  403  in   200  403
person               GET    in     200 404 200 200  404 404  404  in   200  404
person               POST   in     200 404 200 200  404 404  404  in   200  404
plan_absence         GET    in     200 404 200 200  404 404  404  in   200  404
plan_absence         POST   in     200 404 200 200  404 404  404  in   200  404
cancel_absence       GET    in     ->  404 ->  ->   404 404  404  in   ->   404
cancel_absence       POST   in     ->  404 ->  ->   404 404  404  in   ->   404
set_backup           GET    in     200 404 200 200  404 404  404  in   200  404
set_backup           POST   in     ->  404 ->  ->   404 404  404  in   ->   404
change_person        GET    in     403 403 403 403  403 403  403  in   200  403
change_person        POST   in     403 403 403 403  403 403  403  in   200  403
invite               GET    in     403 403 403 403  403 403  403  in   ->   403
invite               POST   in     403 403 403 403  403 403  403  in   ->   403
deactivate           GET    in     403 403 403 403  403 403  403  in   200  403
deactivate           POST   in     403 403 403 403  403 403  403  in   200  403
reactivate           GET    in     403 403 403 403  403 403  403  in   ->   403
reactivate           POST   in     403 403 403 403  403 403  403  in   ->   403
flag_review          GET    in     403 403 403 403  403 403  403  in   200  403
flag_review          POST   in     403 403 403 403  403 403  403  in   200  403
patterns             GET    in     403 403 200 200  200 403  403  in   200  403
patterns             POST   in     403 403 200 200  200 403  403  in   200  403
counts               GET    in     403 403 200 200  200 403  403  in   200  403
counts               POST   in     403 403 200 200  200 403  403  in   200  403
lock_counts          GET    in     403 403 200 200  200 403  403  in   200  403
lock_counts          POST   in     403 403 ->  ->   ->  403  403  in   ->   403
unlock_counts        GET    in     403 403 200 200  404 403  403  in   404  403
unlock_counts        POST   in     403 403 200 200  404 403  403  in   404  403
exports              GET    in     403 403 200 200  200 403  403  in   200  200
exports              POST   in     403 403 200 200  200 403  403  in   200  200
ask_export           GET    in     403 403 200 200  200 403  403  in   200  200
ask_export           POST   in     403 403 200 200  200 403  403  in   200  200
schedule_export      GET    in     403 403 200 200  200 403  403  in   200  200
schedule_export      POST   in     403 403 200 200  200 403  403  in   200  200
download_export      GET    in     403 403 404 404  404 403  403  in   200  404
download_export      POST   in     403 403 404 404  404 403  403  in   200  404
cancel_export        GET    in     403 403 405 405  405 403  403  in   405  405
cancel_export        POST   in     403 403 404 404  404 403  403  in   ->   404
pause_schedule       GET    in     403 403 405 405  405 403  403  in   405  405
pause_schedule       POST   in     403 403 404 404  404 403  403  in   ->   404
resume_schedule      GET    in     403 403 405 405  405 403  403  in   405  405
resume_schedule      POST   in     403 403 404 404  404 403  403  in   ->   404
delete_schedule      GET    in     403 403 404 404  404 403  403  in   200  404
delete_schedule      POST   in     403 403 404 404  404 403  403  in   ->   404
timeliness           GET    in     403 403 200 200  200 403  403  in   200  200
timeliness           POST   in     403 403 200 200  200 403  403  in   200  200
timeliness_file      GET    in     403 403 200 200  200 403  403  in   200  200
timeliness_file      POST   in     403 403 200 200  200 403  403  in   200  200
episode_timeliness   GET    in     200 200 200 200  404 404  200  in   403  403
episode_timeliness   POST   in     200 200 200 200  404 404  200  in   403  403
episode_timeliness_file GET    in     200 200 200 200  404 404  200  in   403  403
episode_timeliness_file POST   in     200 200 200 200  404 404  200  in   403  403
inbox                GET    in     200 200 200 200  200 200  200  in   200  403
inbox                POST   in     200 200 200 200  200 200  200  in   200  403
reminder             GET    in     ->  404 404 404  404 404  404  in   404  403
reminder             POST   in     ->  404 404 404  404 404  404  in   404  403
mark_seen            GET    in     ->  ->  ->  ->   ->  ->   ->   in   ->   403
mark_seen            POST   in     ->  ->  ->  ->   ->  ->   ->   in   ->   403
reminders_running    GET    in     403 403 200 200  200 403  200  in   200  403
reminders_running    POST   in     403 403 200 200  200 403  200  in   200  403
reminder_preferences GET    in     200 200 200 200  200 200  200  in   200  403
reminder_preferences POST   in     200 200 200 200  200 200  200  in   200  403
check_words          GET    in     405 405 405 405  405 405  405  in   405  405
check_words          POST   in     200 200 200 200  200 200  200  in   200  200
protocols            GET    in     403 403 403 403  403 403  403  in   200  403
protocols            POST   in     403 403 403 403  403 403  403  in   200  403
protocol             GET    in     403 403 403 403  403 403  403  in   200  403
protocol             POST   in     403 403 403 403  403 403  403  in   200  403
withdraw_confirmation GET   in     403 403 403 403  403 403  403  in   200  403
withdraw_confirmation POST  in     403 403 403 403  403 403  403  in   200  403
audit                GET    in     403 403 403 403  403 403  403  in   403  200
audit                POST   in     403 403 403 403  403 403  403  in   403  200
try_protocol         GET    in     403 403 403 403  403 403  403  in   200  403
try_protocol         POST   in     403 403 403 403  403 403  403  in   200  403
mailbox              GET    in     403 403 403 403  403 403  403  in   200  403
mailbox              POST   in     403 403 403 403  403 403  403  in   200  403
letter               GET    in     403 403 403 403  403 403  403  in   404  403
letter               POST   in     403 403 403 403  403 403  403  in   404  403

live                 GET    200    200 200 200 200  200 200  200  200  200  200
live                 POST   200    200 200 200 200  200 200  200  200  200  200
ready                GET    200    200 200 200 200  200 200  200  200  200  200
ready                POST   200    200 200 200 200  200 200  200  200  200  200
set_theme            GET    405    405 405 405 405  405 405  405  405  405  405
set_theme            POST   ->     ->  ->  ->  ->   ->  ->   ->   ->   ->   ->
gallery              GET    200    200 200 200 200  200 200  200  200  200  200
gallery              POST   200    200 200 200 200  200 200  200  200  200  200
imports              GET    in     403 403 403 403  403 403  403  in   200  403
imports              POST   in     403 403 403 403  403 403  403  in   200  403
import_template      GET    in     403 403 403 403  403 403  403  in   200  403
import_template      POST   in     403 403 403 403  403 403  403  in   200  403
import               GET    in     403 403 403 403  403 403  403  in   200  403
import               POST   in     403 403 403 403  403 403  403  in   200  403
bring_in             GET    in     403 403 403 403  403 403  403  in   405  403
bring_in             POST   in     403 403 403 403  403 403  403  in   ->   403
cancel_import        GET    in     403 403 403 403  403 403  403  in   405  403
cancel_import        POST   in     403 403 403 403  403 403  403  in   ->   403
undo_import          GET    in     403 403 403 403  403 403  403  in   ->   403
undo_import          POST   in     403 403 403 403  403 403  403  in   ->   403

account_login        GET    200    ->  ->  ->  ->   ->  ->   ->   200  ->   ->
account_login        POST   200    ->  ->  ->  ->   ->  ->   ->   200  ->   ->
account_logout       GET    ->     200 200 200 200  200 200  200  ->   200  200
account_logout       POST   ->     ->  ->  ->  ->   ->  ->   ->   ->   ->   ->
account_inactive     GET    200    200 200 200 200  200 200  200  200  200  200
account_inactive     POST   405    405 405 405 405  405 405  405  405  405  405
account_change_password           GET  in  200 200 200 200 200 200 200 in  200 200
account_change_password           POST in  200 200 200 200 200 200 200 in  200 200
account_reset_password            GET  200 200 200 200 200 200 200 200 200 200 200
account_reset_password            POST 200 200 200 200 200 200 200 200 200 200 200
account_reset_password_done       GET  200 200 200 200 200 200 200 200 200 200 200
account_reset_password_done       POST 405 405 405 405 405 405 405 405 405 405 405
account_reset_password_from_key   GET  200 200 200 200 200 200 200 200 200 200 200
account_reset_password_from_key   POST 200 200 200 200 200 200 200 200 200 200 200
account_reset_password_from_key_done GET  200 200 200 200 200 200 200 200 200 200 200
account_reset_password_from_key_done POST 405 405 405 405 405 405 405 405 405 405 405
"""

PAGES_OF_A_PERSON = (
    "person",
    "plan_absence",
    "set_backup",
    "change_person",
    "invite",
    "deactivate",
    "reactivate",
)
PAGES_OF_A_SCHEDULE = ("pause_schedule", "resume_schedule", "delete_schedule")
PAGES_OF_A_TRANSFER = ("transfer", "decline_transfer", "take_back_transfer")
PAGES_OF_AN_IMPORT = ("import", "bring_in", "cancel_import", "undo_import")
# Who closes an account reads the references of what goes to somebody else, and no more.
READS_REFERENCES = {("adam", "deactivate")}
MAY_NOT_SEE_THE_CASE = {"nobody", "gone", "omar", "wes", "adam", "ruth"}

_HEAD, *_LINES = [line.split() for line in POLICY.strip().splitlines() if line]
PERSONAS = _HEAD[2:]
ROWS = [
    (page, method, dict(zip(PERSONAS, answers, strict=True))) for page, method, *answers in _LINES
]


def person(role: Role, unit: Unit | None) -> User:
    return UserFactory(role=role, unit=unit)


@pytest.fixture
def people(ana, sam, omar, oona, adam, ruth, unit) -> dict[str, User]:
    """Everyone in the table who has an account."""
    above = UnitFactory(name="Eastern Region")
    below = UnitFactory(name="St. Louis Annex", parent=unit)
    unit.parent = above
    unit.save()
    return {
        "ana": ana,
        "eva": person(Role.CASEWORKER, unit),
        "sam": sam,
        "vera": person(Role.SUPERVISOR, above),
        "wes": person(Role.SUPERVISOR, below),
        "omar": omar,
        "oona": oona,
        "gone": person(Role.CASEWORKER, unit),
        "adam": adam,
        "ruth": ruth,
    }


@pytest.fixture
def browser_of(people, adam) -> Callable[[str], Client]:
    """A browser in which somebody of the table is signed in; `gone` lost the account since."""

    def sign_in(name: str) -> Client:
        browser = Client()
        if name in people:
            browser.force_login(people[name])
        if name == "gone":
            User.objects.filter(pk=people["gone"].pk).update(
                is_active=False, deactivated_at=TOLD, deactivated_by=adam
            )
        return browser

    return sign_in


@pytest.fixture
def address_of(people, episode, police, ana, now, clock_stands) -> Callable[[str], str]:
    """The address of a page about the records of this test."""
    sweep.sweep(clock=lambda: now, seconds=1)
    message = Delivery.objects.inbox_of(ana).first()
    flag = raise_by_hand(
        episode=episode, by=ana, now=now, mark=FlagMark.ENDANGERED, why="No coat, and it snows"
    )
    batch = handed_to_and_fro(episode, people, now)
    transfer = transfers.offer(
        episode=episode, to_unit=people["omar"].unit, note="Moved", by=people["sam"], now=now
    )
    absence = plan_absence(
        person=ana,
        stand_in=people["eva"],
        starts_at=now,
        ends_at=now + timedelta(days=1),
        by=ana,
        now=now,
    )
    view = saved_views.save(by=ana, now=now, name="Mine", wanted=BoardFilter(), tell=False)
    contact = add_contact(episode.youth, ContactKind.PHONE, "314-555-0144", by=ana)
    pair = put_side_by_side(
        one=episode.youth, other=YouthFactory(unit=episode.unit), by=ana, now=now
    )
    merge = a_merge_of(YouthFactory(unit=episode.unit), YouthFactory(unit=episode.unit), by=ana)
    batch_of_history = an_import(by=people["adam"], now=now)
    brought = was_missing(episode.unit, now - timedelta(days=9), 5, imported_in=batch_of_history)
    ids = {
        **{page: [batch_of_history.public_id] for page in PAGES_OF_AN_IMPORT},
        **{page: [ana.public_id] for page in PAGES_OF_A_PERSON},
        **{page: [transfer.public_id] for page in PAGES_OF_A_TRANSFER},
        "take": [episode.public_id],
        "offer_transfer": [episode.public_id],
        "reassigned": [batch],
        "undo_reassign": [batch],
        "cancel_absence": [absence.public_id],
        "another_record": [episode.public_id],
        "duplicate": [pair.public_id],
        "not_same": [pair.public_id],
        "ask_again": [pair.public_id],
        "undo_merge": [merge.public_id],
        "lock_counts": ["2026-02"],
        "timeliness_file": ["xlsx"],
        "episode_timeliness": [episode.public_id],
        "episode_timeliness_file": [episode.public_id, "pdf"],
        "unlock_counts": [a_counted_month(unit=episode.unit, year=2025).public_id],
        "download_export": [a_made_export(asked_by=people["adam"]).public_id],
        "cancel_export": [a_made_export(asked_by=people["adam"]).public_id],
        **{page: [a_schedule(owner=people["adam"]).public_id] for page in PAGES_OF_A_SCHEDULE},
        "saved_view": [view.public_id],
        "delete_view": [view.public_id],
        "episode": [episode.public_id],
        "note": [episode.public_id],
        "set_time": [episode.public_id, "last_seen"],
        "circumstances": [episode.public_id],
        "change_rules": [episode.public_id],
        "record_return": [episode.public_id],
        "end": [episode.public_id],
        "undo_return": [episode.public_id],
        "wrong_record": [brought.public_id],
        "describe": [episode.public_id],
        "contacts": [episode.public_id],
        "end_contact": [episode.public_id, contact.public_id],
        "use_contact_again": [episode.public_id, contact.public_id],
        "search_results": ["00000000-0000-4000-8000-000000000000"],
        "checklist": [episode.public_id],
        "answer_item": [episode.public_id, "danger.taken"],
        "raise_flag": [episode.public_id],
        "confirm_flag": [flag.public_id],
        "set_aside_flag": [flag.public_id],
        "agree_flag": [flag.public_id],
        "duty": [police.public_id],
        "acknowledge_duty": [police.public_id],
        "hand_back_duty": [police.public_id],
        "ledger": [episode.public_id],
        "reminder": [message.public_id],
        "protocol": ["us-mo"],
        "withdraw_confirmation": ["us-mo"],
        "letter": ["1"],
        "account_reset_password_from_key": ["1", "bad-key"],
    }
    return lambda page: reverse(page, args=ids.get(page))


def handed_to_and_fro(episode: Episode, people: dict[str, User], now: datetime) -> uuid.UUID:
    """The batch in which Sam gave the episode to Eva; then it went back to Ana."""
    batch = uuid.uuid4()
    for one, to in ((batch, people["eva"]), (uuid.uuid4(), people["ana"])):
        assign(episodes=[episode], to=to, by=people["sam"], now=now, batch=one)
    return batch


def answer_of(response: HttpResponse) -> str:
    if response.status_code == 302:
        return "in" if response["Location"].startswith("/sign-in?next=") else "->"
    return str(response.status_code)


@pytest.mark.parametrize("name", PERSONAS)
def test_the_policy_and_who_may_not_see_the_case_finds_no_word_of_it(
    name, browser_of, address_of, jordan, episode
):
    browser = browser_of(name)
    answers, found = {}, set()
    for page, method, _ in ROWS:
        ask = browser.get if method == "GET" else browser.post
        response = ask(address_of(page))
        answers[page, method] = answer_of(response)
        seen = b"".join(response).decode(errors="replace")  # or a file
        found |= {(page, word) for word in (jordan.family_name, episode.reference) if word in seen}
        if page == "account_logout" and name not in {"nobody", "gone"}:
            browser = browser_of(name)

    assert answers == {(page, method): expected[name] for page, method, expected in ROWS}
    if name in MAY_NOT_SEE_THE_CASE:
        read = {(page, episode.reference) for who, page in READS_REFERENCES if who == name}
        assert found <= read
    else:
        assert ("episode", jordan.family_name) in found


def pages(patterns: list[URLPattern | URLResolver]) -> set[str | None]:
    found: set[str | None] = set()
    for pattern in patterns:
        found |= pages(pattern.url_patterns) if isinstance(pattern, URLResolver) else {pattern.name}
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_address_stands_in_the_policy(method):
    in_policy = [page for page, of_row, _ in ROWS if of_row == method]

    assert len(in_policy) == len(set(in_policy))
    assert set(in_policy) == pages(get_resolver().url_patterns)


# --- What the numbers do not say ---------------------------------------------------------------


def test_someone_elses_record_looks_as_if_it_did_not_exist(browser_of, address_of, episode):
    omar = browser_of("omar")
    theirs = omar.get(address_of("episode"))
    never = omar.get(reverse("episode", args=["00000000-0000-4000-8000-000000000000"]))

    assert theirs.status_code == never.status_code == 404
    assert without_tokens(theirs) == without_tokens(never)


def without_tokens(response) -> str:
    changing = r'value="[^"]{64}"|name="server-time" content="[^"]+"|/episodes/[0-9a-f-]{36}'
    return re.sub(changing, "", response.content.decode())


def test_a_caseworker_of_another_unit_changes_nothing(browser_of, address_of, episode, police):
    omar = browser_of("omar")
    for page in ("note", "record_return", "duty", "end", "undo_return", "describe"):
        omar.post(
            address_of(page),
            {
                "submission_key": "6c6f6e67-0000-4000-8000-000000000001",
                "kind": "call",
                "text": "Hello",
                "known": "placement",
                "outcome": "done",
                "happened": "just_now",
                "reason": "opened_in_error",
                "why": "Because",
                "height_cm": "5 ft 6",
            },
        )

    episode.refresh_from_db()
    assert episode.is_open
    assert not episode.notes.exists()
    assert not police.evidence.exists()
    assert Youth.objects.get(pk=episode.youth_id).height_cm is None


def test_a_search_in_another_unit_says_only_that_there_is_such_a_youth(browser_of, address_of):
    found = browser_of("omar").post(address_of("matches"), {"name": "Jordan Quillfeather"})

    seen = found.content.decode()
    assert "on file in another unit" in seen
    assert "Quillfeather" not in seen
    assert "logged missing" not in seen


def test_half_a_name_says_nothing_about_another_unit(browser_of, address_of):
    found = browser_of("omar").post(address_of("matches"), {"name": "Quillfeather"})

    assert "another unit" not in found.content.decode()


def test_outside_the_demonstration_its_pages_do_not_exist(browser_of, address_of, settings):
    settings.DEMO = False

    for page in ("mailbox", "letter", "gallery"):
        assert browser_of("adam").get(address_of(page)).status_code == 404


def test_a_view_that_declares_nothing_opens_for_nobody(people, rf):
    def silent(_request: HttpRequest) -> HttpResponse:
        raise AssertionError("it was opened")

    deny = DefaultDeny(silent)

    for someone in people.values():
        request = rf.get("/")
        request.user = someone
        with pytest.raises(PermissionDenied):
            deny.process_view(request, silent, (), {})


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_confirm_email"])
def test_accounts_are_given_never_taken(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)
