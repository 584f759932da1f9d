"""The table in which sign-in throttling counts; it may be lost in a crash, so it is unlogged."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_start")]

    operations = [
        migrations.RunSQL(
            sql=[
                "CREATE UNLOGGED TABLE casework_cache ("
                " cache_key varchar(255) NOT NULL PRIMARY KEY,"
                " value text NOT NULL,"
                " expires timestamp with time zone NOT NULL)",
                "CREATE INDEX casework_cache_expires ON casework_cache (expires)",
            ],
            reverse_sql="DROP TABLE casework_cache",
        )
    ]
