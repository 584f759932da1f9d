"""The mail catcher: over real SMTP, into a Maildir, and never into a log."""

import mailbox
import smtplib
import subprocess
import time
from email.message import EmailMessage

from casework.local import commands
from casework.local.paths import ROOT
from casework.local.ports import free_port


def test_a_message_that_is_sent_is_kept_and_not_told_of(tmp_path):
    port, folder = free_port(), tmp_path / "mail"
    catcher = subprocess.Popen(
        commands.with_this_python(commands.mail_catcher("127.0.0.1", port, str(folder))),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    message = EmailMessage()
    message["From"], message["To"] = "notices@porchlight.test", "caseworker@porchlight.test"
    message["Subject"] = "A duty is due – sign in"
    message.set_content("Canary")

    try:
        send(message, port)
    finally:
        catcher.terminate()
        said, _ = catcher.communicate(timeout=5)

    [kept] = mailbox.Maildir(folder)
    assert kept["To"] == "caseworker@porchlight.test"
    assert kept.get_payload().strip() == "Canary"
    assert said == ""
    assert catcher.returncode == 0


def send(message: EmailMessage, port: int) -> None:
    """Send it, once the server takes connections."""
    give_up_at = time.monotonic() + 10
    while True:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
                smtp.send_message(message)
                return
        except ConnectionRefusedError:
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
