"""Phones and accounts of a youth: added, set down as no longer in use, taken into use again."""

import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from casework import audit
from casework.models import ContactKind, User, Youth, YouthContact
from casework.operations.locks import locked_youth
from casework.operations.submissions import KeyReused
from casework.policies.contact_keys import account_key, email_key, phone_key

KEYS: dict[ContactKind, Callable[[str], str]] = {
    ContactKind.PHONE: phone_key,
    ContactKind.EMAIL: email_key,
    ContactKind.ACCOUNT: account_key,
}


class Refused(Exception):
    """It was not done; the sentence says why and what to do."""


class NotReadable(Refused):
    """What was typed is no contact of this kind."""

    def __init__(self) -> None:
        super().__init__("Not saved: this cannot be read. Check it and save again.")


class OnFile(Refused):
    """The youth has this contact already."""

    def __init__(self) -> None:
        super().__init__("This is on file already, in the list on this page.")


@transaction.atomic
def add_contact(
    *,
    youth: Youth,
    by: User,
    now: datetime,
    kind: ContactKind,
    value: str,
    label: str,
    submission_key: uuid.UUID,
) -> YouthContact:
    """Add one number, address or account; the same form sent again adds nothing.

    Raises `NotReadable`; `OnFile` when the youth has it, in use; and `KeyReused` when the key
    belongs to a contact of another youth.
    """
    key = KEYS[kind](value)
    if not key:
        raise NotReadable
    youth = locked_youth(youth)
    if sent := YouthContact.objects.filter(submission_key=submission_key).first():
        if sent.youth_id != youth.pk:
            raise KeyReused
        return sent
    if youth.contacts.in_use().filter(kind=kind, key=key).exists():
        raise OnFile
    contact = YouthContact.objects.create(
        youth=youth,
        kind=kind,
        label=label,
        value=value,
        key=key,
        recorded_at=now,
        recorded_by=by,
        submission_key=submission_key,
    )
    audit.record("contact.added", subject=contact, by=by, at=now, youth=str(youth.public_id))
    return contact


@transaction.atomic
def end_contact(*, contact: YouthContact, by: User, now: datetime) -> YouthContact:
    """Set a contact down as no longer in use; a search still finds it. Twice changes nothing."""
    contact = _held(contact)
    if contact.ended_at is None:
        contact.ended_at, contact.ended_by = now, by
        contact.save(update_fields=["ended_at", "ended_by"])
        audit.record("contact.ended", subject=contact, by=by, at=now)
    return contact


@transaction.atomic
def use_contact_again(*, contact: YouthContact, by: User, now: datetime) -> YouthContact:
    """Take a contact into use again. Raises `OnFile` when the same was added anew meanwhile."""
    contact = _held(contact)
    if contact.ended_at is None:
        return contact
    if contact.youth.contacts.in_use().filter(kind=contact.kind, key=contact.key).exists():
        raise OnFile
    contact.ended_at, contact.ended_by = None, None
    contact.save(update_fields=["ended_at", "ended_by"])
    audit.record("contact.used_again", subject=contact, by=by, at=now)
    return contact


def _hold(youth: Youth) -> None:
    """One change at a time to the contacts of a youth, until the transaction ends."""
    Youth.objects.select_for_update(of=("self",), no_key=True).get(pk=youth.pk)


def _held(contact: YouthContact) -> YouthContact:
    _hold(contact.youth)
    return YouthContact.objects.get(pk=contact.pk)
