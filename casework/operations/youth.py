"""Changes to youth: adding one, and keeping the names under which they are found."""

from datetime import datetime

from django.db import transaction

from casework import audit
from casework.models import Unit, User, Youth, YouthName
from casework.policies.name_keys import name_keys


def split_name(typed: str) -> tuple[str, str]:
    """Read "Jordan Avery" as given and family name; a single word is a given name."""
    words = typed.split()
    if len(words) < 2:
        return " ".join(words), ""
    return " ".join(words[:-1]), words[-1]


@transaction.atomic
def add_youth(
    *,
    by: User,
    now: datetime,
    unit: Unit,
    given_name: str = "",
    family_name: str = "",
    nickname: str = "",
) -> Youth:
    """Add a youth with a name or a nickname; everything else can follow later."""
    youth = Youth.objects.create(
        unit=unit,
        given_name=given_name,
        family_name=family_name,
        nickname=nickname,
        recorded_at=now,
        recorded_by=by,
    )
    keep_names_findable(youth)
    audit.record("youth.added", subject=youth, by=by, at=now)
    return youth


def keep_names_findable(youth: Youth) -> None:
    """Make the search keys equal to the youth's names as they are now."""
    youth.name_words.all().delete()
    YouthName.objects.bulk_create(
        YouthName(youth=youth, folded=keys.folded, sound=keys.sound, letters=keys.letters)
        for keys in name_keys(youth.names)
    )
