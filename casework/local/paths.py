"""The folders of this checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
ENV = VAR / "env"
