"""The demonstration agency: who works there, its youth, its past, and what is open right now.

Every person and place in here is made up. The same agency comes out each time, except for the
clock: everything is told relative to the moment at which it is made.
"""
