"""Porchlight on one machine: its own PostgreSQL and Redis, a supervisor, and `./run`'s commands.

Plain Python that starts other programs. It knows nothing of Django's models: whatever touches
the database is a `manage.py` command. Modules that `run` needs before the environment exists
(cli, bootstrap, clean and what they import) use the standard library only.
"""
