"""docs/protocols.md."""

from pathlib import Path

from casework.policies.document import protocols_document
from casework.policies.protocols import load_protocols

ROOT = Path(__file__).parents[3]
SHIPPED = load_protocols([ROOT / "casework" / "protocols"])


def test_every_duty_appears_with_its_clock_and_its_source():
    page = protocols_document(SHIPPED)

    for protocol in SHIPPED.values():
        for rule in protocol.rules:
            row = next(line for line in page.splitlines() if f"(`{rule.code}`)" in line)
            assert rule.source in page
            assert rule.title in page
            assert row.count(" | ") == 4
            assert rule.clock_words in page


def test_the_index_leads_to_every_jurisdiction_with_its_reports():
    page = protocols_document(SHIPPED)

    for protocol in SHIPPED.values():
        assert f"[{protocol.name}](#{protocol.code})" in page
        assert f'<a id="{protocol.code}"></a>' in page
    kansas = next(line for line in page.splitlines() if line.startswith("| [Kansas]"))
    assert "| within 2 hours after the agency was told |" in kansas


def test_the_page_is_fresh():
    stored = (ROOT / "docs" / "protocols.md").read_text(encoding="utf-8")

    assert stored == protocols_document(SHIPPED), "Write docs/protocols.md again"
