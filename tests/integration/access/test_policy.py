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
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from casework.models import Delivery, Role, Unit, User
from casework.notifications import sweep
from tests.factories import TOLD, UserFactory

POLICY = """
page                 method nobody ana eva sam vera wes omar oona gone adam ruth
home                 GET    in     200 200 200 200  200 200  200  in   200  ->
home                 POST   in     200 200 200 200  200 200  200  in   200  ->
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
undo_return          GET    in     200 200 200 200  404 404  200  in   403  403
undo_return          POST   in     200 200 200 200  404 404  200  in   403  403
duty                 GET    in     200 200 200 200  404 404  200  in   403  403
duty                 POST   in     200 200 200 200  404 404  200  in   403  403
inbox                GET    in     200 200 200 200  200 200  200  in   200  403
inbox                POST   in     200 200 200 200  200 200  200  in   200  403
reminder             GET    in     ->  404 404 404  404 404  404  in   404  403
reminder             POST   in     ->  404 404 404  404 404  404  in   404  403
audit                GET    in     403 403 403 403  403 403  403  in   403  200
audit                POST   in     403 403 403 403  403 403  403  in   403  200
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

_HEAD, *_LINES = [line.split() for line in POLICY.strip().splitlines() if line]
PERSONAS = _HEAD[2:]
ROWS = [(page, method, dict(zip(PERSONAS, answers, strict=True))) for page, method, *answers in _LINES]


def person(role: Role, unit: Unit | None) -> User:
    return UserFactory(role=role, unit=unit)


@pytest.fixture
def people(ana, sam, omar, oona, adam, ruth, unit) -> dict[str, User]:
    """Everyone in the table who has an account."""
    above, below = Unit.objects.create(
        name="Eastern Region", jurisdiction="us-mo", time_zone="America/Chicago"
    ), Unit.objects.create(
        name="St. Louis Annex", jurisdiction="us-mo", time_zone="America/Chicago", parent=unit
    )
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
def browsers(people, adam) -> dict[str, Client]:
    """A browser for each column; Ana's colleague lost the account while signed in."""
    browsers = {"nobody": Client()}
    for name, someone in people.items():
        browsers[name] = Client()
        browsers[name].force_login(someone)
    User.objects.filter(pk=people["gone"].pk).update(
        is_active=False, deactivated_at=TOLD, deactivated_by=adam
    )
    return browsers


@pytest.fixture
def address_of(people, episode, police, ana, now, clock_stands) -> Callable[[str], str]:
    """The address of a page about the records of this test."""
    sweep.address_due(now=now)
    sweep.send_due(now=now)
    sweep.beat(now=now)
    message = Delivery.objects.inbox_of(ana).first()
    ids = {
        "episode": [episode.public_id],
        "note": [episode.public_id],
        "record_return": [episode.public_id],
        "undo_return": [episode.public_id],
        "duty": [police.public_id],
        "reminder": [message.public_id],
        "letter": ["1"],
        "account_reset_password_from_key": ["1", "bad-key"],
    }
    return lambda page: reverse(page, args=ids.get(page))


def answer_of(response) -> str:
    if response.status_code == 302:
        return "in" if response["Location"].startswith("/sign-in") else "->"
    return str(response.status_code)


@pytest.mark.parametrize(
    ("page", "method", "expected"), ROWS, ids=[f"{page}-{method}" for page, method, _ in ROWS]
)
def test_the_policy(page, method, expected, browsers, address_of):
    address = address_of(page)
    answers = {}
    for name, browser in browsers.items():
        response = browser.get(address) if method == "GET" else browser.post(address)
        answers[name] = answer_of(response)
        if page == "account_logout" or (page == "account_login" and method == "POST"):
            # Out is out, and its way there is the sign-in page: not a refusal.
            answers[name] = answers[name].replace("in", "->")

    assert answers == expected


def pages(patterns: list[URLPattern | URLResolver]) -> set[str | None]:
    found: set[str | None] = set()
    for pattern in patterns:
        found |= (
            pages(pattern.url_patterns) if isinstance(pattern, URLResolver) else {pattern.name}
        )
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_address_stands_in_the_policy(method):
    in_policy = [page for page, of_row, _ in ROWS if of_row == method]

    assert len(in_policy) == len(set(in_policy))
    assert set(in_policy) == pages(get_resolver().url_patterns)


# --- What the numbers do not say ---------------------------------------------------------------


def test_someone_elses_record_looks_as_if_it_did_not_exist(browsers, address_of, episode):
    theirs = browsers["omar"].get(address_of("episode"))
    never = browsers["omar"].get(reverse("episode", args=["00000000-0000-4000-8000-000000000000"]))

    assert theirs.status_code == never.status_code == 404
    assert without_tokens(theirs) == without_tokens(never)


def without_tokens(response) -> str:
    return re.sub(r'value="[^"]{64}"', "", response.content.decode())


@pytest.mark.parametrize("name", ["omar", "wes", "adam", "ruth"])
def test_who_may_not_see_the_case_finds_no_word_of_it_on_any_page(
    name, browsers, address_of, jordan, episode
):
    for page, method, _ in ROWS:
        browser = browsers[name]
        if page == "account_logout":
            continue
        response = browser.get(address_of(page)) if method == "GET" else browser.post(
            address_of(page)
        )
        seen = response.content.decode()
        for secret in (jordan.family_name, episode.reference):
            assert secret not in seen, f"{page} {method}"


def test_a_caseworker_of_another_unit_changes_nothing(browsers, address_of, episode, police):
    for page in ("note", "record_return", "duty", "undo_return"):
        browsers["omar"].post(
            address_of(page),
            {
                "submission_key": "6c6f6e67-0000-4000-8000-000000000001",
                "kind": "call",
                "text": "Hello",
                "known": "placement",
                "outcome": "done",
                "happened": "just_now",
                "reason": "Because",
            },
        )

    episode.refresh_from_db()
    assert episode.is_open
    assert not episode.notes.exists()
    assert not police.evidence.exists()


def test_a_search_in_another_unit_says_only_that_there_is_such_a_youth(browsers, address_of):
    seen = (
        browsers["omar"]
        .post(address_of("matches"), {"name": "Jordan Quillfeather"})
        .content.decode()
    )

    assert "on file in another unit" in seen
    assert "Quillfeather" not in seen
    assert "logged missing" not in seen


def test_half_a_name_says_nothing_about_another_unit(browsers, address_of):
    seen = browsers["omar"].post(address_of("matches"), {"name": "Quillfeather"}).content.decode()

    assert "another unit" not in seen


def test_outside_the_demonstration_its_pages_do_not_exist(browsers, address_of, settings):
    settings.DEMO = False

    for page in ("mailbox", "letter", "gallery"):
        assert browsers["adam"].get(address_of(page)).status_code == 404


def test_a_view_that_declares_nothing_opens_for_nobody(browsers, people, rf):
    from casework.access.middleware import DefaultDeny

    def silent(_request):
        raise AssertionError("it was opened")

    deny = DefaultDeny(silent)
    for someone in people.values():
        request = rf.get("/")
        request.user = someone
        with pytest.raises(Exception, match="") as refusal:
            deny.process_view(request, silent, (), {})
        assert refusal.typename == "PermissionDenied"


def test_a_new_account_is_given_never_taken(client, db):
    from django.urls import NoReverseMatch

    for name in ("account_signup", "account_email", "account_confirm_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
