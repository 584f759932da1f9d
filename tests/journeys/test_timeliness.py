"""The proof of timeliness in a browser: an auditor's month without names, a supervisor's episode."""


def test_a_supervisor_goes_from_a_figure_to_its_duties_and_takes_the_proof_out(visit):
    sam = visit()
    sam.sign_in("supervisor")
    sam.open("/counts")
    sam.follow("What was done in time, duty by duty")
    assert "On time:" in sam.text()
    sam.looks_at_both_sizes("timeliness")

    figure = sam.page.locator("a[href*='outcome=']").first
    number = figure.inner_text().split()[0]
    figure.click()
    assert f"of {number}," in sam.text()

    with sam.page.expect_download() as download:
        sam.page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename.startswith("porchlight-timeliness-")

    sam.page.locator(".proof__state a").first.click()
    assert "Duty by duty" in sam.text()
    sam.looks_at_both_sizes("timeliness-episode")
