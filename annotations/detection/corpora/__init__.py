"""Readers of the data sets that the detector is trained and measured on, one format a file.

None is read at run time. Every reader says which file and line is wrong, and what it expected.
"""
