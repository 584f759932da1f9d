"""Earlier records in a browser: two problems named, mended, checked, brought in, counted, taken out."""

import re

HEAD = "Client no,First name,Last name,DOB,Office,Notified,Returned,Police report\n"
GOOD = (
    "JRN-{0},Zoë,Fernweather,5/17/2009,{1},1/31/2021 22:30,2/2/2021 7:15,1/31/2021 23:05\n"
    "JRN-{0}b,Anatole,Fernweather,3/14/2008,{1},1/20/2021 18:00,1/21/2021 6:40,\n"
)
BROKEN = GOOD.replace("1/31/2021 22:30", "soon").replace("3/14/2008", "3/14/1958")
MONTH = "/counts?period=2021-01"
SECONDS = 30


def test_an_admin_brings_history_in_and_takes_it_out_again(visit, tmp_path):
    adam = visit()
    adam.sign_in("admin")
    adam.open("/imports")
    adam.looks_at_both_sizes("imports")
    upload(adam, tmp_path, HEAD + BROKEN.format(1, ""))
    adam.page.get_by_label("Client no").select_option(label="Case number")
    adam.page.get_by_label("Office").select_option(label="Unit")
    adam.page.get_by_label("Unit of rows that name none").select_option(index=1)
    adam.looks_at_both_sizes("imports-columns")
    adam.press("Check the file")
    wait_for(adam, "2 problems")
    assert "Write a day like" in adam.text()
    assert "Check the year" in adam.text()
    adam.looks_at_both_sizes("imports-problems")

    adam.press("Forget this file")
    adam.open("/imports")
    upload(adam, tmp_path, HEAD + GOOD.format(1, ""))
    adam.page.get_by_label("Client no").select_option(label="Case number")
    adam.page.get_by_label("Unit of rows that name none").select_option(index=1)
    adam.press("Check the file")
    wait_for(adam, "Nothing is wrong")
    assert "2 episodes" in adam.text()
    adam.looks_at_both_sizes("imports-ready")
    visited = adam.page.url
    adam.open(MONTH)
    assert started(adam) == 0

    adam.page.goto(visited)
    adam.press("Bring it in")
    wait_for(adam, "Brought in")
    wait_for(adam, "See the counts")
    adam.looks_at_both_sizes("imports-done")
    adam.follow("See the counts")
    adam.open(MONTH)
    assert started(adam) == 2

    oona = visit()
    oona.sign_in("oncall")
    oona.page.get_by_label("Find a youth or an episode").fill("Anatole Fernweather")
    oona.page.get_by_role("search").get_by_role("button").click()
    oona.page.wait_for_url("**/search/*")
    oona.follow("Anatole Fernweather")
    oona.follow("Earlier record wrong? Strike it")
    oona.looks_at_both_sizes("strike-a-record")

    adam.page.goto(visited)
    adam.follow("Take it out again")
    adam.looks_at_both_sizes("imports-undo")
    adam.press("Take them out")
    wait_for(adam, "Nothing of it is on file")
    adam.open(MONTH)
    assert started(adam) == 0


def upload(adam, folder, content: str) -> None:
    """Choose a file with this content, and upload it."""
    file = folder / "history.csv"
    file.write_text(content)
    adam.page.get_by_label("File of earlier records").set_input_files(file)
    adam.press("Upload")


def wait_for(adam, words: str) -> None:
    """The page loads itself anew until it says so."""
    adam.page.locator("main", has_text=words).wait_for(timeout=SECONDS * 1000)


def started(adam) -> int:
    """How many episodes started in the month that is shown."""
    words = adam.page.locator(".sum-line").first.inner_text()
    return [int(number.replace(",", "")) for number in re.findall(r"[0-9,]+", words)][1]
