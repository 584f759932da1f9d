"""What a browser has to fetch for a page: found in its HTML, weighed as it is sent."""

import gzip
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings

FETCHED = {("link", "href"), ("script", "src"), ("img", "src"), ("use", "href")}
RELATIONS = {"stylesheet", "icon", "preload", "manifest"}


@dataclass(frozen=True)
class Weight:
    """Bytes as sent (compressed), and requests; the first visit fetches every file."""

    html: int
    files: dict[str, int]

    @property
    def first_visit(self) -> int:
        """Bytes when nothing is in the browser's cache."""
        return self.html + sum(self.files.values())

    @property
    def requests(self) -> int:
        """The page and its files."""
        return 1 + len(self.files)


class _Addresses(HTMLParser):
    """The static files that a page names, each once."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "link" and named.get("rel") not in RELATIONS:
            return
        for name, value in attrs:
            if (tag, name) in FETCHED and value and value.startswith(settings.STATIC_URL):
                self.found.add(value.partition("#")[0])


def weigh(html: bytes) -> Weight:
    """The weight of a page. Raises FileNotFoundError when it names a file that is not served."""
    root = Path(settings.STATIC_ROOT)
    files = {}
    for address in sorted(_Addresses(html.decode()).found):
        file = root / address.removeprefix(settings.STATIC_URL)
        packed = file.with_name(f"{file.name}.gz")  # WhiteNoise sends it where it is smaller
        files[address] = (packed if packed.exists() else file).stat().st_size
    return Weight(html=len(gzip.compress(html, 6)), files=files)
