"""Signing in and out, one's password, preferences and API tokens."""

from allauth.account import views as account
from django.urls import path

from . import preferences, tokens

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("signup/", account.signup, name="account_signup"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    # For somebody who has none: their account was made without one.
    path("password/set/", account.password_set, name="account_set_password"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("keys/", preferences.key_sheet, name="key-sheet"),
    path("tokens/", tokens.token_list, name="token-list"),
    path("tokens/<int:pk>/revoke/", tokens.token_revoke, name="token-revoke"),
]
