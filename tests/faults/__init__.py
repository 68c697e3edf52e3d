"""Killing whatever can be killed, in the middle of work: ``python -m tests.faults --help``."""
