"""What is registered on the admin site."""

from __future__ import annotations

from django.contrib import admin

from . import articles, claims, corpora, events, jobs, people, questions

MODULES = (people, corpora, articles, claims, questions, jobs, events)
# Registered by the app that brings it; here one edits the person instead.
LEFT_OUT = {"account.emailaddress"}


def register() -> None:
    """To be called once, when every app has registered its own."""
    for model in list(admin.site._registry):
        if model._meta.label_lower in LEFT_OUT:
            admin.site.unregister(model)
    for module in MODULES:
        for model, options in module.ADMINS.items():
            admin.site.register(model, options)
