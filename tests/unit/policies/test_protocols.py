"""Protocol files: what is read, and what is refused with file and line."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casework.policies.anchors import Anchor
from casework.policies.protocols import (
    Basis,
    EvidenceField,
    Phase,
    ProtocolError,
    Verified,
    load_protocols,
)

SHIPPED = Path(__file__).parents[3] / "casework" / "protocols"
A_DAY = date(2026, 3, 3)

BASE = """\
code = "us"
name = "Federal base"
version = "1"
source = "Law"

[[duty]]
code = "report_to_police"
title = "Report to police"
phase = "missing"
anchor = "told"
within = "immediately, at most 24 hours"
basis = "law"
source = "42 USC 671"
verified = "source_seen"
order = 10
evidence = ["agency", "reference_number"]
help = "Ask for the report number."
"""
STATE = """\
code = "us-mo"
name = "Missouri"
version = "1"
source = "Manual"
extends = "us"

[[duty]]
code = "report_to_police"
anchor = "determined_missing"
within = "2 hours"
basis = "policy"
source = "Manual 4.8.3"
verified = "source_seen"
"""


def load(folder: Path, **files: str):
    for name, text in files.items():
        (folder / f"{name.replace('_', '-')}.toml").write_text(text, encoding="utf-8")
    return load_protocols([folder])


def refusal(folder: Path, **files: str) -> ProtocolError:
    with pytest.raises(ProtocolError) as raised:
        load(folder, **files)
    return raised.value


def test_a_duty_is_read_with_everything_it_says(tmp_path):
    (rule,) = load(tmp_path, us=BASE)["us"].rules_on(A_DAY)

    assert (rule.title, rule.phase, rule.appears_on) == (
        "Report to police",
        Phase.MISSING,
        Anchor.TOLD,
    )
    assert rule.within.immediately
    assert rule.within.number == 24
    assert (rule.basis, rule.source, rule.verified) == (
        Basis.LAW,
        "42 USC 671",
        Verified.SOURCE_SEEN,
    )
    assert rule.evidence == (EvidenceField.AGENCY, EvidenceField.REFERENCE_NUMBER)
    assert rule.clock_words == "immediately, never later than 24 hours after the agency was told"


def test_a_state_tightens_a_duty_and_takes_over_what_it_leaves_unsaid(tmp_path):
    rule, wider = load(tmp_path, us=BASE, us_mo=STATE)["us-mo"].duties_on(A_DAY)["report_to_police"]

    assert rule.clock_words == "within 2 hours after the agency decided that the youth is missing"
    assert (rule.title, rule.help) == ("Report to police", "Ask for the report number.")
    assert rule.evidence == (EvidenceField.AGENCY, EvidenceField.REFERENCE_NUMBER)
    assert (rule.jurisdiction, wider.jurisdiction) == ("us-mo", "us")
    assert wider.within.number == 24


def test_the_paragraphs_of_a_help_stay_apart_and_their_lines_do_not(tmp_path):
    text = BASE.replace('"Ask for the report number."', '"""\nAsk for\nit.\n\n  \nThen wait.\n"""')

    rule = load(tmp_path, us=text)["us"].rule_on("report_to_police", A_DAY)

    assert rule.help == "Ask for it.\n\nThen wait."


@pytest.mark.parametrize("key", ["anchor", "basis", "source", "verified"])
def test_a_state_never_takes_over_the_clock_or_the_source(tmp_path, key):
    without = "\n".join(
        line
        for line in STATE.splitlines()
        if not (line.startswith(key) and line != 'source = "Manual"')
    )

    error = refusal(tmp_path, us=BASE, us_mo=without)

    assert (error.line, error.message) == (7, f'"{key}" is missing here')


@pytest.mark.parametrize(
    ("was", "now", "line", "words"),
    [
        ('anchor = "told"', 'anchor = "departed"', 10, "determined_missing, first_suspected"),
        ('phase = "missing"', 'phase = "gone"', 9, "use one of missing, return"),
        ('"immediately, at most 24 hours"', '"2 court days"', 11, '"court days" cannot be'),
        ('anchor = "told"', 'anchor = ["told", "departed"]', 10, "list of these words"),
        ('anchor = "told"', "anchor = []", 10, "at least one moment"),
        ('anchor = "told"', 'anchor = ["told", "told"]', 10, "none twice"),
        ("order = 10", 'order = 10\nrepeats = "often"', 16, '"weekly", "monthly"'),
        ("order = 10", 'order = 10\nonly_if = "exigent"', 16, "list of texts"),
        ("order = 10", 'order = 10\nonly_if = ["rainy"]', 16, '"rainy" is not a condition'),
        ("order = 10", 'order = 10\nonly_if = ["age x or over"]', 16, '"age 14 or over"'),
        ('title = "Report', 'title = "' + "Report" * 20, 8, "at most 120 characters"),
        ('source = "Law"', 'source = "Law"\ncalendar = "us-zz"', 5, 'write "us" for'),
        ('source = "Law"', 'source = "Law"\ntime_zone = "CST"', 5, 'like "America/Chicago"'),
        ('"immediately, at most 24 hours"', "24", 11, "must be a text in quotes"),
        ('basis = "law"', 'basis = "habit"', 12, "use one of law, policy, practice"),
        ('source = "42 USC 671"\n', "", 6, '"source" is missing here'),
        ('source = "42 USC 671"', 'source = " "', 13, "not empty"),
        ('verified = "source_seen"', 'verified = "yes"', 14, "source_seen, unverified"),
        ("order = 10", "order = true", 15, "whole number"),
        ('["agency", "reference_number"]', '["fingerprint"]', 16, "contact_name, agency"),
        ('["agency", "reference_number"]', '"agency"', 16, "must be a list"),
        ('help = "Ask', 'hint = "Ask', 17, 'Unknown key "hint"'),
        ('help = "Ask', 'condition = "Ask', 17, 'Unknown key "condition"'),
        ('help = "Ask', 'every = "Ask', 17, 'Unknown key "every"'),
        ('code = "report_to_police"', 'code = "Report!"', 7, "written like"),
        ('phase = "missing"', 'phase = "missing"\nappears_on = "returned"', 10, '"return"'),
        ("order = 10", 'order = 10\neffective_from = "2026"', 16, "like 2026-01-31"),
        (
            "order = 10",
            "order = 10\neffective_from = 2026-02-01\neffective_until = 2026-01-01",
            17,
            "is before",
        ),
        ("order = 10", "order = 10\neffective_from = 2026-02-30", 16, "Not TOML"),
        ('title = "Report to police"', "title = Report", 8, "Not TOML"),
        ('version = "1"', 'version = "1"\nowner = "x"', 4, 'Unknown key "owner"'),
        ('version = "1"\n', "", 1, '"version" is missing here'),
        ('code = "us"', 'code = "uk"', 1, 'must be "us", the name of the file'),
        ("[[duty]]", "[duty]", 6, '"[[duty]]"'),
        ('source = "Law"', 'source = "Law"\nextends = "un"', 5, 'no protocol "un"'),
        ('source = "Law"', 'source = "Law"\nextends = "us"', 5, "extends itself"),
    ],
)
def test_a_fault_is_named_with_its_file_its_line_and_what_to_write(tmp_path, was, now, line, words):
    assert was in BASE

    error = refusal(tmp_path, us=BASE.replace(was, now, 1))

    assert (error.path.name, error.line) == ("us.toml", line)
    assert words in error.message
    assert str(error).startswith(f"{tmp_path / 'us.toml'}, line {line}: ")


def test_a_line_is_found_past_a_long_text_that_looks_like_a_duty(tmp_path):
    tricky = BASE.replace('help = "Ask', 'help = """\n[[duty]]\norder = 3\n"""\nhint = "Ask')

    assert refusal(tmp_path, us=tricky).line == 21


@pytest.mark.parametrize(
    ("was", "now", "line", "words"),
    [
        ('"2 hours"', '"25 hours"', 10, "looser"),
        ('within = "2 hours"\n', "", 7, "looser"),
        ('basis = "policy"', 'basis = "practice"', 11, "required by law"),
        ("[[duty]]", '[[duty]]\nappears_on = "flagged"', 8, 'must stay "told"'),
        ('"2 hours"', '"2 business days"', 10, "looser"),
    ],
)
def test_a_state_cannot_ask_for_less_than_federal_law(tmp_path, was, now, line, words):
    error = refusal(tmp_path, us=BASE, us_mo=STATE.replace(was, now, 1))

    assert (error.path.name, error.line) == ("us-mo.toml", line)
    assert words in error.message


@pytest.mark.parametrize(
    "looser", ["", 'repeats = "monthly"', 'repeats = "weekly for the first 9 days"']
)
def test_a_state_cannot_let_a_duty_come_back_less_often(tmp_path, looser):
    base = BASE.replace("order = 10", 'order = 10\nrepeats = "weekly"')

    error = refusal(tmp_path, us=base, us_mo=f"{STATE}{looser}")

    assert '"repeats" is looser than the protocol extended: weekly' in error.message


def test_a_duty_may_be_stated_for_several_cases_but_not_twice_for_the_same(tmp_path):
    duty = BASE[BASE.index("[[duty]]") :]
    first = 'only_if = ["exigent"]\n'
    second = 'only_if = ["not exigent"]\n'

    protocol = load(tmp_path, us=BASE + first + duty + second)["us"]
    error = refusal(tmp_path, us=BASE + first + duty + first)

    assert len(protocol.duties_on(A_DAY)["report_to_police"]) == 2
    assert "same day" in error.message


def test_the_cases_of_a_duty_appear_together(tmp_path):
    duty = BASE[BASE.index("[[duty]]") :] + 'only_if = ["exigent"]\nappears_on = "flagged"\n'

    assert 'the same "phase"' in refusal(tmp_path, us=BASE + duty).message


def test_a_list_of_anchors_makes_a_rule_for_each(tmp_path):
    base = BASE.replace('"told"', '["told", "last_seen"]')

    rules = load(tmp_path, us=base)["us"].duties_on(A_DAY)["report_to_police"]

    assert [rule.anchor for rule in rules] == [Anchor.TOLD, Anchor.LAST_SEEN]


def test_calendar_and_zone_are_those_of_the_protocol_extended(tmp_path):
    base = BASE.replace('source = "Law"', 'source = "Law"\ncalendar = "us-wa"\ntime_zone = "UTC"')

    state = load(tmp_path, us=base, us_mo=STATE)["us-mo"]

    assert (state.calendar, state.time_zone) == ("us-wa", "UTC")


def test_an_agency_cannot_ask_for_less_than_its_state(tmp_path):
    agency = STATE.replace('"us-mo"', '"us-mo-home"').replace('"us"', '"us-mo"')
    agency = agency.replace("2 hours", "3 hours")

    error = refusal(tmp_path, us=BASE, us_mo=STATE, us_mo_home=agency)

    assert (error.path.name, error.line) == ("us-mo-home.toml", 10)


def test_protocols_that_extend_each_other_in_a_circle_are_refused(tmp_path):
    base = BASE.replace('source = "Law"', 'source = "Law"\nextends = "us-mo"')

    assert "in a circle" in refusal(tmp_path, us=base, us_mo=STATE).message


def test_the_same_duty_twice_on_one_day_is_refused(tmp_path):
    duty = BASE[BASE.index("[[duty]]") :]

    error = refusal(tmp_path, us=BASE + duty)

    assert (error.line, "same day" in error.message) == (19, True)


def test_a_rule_and_its_successor_may_share_a_code(tmp_path):
    duty = BASE[BASE.index("[[duty]]") :]
    old = BASE + "effective_until = 2026-06-30\n"
    new = duty.replace("24 hours", "12 hours") + "effective_from = 2026-07-01\n"

    protocol = load(tmp_path, us=old + new)["us"]

    assert protocol.rule_on("report_to_police", date(2026, 6, 30)).within.number == 24
    assert protocol.rule_on("report_to_police", date(2026, 7, 1)).within.number == 12


def test_a_code_defined_in_two_folders_is_refused(tmp_path):
    (tmp_path / "us.toml").write_text(BASE)

    with pytest.raises(ProtocolError, match="defined already"):
        load_protocols([SHIPPED, tmp_path])


def test_an_agency_folder_may_extend_a_shipped_protocol(tmp_path):
    agency = STATE.replace('"us-mo"', '"us-mo-home"').replace('"us"', '"us-mo"')
    (tmp_path / "us-mo-home.toml").write_text(agency.replace("2 hours", "1 hour"))

    protocols = load_protocols([SHIPPED, tmp_path])

    assert protocols["us-mo-home"].rule_on("report_to_police", A_DAY).within.words == "1 hour"
    assert protocols["us-mo-home"].rule_on("report_to_ncmec", A_DAY).within.words == "2 hours"


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ProtocolError, match="no such folder"):
        load_protocols([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("content", "line"), [(b'code = "us"\nname = "\xff"\n', 2), (b"[" * 100_000, 1)]
)
def test_a_file_that_is_not_text_or_not_toml_is_refused(tmp_path, content, line):
    (tmp_path / "us.toml").write_bytes(content)

    with pytest.raises(ProtocolError) as raised:
        load_protocols([tmp_path])

    assert raised.value.line == line


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    at=st.integers(0, len(BASE) - 1),
    length=st.integers(0, 40),
    put=st.text(max_size=12)
    | st.sampled_from(["[[duty]]", '"""', "[", "= 1", "order = 10\n", "9" * 5000]),
)
def test_a_file_changed_anywhere_loads_or_is_refused_with_a_line_of_it(tmp_path, at, length, put):
    text = BASE[:at] + put + BASE[at + length :]
    path = tmp_path / "us.toml"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))

    fault = None

    try:
        load_protocols([tmp_path])
    except ProtocolError as error:
        fault = error

    assert fault is None or fault.path == path
    assert fault is None or 1 <= fault.line <= text.count("\n") + 1


