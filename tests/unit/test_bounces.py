"""Reading what mail servers send back: Postfix, Exchange, broken and hostile ones. All made up."""

from textwrap import dedent
from uuid import UUID

import pytest

from casework.notifications.bounces import Bounce, read_bounce

OURS = UUID("6c6f6e67-1111-4222-8333-444455556666")


def postfix(
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 <worker@agency.example>: Recipient address rejected",
    message_id: str = f"<{OURS}@cases.agency.example>",
) -> bytes:
    """A notification as Postfix writes them: what happened, the report, the headers returned."""
    return dedent(
        f"""\
        Return-Path: <>
        From: MAILER-DAEMON@mx.agency.example (Mail Delivery System)
        Subject: Undelivered Mail Returned to Sender
        To: notices@agency.example
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="B1"

        --B1
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        I'm sorry to have to inform you that your message could not be delivered.

        --B1
        Content-Description: Delivery report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.agency.example
        X-Postfix-Queue-ID: 4F7K
        Arrival-Date: Tue,  3 Mar 2026 02:04:00 -0600 (CST)

        Final-Recipient: rfc822; worker@agency.example
        Original-Recipient: rfc822;worker@agency.example
        Action: {action}
        Status: {status}
        Remote-MTA: dns; mail.agency.example
        Diagnostic-Code: {said}

        --B1
        Content-Description: Undelivered Message Headers
        Content-Type: text/rfc822-headers

        From: Casework notices <notices@agency.example>
        To: Worker@agency.example
        Subject: Action due
        Message-ID: {message_id}

        --B1--
        """
    ).encode()


EXCHANGE = dedent(
    f"""\
    From: Microsoft Outlook <postmaster@agency.example>
    To: <notices@agency.example>
    Subject: Undeliverable: Action due
    MIME-Version: 1.0
    Content-Type: multipart/report; report-type=delivery-status;
    \tboundary="_004_agency_"

    --_004_agency_
    Content-Type: multipart/alternative; boundary="_000_agency_"

    --_000_agency_
    Content-Type: text/plain; charset="us-ascii"

    Delivery has failed to these recipients or groups

    --_000_agency_
    Content-Type: text/html; charset="us-ascii"

    <html><body>Delivery has failed</body></html>

    --_000_agency_--

    --_004_agency_
    Content-Type: message/delivery-status

    Reporting-MTA: dns;EX01.agency.example

    Final-recipient: RFC822;worker@agency.example
    Action: failed
    Status: 5.1.10
    Diagnostic-code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not
     found by SMTP address lookup

    --_004_agency_
    Content-Type: message/rfc822

    From: Casework notices <notices@agency.example>
    To: "A. Worker" <worker@agency.example>
    Subject: Action due
    Message-ID: <{OURS}@cases.agency.example>
    MIME-Version: 1.0
    Content-Type: multipart/alternative; boundary="ours"

    --ours
    Content-Type: text/plain

    Action due
    --ours--

    --_004_agency_--
    """
).encode()


def test_postfix_says_that_there_is_no_such_address():
    assert read_bounce(postfix()) == Bounce(
        message_id=OURS,
        has_failed=True,
        is_refused=True,
        status="5.1.1",
        said="550 5.1.1 <worker@agency.example>: Recipient address rejected",
        sent_to="worker@agency.example",
    )


def test_exchange_says_so_over_two_lines_and_returns_the_whole_message():
    assert read_bounce(EXCHANGE) == Bounce(
        message_id=OURS,
        has_failed=True,
        is_refused=True,
        status="5.1.10",
        said=(
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
        ),
        sent_to="worker@agency.example",
    )


def test_line_ends_of_the_network_are_read_like_those_of_a_file():
    assert read_bounce(postfix().replace(b"\n", b"\r\n")) == read_bounce(postfix())


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_not_a_failure_has_not_failed(action):
    bounce = read_bounce(postfix(action=action, status="4.4.1"))

    assert bounce is not None
    assert (bounce.has_failed, bounce.is_refused) == (False, False)


def test_a_server_that_gave_up_trying_has_failed_and_refuses_no_address():
    bounce = read_bounce(postfix(status="4.4.1", said="smtp; connect timed out"))

    assert bounce is not None
    assert (bounce.has_failed, bounce.is_refused) == (True, False)


def test_the_worst_of_several_recipients_counts():
    two = postfix(action="delayed", status="4.2.2").replace(
        b"\n--B1\nContent-Description: Undelivered",
        b"\nFinal-Recipient: rfc822; worker@agency.example\nAction: FAILED\nStatus: 5.2.1\n"
        b"\n--B1\nContent-Description: Undelivered",
    )

    bounce = read_bounce(two)

    assert bounce is not None
    assert (bounce.has_failed, bounce.status, bounce.said) == (True, "5.2.1", "Status 5.2.1")


def test_words_of_a_server_become_one_line_of_a_length_that_fits():
    bounce = read_bounce(postfix(said="smtp; 550\x1b[31m No\u202e such user " + "x" * 900))

    assert bounce is not None
    assert len(bounce.said) <= 300
    assert bounce.said.isprintable()


NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(1000)
)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe" * 1000,
        b"From: a@b\nSubject: Out of office\n\nI am away until Monday.",
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n--x\n',
        b'Content-Type: multipart/report; boundary="x"\n\n--x\nContent-Type: message/delivery-status'
        b"\n\nAction: failed\nStatus: 5.1.1\n\n--x--\n",
        b"Content-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n",
        postfix(message_id="<CAF4F7K@mail.other.example>"),
        postfix(message_id=f"{OURS}"),
        postfix(message_id=f"<{OURS}@{'x' * 400}>"),
        postfix()[:700],
        NESTED,
        NESTED + postfix(),
        postfix().replace(b"To: Worker@", b"To: " + b"(" * 5000 + b"Worker@"),
        b"Content-Type: multipart/report; boundary*=utf-8''%ff%fe\n\n--\xff\n",
        b"Subject: =?utf-8?q?"
        + b"=" * 10000
        + b"?=\nContent-Type: text/plain; charset=no-such\n\nx",
    ],
    ids=[
        "nothing",
        "noise",
        "an answer",
        "cut off",
        "nothing returned",
        "a report alone",
        "another's message",
        "no angle brackets",
        "an endless host",
        "cut in the middle",
        "nested",
        "nested around one",
        "an endless comment",
        "a broken boundary",
        "broken headers",
    ],
)
def test_what_is_not_about_a_message_of_ours_is_nothing(raw):
    assert read_bounce(raw) is None


def test_a_mail_without_end_is_read_no_further_than_it_matters():
    assert read_bounce(postfix() + b"x" * 3_000_000) == read_bounce(postfix())
