"""`python -m casework.local <command>`: what `./run` becomes once the environment is ready."""

import sys

from casework.local.cli import dispatch

sys.exit(dispatch(sys.argv[1:]))