class TestShippedProtocols:
    protocols = load_protocols([SHIPPED])

    def rule(self, code: str, protocol: str = "us"):
        return self.protocols[protocol].rule_on(code, A_DAY)

    @pytest.mark.parametrize("code", ["report_to_police", "report_to_ncmec"])
    def test_federal_reports_are_due_within_24_hours_of_being_told(self, code):
        rule = self.rule(code)

        assert rule.clock_words == (
            "immediately, never later than 24 hours after the agency was told"
        )
        assert (rule.basis, rule.verified) == (Basis.LAW, Verified.SOURCE_SEEN)

    @pytest.mark.parametrize("code", ["report_to_police", "report_to_ncmec"])
    def test_missouri_reports_are_due_within_2_hours_of_the_decision(self, code):
        rule = self.rule(code, "us-mo")

        assert rule.anchor is Anchor.DETERMINED_MISSING
        assert rule.within.words == "2 hours"

    def test_the_number_of_ncmec_is_at_hand(self):
        assert self.rule("report_to_ncmec").phone == "1-800-843-5678"
        assert self.rule("report_to_ncmec", "us-mo").phone == "1-800-843-5678"

    def test_no_federal_return_duty_claims_that_the_law_sets_its_hours(self):
        for rule in self.protocols["us"].rules_on(A_DAY):
            if rule.phase is Phase.RETURN:
                assert rule.basis is Basis.PRACTICE
                assert rule.source.startswith("Agency target")

    def test_30_states_the_district_and_los_angeles_county_extend_the_federal_base(self):
        states = [code for code in self.protocols if code not in ("us", "us-dc", "us-ca-la")]

        assert len(states) == 30
        for protocol in self.protocols.values():
            while protocol.base is not None:
                protocol = protocol.base
            assert protocol.code == "us"

    def test_what_is_a_reading_of_ours_or_known_at_second_hand_is_marked(self):
        """Everything else was read in the source that it names, a summary or not."""
        doubtful = (
            *("is our reading", "copy on docsbay", "Safe Children Coalition", "Colorado Sun"),
            *("North Dakota 624-05-15-50-34", "Public Law 117-348", "as amended in 2015"),
        )
        for protocol in self.protocols.values():
            for rule in protocol.rules:
                if any(words in rule.source for words in doubtful):
                    assert rule.verified is Verified.UNVERIFIED, (protocol.code, rule.code)
                elif protocol.code != "us":
                    assert rule.verified is Verified.SOURCE_SEEN, (protocol.code, rule.code)

    def test_every_word_on_the_screen_speaks_of_the_youth_with_respect(self):
        for path in SHIPPED.glob("*.toml"):
            text = path.read_text(encoding="utf-8").lower()
            for word in ("runner", "runaway", "awol", "victim", "offender", "prostitut"):
                assert word not in text, f"{path.name}: {word}"
