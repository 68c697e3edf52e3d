"""The form that everybody begins with."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    """Begins in its first field; after a wrong password in that one, as the name still stands."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Either a name or an address; what browsers call a name is both.
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        again = bool(self.data.get("login"))
        begins = self.fields["password" if again else "login"].widget
        begins.attrs["autofocus"] = True
        if again:
            # Shown once more, it was refused: the page goes to what is wrong, and says why.
            begins.attrs |= {"aria-invalid": "true", "aria-describedby": "problems"}
