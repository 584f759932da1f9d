"""Which duties lead where several are equally pressing.

Agencies fail most often at reporting to the national center (47 % of episodes never reported) and at
screening youth who are back (65 % of files without); police reports are mostly in time. Source:
audits of the Office of Inspector General, HHS, 2022 and 2023.
"""

LEADING = ("report_to_ncmec", "tell_ncmec_of_return", "screen_for_trafficking")


def leads(code: str) -> bool:
    """Whether a duty with this code comes before others of its time."""
    return code in LEADING
