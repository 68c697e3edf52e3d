"""A person's own choices."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from annotations.domain.keymap import MOST_KEYS, PRESETS
from annotations.models import User

from ..fields import StrictString, WriteSerializer, one_of

ThemeField = one_of("Theme", [key for key, _label in User.THEMES])
DensityField = one_of("Density", [key for key, _label in User.DENSITIES])
LanguageField = one_of("InterfaceLanguage", ["", *(code for code, _label in settings.LANGUAGES)])
PresetField = one_of("KeyPreset", PRESETS)

LANGUAGE_HELP = "Empty: what the browser asks for."
KEYS_HELP = "What differs from the preset: {action: [key, …]}, such as “Ctrl+Shift+z” or “Space”."


def key_names() -> serializers.ListField:
    return serializers.ListField(child=StrictString(max_length=30), max_length=MOST_KEYS)


class KeyRowSerializer(serializers.Serializer[Any]):
    action = serializers.CharField()
    context = serializers.CharField(help_text="browse, cursor or always.")  # type: ignore[assignment]
    keys = serializers.ListField(child=serializers.CharField())
    label = serializers.CharField()  # type: ignore[assignment]
    group = serializers.CharField()
    fixed = serializers.ListField(
        child=serializers.CharField(), help_text="The keys that nobody can take from it."
    )
    series = serializers.BooleanField(help_text="The first key stands for 1, and so on.")
    repeats = serializers.BooleanField()


class PreferencesSerializer(serializers.Serializer[Any]):
    theme = ThemeField()
    density = DensityField()
    interface_language = LanguageField(help_text=LANGUAGE_HELP)
    key_preset = PresetField()
    keys = serializers.DictField(child=key_names(), help_text=KEYS_HELP)
    keymap = KeyRowSerializer(many=True, help_text="Every action with the keys that hold.")


class PreferencesChangeSerializer(WriteSerializer):
    theme = ThemeField(required=False)
    density = DensityField(required=False)
    interface_language = LanguageField(required=False, help_text=LANGUAGE_HELP)
    key_preset = PresetField(required=False)
    keys = serializers.DictField(
        child=key_names(),
        required=False,
        help_text=f"{KEYS_HELP} Takes the place of all that differed before.",
    )
