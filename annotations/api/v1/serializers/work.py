"""What to work on next, how one's day goes, and what detectors have read."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rest_framework import serializers

from annotations.domain.search_query import MAX_QUERY
from annotations.services.queue import MAX_WORDS, NAMES

from ..fields import MAX_ID


class NextParameters(serializers.Serializer[Any]):
    """The choices of the articles' list, as its address has them, and where one is."""

    after = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_ID,
        help_text="The article that one comes from: later ones in the order come first.",
    )

    def get_fields(self) -> dict[str, Any]:
        choices = {
            name: serializers.CharField(
                required=False,
                allow_blank=True,
                max_length=MAX_QUERY if name == "q" else MAX_WORDS,
            )
            for name in NAMES
        }
        return {**super().get_fields(), **choices}


class NextSerializer(serializers.Serializer[Any]):
    article = serializers.IntegerField(
        allow_null=True, help_text="One that waits for review; null: nothing is left to do."
    )


class TodayParameters(serializers.Serializer[Any]):
    zone = serializers.CharField(
        required=False, default="UTC", max_length=50, help_text="Such as Europe/Oslo."
    )

    def validate_zone(self, value: str) -> ZoneInfo:
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise serializers.ValidationError("Expected the name of a time zone.") from error


class TodaySerializer(serializers.Serializer[Any]):
    """One's own work since midnight; what was undone isn't counted."""

    decisions = serializers.IntegerField()
    claims = serializers.IntegerField()
    verdicts = serializers.IntegerField()
    articles = serializers.IntegerField(help_text="Submitted.")
    active_seconds = serializers.IntegerField(help_text="Without pauses.")
    decisions_an_hour = serializers.IntegerField(
        allow_null=True, help_text="Of active time; null while there is too little to say."
    )


class DetectorSerializer(serializers.Serializer[Any]):
    """A detector as it was set, of all runs with one hash."""

    config_hash = serializers.CharField()
    detector = serializers.CharField()
    version = serializers.CharField()
    threshold = serializers.FloatField()
    articles = serializers.IntegerField(help_text="That it has read.")
    suggestions = serializers.IntegerField()
    words = serializers.IntegerField()
    words_per_second = serializers.FloatField(allow_null=True)
    last = serializers.DateTimeField()


class DetectorsSerializer(serializers.Serializer[Any]):
    results = DetectorSerializer(many=True)


class ComparisonParameters(serializers.Serializer[Any]):
    a = serializers.CharField(max_length=64, help_text="The config_hash of one.")
    b = serializers.CharField(max_length=64, help_text="That of the other.")


class SideSerializer(serializers.Serializer[Any]):
    suggestions = serializers.IntegerField()
    alone = serializers.IntegerField(help_text="That the other has no word of.")
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    precision = serializers.FloatField(
        allow_null=True, help_text="The share accepted of those decided; null: none was."
    )
    claims_found = serializers.IntegerField(help_text="Claims of people that it has a word of.")


class ComparisonSerializer(serializers.Serializer[Any]):
    """Of the latest articles that both have read."""

    articles = serializers.IntegerField()
    more = serializers.BooleanField(help_text="There are more articles that both have read.")
    same = serializers.IntegerField(help_text="The same span in both.")
    overlapping = serializers.IntegerField(help_text="Spans that overlap and aren't the same.")
    claims = serializers.IntegerField(help_text="Of people, in these articles.")
    a = SideSerializer(source="left")
    b = SideSerializer(source="right")


class PairSerializer(serializers.Serializer[Any]):
    """What stands at one place: suggestions by their ids."""

    start = serializers.IntegerField()
    end = serializers.IntegerField()
    same = serializers.BooleanField(help_text="Both have this span.")
    a = serializers.IntegerField(source="left.pk", default=None, allow_null=True)
    b = serializers.IntegerField(source="right.pk", default=None, allow_null=True)


class ArticleComparisonSerializer(serializers.Serializer[Any]):
    text_revision = serializers.IntegerField(help_text="The revision that both runs have read.")
    results = PairSerializer(many=True, help_text="In the order of the text.")
