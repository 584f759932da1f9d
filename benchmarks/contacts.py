"""Phones and accounts for a synthetic agency, written by PostgreSQL itself."""

from django.db import connection

from casework.management.synthetic.copying import triggers_resting

PHONE_ONE_IN = 3  # youth with a phone on file
ACCOUNT_ONE_IN = 5

CONTACTS = """
    INSERT INTO casework_youthcontact (
        public_id, youth_id, kind, label, value, key, recorded_at, recorded_by_id, submission_key
    )
    SELECT gen_random_uuid(), id, 'phone', '', key, key, recorded_at, recorded_by_id,
        gen_random_uuid()
    FROM (SELECT *, '3' || lpad(id::text, 9, '0') AS key FROM casework_youth) AS numbered
    WHERE mod(id, %(phone)s) = 0
    UNION ALL
    SELECT gen_random_uuid(), id, 'account', 'Instagram', key, key, recorded_at, recorded_by_id,
        gen_random_uuid()
    FROM (SELECT *, lower(given_name) || '_' || id AS key FROM casework_youth) AS named
    WHERE mod(id, %(account)s) = 0
"""


def give_contacts() -> None:
    """Give every third youth the phone 3 followed by its id in nine digits, every fifth an account."""
    with triggers_resting(), connection.cursor() as cursor:
        cursor.execute(CONTACTS, {"phone": PHONE_ONE_IN, "account": ACCOUNT_ONE_IN})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
