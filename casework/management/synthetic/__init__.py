"""A synthetic agency of any size: for measuring, and for trying the pages with many rows.

The same numbers and the same moment make the same agency. Nobody in it is anybody.
"""
