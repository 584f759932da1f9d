"""`./run manage write_docs`: write the pages of docs/ that are made from data and code."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from casework.access.document import access_document
from casework.policies.document import protocols_document
from casework.policies.protocols import load_protocols
from risk.document import document


class Command(BaseCommand):
    """Write docs/protocols.md, access.md and risk-rules.md, or check that they are fresh."""

    help = "Write the pages of docs/ that come from the protocols, the checklists and the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when a page is stale"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write what has changed. Raises CommandError, naming the pages, when only asked to check."""
        stale = {path: text for path, text in pages().items() if _stored(path) != text}
        if stale and options["check"]:
            names = ", ".join(str(path.relative_to(settings.BASE_DIR)) for path in stale)
            raise CommandError(f"Stale: {names}. Write them again: ./run manage write_docs")
        for path, text in stale.items():
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"Wrote {path.relative_to(settings.BASE_DIR)}.")
        if not stale:
            self.stdout.write("Every generated page is up to date.")


def pages() -> Mapping[Path, str]:
    """The generated pages as they should read now.

    An agency's own protocol folders stay out: these pages are about what is shipped.
    """
    shipped = load_protocols([settings.BASE_DIR / "casework" / "protocols"])
    docs = settings.BASE_DIR / "docs"
    return {
        docs / "protocols.md": protocols_document(shipped),
        docs / "access.md": access_document(),
        docs / "risk-rules.md": document(),
    }


def _stored(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
