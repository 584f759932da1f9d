"""The rules of the work as pure functions: no Django, no clock, no database."""
