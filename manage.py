#!/usr/bin/env python
"""Django's command line. On a machine with nothing installed use `./run manage …` instead."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casework.config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # a setting or a protocol file: it says what to write
        sys.exit(f"Porchlight does not start like this: {error}")


if __name__ == "__main__":
    main()
