"""The order of locks: a youth first, then episodes, then their duties.

Whoever keeps to it cannot deadlock.
"""

from casework.models import Episode, Youth


def locked(episode: Episode) -> Episode:
    """This episode as it is now, held until the transaction ends.

    `no_key`: rows that only point to the episode are not kept waiting, nor waited for.
    """
    return Episode.objects.select_for_update(of=("self",), no_key=True).get(pk=episode.pk)


def locked_youth(youth: Youth) -> Youth:
    """This youth as on file now, held until the transaction ends, by whoever adds something to it.

    A record that was merged meanwhile stands for the one that was kept: that one is returned.
    """
    held = Youth.objects.select_for_update(of=("self",), no_key=True).get(pk=youth.pk)
    while held.merged_into_id is not None:
        held = Youth.objects.select_for_update(of=("self",), no_key=True).get(
            pk=held.merged_into_id
        )
    return held
