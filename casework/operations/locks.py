"""The order of locks: an episode first, then its duties. Whoever keeps to it cannot deadlock."""

from casework.models import Episode


def locked(episode: Episode) -> Episode:
    """This episode as it is now, held until the transaction ends.

    `no_key`: rows that only point to the episode are not kept waiting, nor waited for.
    """
    return Episode.objects.select_for_update(of=("self",), no_key=True).get(pk=episode.pk)
