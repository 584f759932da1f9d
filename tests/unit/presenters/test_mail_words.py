"""What a mail server said, without what only programmers read."""

import pytest

from casework.presenters.mail_words import server_words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("ConnectionRefusedError: [Errno 111] Connection refused", "Connection refused"),
        ("SMTPDataError: (451, b'4.7.1 Try again later')", "451 4.7.1 Try again later"),
        ("SMTPSenderRefused: (501, b'Not you', 'us@agency.example')", "501 Not you"),
        ("SMTPServerDisconnected: please run connect() first", "please run connect() first"),
        ("TimeoutError: timed out", "timed out"),
        ("TimeoutError: ", "no answer"),
        ("550 No such user", "550 No such user"),
        ("Came back: 5.1.1 No such user", "Came back: 5.1.1 No such user"),
        (
            "The account was closed before it went out.",
            "The account was closed before it went out.",
        ),
        ("", ""),
    ],
)
def test_the_words_are_the_servers(said, words):
    assert server_words(said) == words
