"""Django's admin for what has no page of its own: people, corpora, scales, jobs, the history.

Django imports this package in order to make the site, before anything can be registered on
it. So it stays empty, and ``registry`` is called when the site is there.
"""
