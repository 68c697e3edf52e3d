"""What the forms of pages share: a service's errors at their fields, and the focus on the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from annotations.errors import FactcheckError, InvalidInput


def tie(form: forms.Form, problems: Mapping[str, str]) -> None:
    """Mark the fields of a form whose messages stand together above it, in ``#problems``.

    A name such as "split.by" is the field ``by``'s.
    """
    for name in (*problems, *form.errors):
        if field := form.fields.get(name.rpartition(".")[2]):
            field.widget.attrs |= {"aria-invalid": "true", "aria-describedby": "problems"}


class PageForm(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def refuse(self, error: FactcheckError) -> None:
        """Show why a service refused: at the fields that it names, above the form otherwise."""
        if not isinstance(error, InvalidInput):
            self.add_error(None, error.message)
            return
        for name, reason in error.fields.items():
            said = reason[:1].upper() + reason[1:]
            self.add_error(name if name in self.fields else None, said)

    def focus(self) -> None:
        """Let the browser begin at the first field that is wrong. To be called before drawing."""
        for field in self.visible_fields():
            if field.errors:
                field.field.widget.attrs["autofocus"] = True
                return
