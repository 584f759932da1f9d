"""One sweep by a clock that is wrong: `python -m benchmarks.storm.sweep_at --hours 1`."""

import argparse
from datetime import timedelta


def main() -> None:
    """Read the command line and sweep once."""
    import django

    django.setup()
    from django.utils import timezone

    from casework.notifications.sweep import sweep

    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--hours", type=int, required=True, help="how much the clock is fast")
    wrong = timedelta(hours=words.parse_args().hours)
    sweep(clock=lambda: timezone.now() + wrong, seconds=10)


if __name__ == "__main__":
    main()
