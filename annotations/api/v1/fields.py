"""Fields of bodies. They take the type that the schema names, and none that could pass for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.domain.days import day_written

MAX_ID = 2**63 - 1
MAX_OFFSET = 2**31 - 1


class WriteSerializer(serializers.Serializer[Any]):
    """A body's shape. A field that it doesn't know is refused: a typing error must not pass."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(str(name) for name in set(data) - set(self.fields))
            if unknown:
                known = ", ".join(self.fields) or "none"
                raise serializers.ValidationError(
                    dict.fromkeys(unknown, f"Unknown field. Known here: {known}.")
                )
        return super().to_internal_value(data)


class NoBody(WriteSerializer):
    """The body of an action that takes none: absent, or an empty object."""


class StrictString(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Expected a string.")
        return super().to_internal_value(data)


class StrictInteger(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise serializers.ValidationError("Expected a whole number.")
        return super().to_internal_value(data)


class StrictBoolean(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("Expected true or false.")
        return data


class StrictDate(serializers.DateField):
    def to_internal_value(self, data: Any) -> Any:
        try:
            return day_written(data)
        except ValueError as error:
            raise serializers.ValidationError("Expected a date, YYYY-MM-DD.") from error


class StrictUUID(serializers.UUIDField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            raise serializers.ValidationError("Expected a UUID.")
        return super().to_internal_value(data)


def reference(**options: Any) -> StrictInteger:
    """The id of an object. Whether the caller may see it is for the view to find out."""
    return StrictInteger(min_value=1, max_value=MAX_ID, **options)


@extend_schema_field(
    {
        "oneOf": [
            {"type": "integer", "minimum": 1, "maximum": MAX_ID},
            {"type": "string", "format": "uuid"},
        ]
    }
)
class IdOrUid(serializers.Field):
    """An object by its id, or by the uid that its creator chose before it had an id."""

    def to_internal_value(self, data: Any) -> int | UUID:
        if isinstance(data, int) and not isinstance(data, bool) and 1 <= data <= MAX_ID:
            return data
        if isinstance(data, str):
            try:
                return UUID(data)
            except ValueError:
                pass
        raise serializers.ValidationError("Expected an id (a whole number) or a uid (a UUID).")


class Revision(StrictInteger):
    """Not required by the schema, because ``If-Match`` may stand for it; one of the two is."""

    default_error_messages = {"required": "Required, here or as If-Match."}

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        if data is serializers.empty:
            self.fail("required")
        return super().validate_empty_values(data)


def revision() -> Revision:
    return Revision(
        min_value=1,
        max_value=MAX_OFFSET,
        required=False,
        help_text="The revision that the change is based on. Needed, or If-Match in its place.",
    )


def uid() -> StrictUUID:
    return StrictUUID(
        required=False,
        help_text="Chosen by the client: sending the request again makes nothing new.",
    )


def strings(**options: Any) -> serializers.ListField:
    return serializers.ListField(child=StrictString(max_length=100), max_length=50, **options)


def one_of(name: str, values: Iterable[str]) -> Callable[..., serializers.ChoiceField]:
    """A field class with one of the values; the schema calls the enumeration ``name``."""
    choices = [str(value) for value in values]

    class OneOf(serializers.ChoiceField):
        def __init__(self, **options: Any) -> None:
            super().__init__(choices=choices, **options)

        def to_internal_value(self, data: Any) -> str:
            if not isinstance(data, str):
                raise serializers.ValidationError(f"Expected one of {', '.join(choices)}.")
            return str(super().to_internal_value(data))

    form = {"type": "string", "enum": choices}
    named: Callable[..., serializers.ChoiceField] = extend_schema_field(form, component_name=name)(
        OneOf
    )
    return named
