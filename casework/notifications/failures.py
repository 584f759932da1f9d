"""What follows a message that could not be delivered: the next step goes at once, a person is told."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from casework import audit
from casework.models import Delivery, Message, Reminder, Topic, User
from casework.notifications.addressing import reminds
from casework.notifications.bounces import Bounce
from casework.notifications.recipients import PASSED_OVER
from casework.notifications.words import told_in
from casework.policies.ladder import Audience, ReminderKind

CLIMB = (
    Audience.OWNER,
    Audience.BACKUP,
    Audience.SUPERVISOR,
    Audience.ON_CALL,
    Audience.AGENCY,
)
CAME_BACK = "Came back: "  # what a server said that had taken the mail first
# Who is told that somebody could not be reached.
ABOVE = {
    Audience.OWNER: Audience.SUPERVISOR,
    Audience.BACKUP: Audience.SUPERVISOR,
    Audience.PERSON: Audience.SUPERVISOR,
    Audience.SUPERVISOR: Audience.ON_CALL,
    Audience.ON_CALL: Audience.ADMIN,
    Audience.AGENCY: Audience.ADMIN,
}


def give_up(
    message: Message, left: Iterable[Delivery], *, said: str, is_refused: bool, now: datetime
) -> None:
    """Note that the message has failed for good. Runs in the caller's transaction.

    The duties in it climb at once, and somebody above whoever was not reached is told. A refused
    address is kept with the account (`said`: the server's words), until mail to it arrives again.
    """
    deliveries = list(left)
    message.deliveries.waiting().update(failed_at=now)
    if is_refused and message.recipient is not None:
        User.objects.filter(pk=message.recipient.pk).update(
            email_refused_at=now, email_refused_why=said[:300]
        )
    for delivery in deliveries:
        _hurry(delivery.reminder, now=now)
    Reminder.objects.bulk_create(
        filter(None, (_not_reached(delivery, message, now=now) for delivery in deliveries)),
        ignore_conflicts=True,
    )


def tell_of_missing_digest(oldest: Delivery, user: User, *, now: datetime) -> None:
    """Tell the admins, once a day, that a person's digest could not be made.

    `oldest` is what waits longest for it. All of it is in the person's inbox.
    """
    said = f"The daily digest of {user.name} could not be made. Tell them to look at their inbox."
    notice = Reminder(
        episode_id=oldest.reminder.episode_id,
        kind=ReminderKind.NOT_REACHED,
        audience=Audience.ADMIN,
        topic=Topic.DUTY,  # somebody must act: nobody can switch it off
        says=said[:200],
        due_at=now,
        dedupe_key=f"{user.public_id}:no-digest:{now:%Y%m%d}",
        planned_at=now,
    )
    Reminder.objects.bulk_create([notice], ignore_conflicts=True)


@transaction.atomic
def bounced(bounce: Bounce, *, now: datetime) -> bool:
    """Take back that a message was sent: it has come back. Whether that was news.

    What has been seen meanwhile stays as it is; the rest of it goes the way of `give_up`.
    """
    message = (
        Message.objects.select_for_update(of=("self",))
        .select_related("recipient")
        .filter(public_id=bounce.message_id, failed_at__isnull=True, cancelled_at__isnull=True)
        .first()
    )
    if message is None or not bounce.has_failed:
        return False
    said = f"{CAME_BACK}{bounce.said}"[:300]
    Message.objects.filter(pk=message.pk).update(
        sent_at=None, failed_at=now, claimed_until=None, last_error=said
    )
    message.deliveries.filter(sent_at__isnull=False, seen_at__isnull=True).update(sent_at=None)
    left = list(told_in(message).filter(reminds("reminder__")))
    # An address that was corrected since is not refused.
    present = message.recipient.email if message.recipient else message.address
    is_refused = bounce.is_refused and bounce.sent_to in {"", present.lower()}
    give_up(message, left, said=said, is_refused=is_refused, now=now)
    audit.record("message.bounced", subject=message, by=None, at=now, status=bounce.status)
    return True


def forget_refusal(user: User) -> None:
    """A mail server takes mail to this address again.

    Not after mail came back: a relay takes everything, and sends it back later. Then only another
    address, or somebody who says that it is right, clears it.
    """
    User.objects.filter(pk=user.pk).exclude(email_refused_why__startswith=CAME_BACK).update(
        email_refused_at=None, email_refused_why=""
    )


def _hurry(reminder: Reminder, *, now: datetime) -> None:
    """Bring forward the next step to somebody further up the ladder, if one waits.

    With a step that may be passed over (there may be no back-up), the one after it goes too.
    """
    if reminder.duty_id is None or reminder.audience not in CLIMB:
        return
    further = CLIMB[CLIMB.index(Audience(reminder.audience)) + 1 :]
    steps = (
        Reminder.objects.waiting()
        .filter(duty_id=reminder.duty_id, audience__in=further, due_at__gt=now)
        .exclude(kind=ReminderKind.REPEAT)
        .order_by("due_at", "id")
        .values_list("pk", "audience")
    )
    next_steps = []
    for step, audience in steps:
        next_steps.append(step)
        if audience not in PASSED_OVER:
            break
    Reminder.objects.waiting().filter(pk__in=next_steps).update(
        due_at=now, hurried_at=now, paused_until=None
    )


def _not_reached(delivery: Delivery, message: Message, *, now: datetime) -> Reminder | None:
    """To somebody above, once a day for each item and person; None above the admins: the light tells."""
    reminder = delivery.reminder
    audience = ABOVE.get(Audience(reminder.audience))
    if audience is None:
        return None
    item = reminder.duty or reminder.flag or reminder.episode
    whom = message.recipient.name if message.recipient else "the agency’s on-call address"
    address = message.recipient.public_id if message.recipient else "agency"
    return Reminder(
        episode_id=reminder.episode_id,
        duty_id=reminder.duty_id,
        flag_id=reminder.flag_id,
        kind=ReminderKind.NOT_REACHED,
        audience=audience,
        topic=reminder.topic,
        says=f"Mail to {whom} could not be delivered. Tell them yourself."[:200],
        due_at=now,
        dedupe_key=f"{item.public_id}:not-reached:{address}:{audience}:{now:%Y%m%d}",
        planned_at=now,
    )
