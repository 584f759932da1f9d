"""Channels: the ways in which a message leaves. A new one is one more entry in `SENDERS`."""

from collections.abc import Callable
from datetime import datetime

from django.core.mail import EmailMultiAlternatives

from casework.models import Channel, Delivery
from casework.notifications.messages import message_for


def send_email(delivery: Delivery, *, now: datetime) -> None:
    """Hand the message to the mail server. Raises what the mail library raises."""
    message = message_for(delivery, now=now)
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        to=[delivery.recipient.email],
        headers={
            # The same for every attempt, so that a mail server can drop the copy that a crash
            # between sending and noting it may cause.
            "Message-ID": message.message_id,
            "Auto-Submitted": "auto-generated",
        },
    )
    mail.attach_alternative(message.html, "text/html")
    mail.send()


# The inbox is not here: its rows are delivered by being written.
SENDERS: dict[Channel, Callable[..., None]] = {Channel.EMAIL: send_email}
