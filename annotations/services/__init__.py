"""Every write: keyword-only functions named ``<entity>_<action>``, a transaction and an event each.

``actor`` is the person who acts, or None for the system itself. Errors are those of
``annotations.errors``.
"""
