"""Published fact-checks for machines: a DataFeed of ClaimReviews, Atom, a sitemap, robots.txt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import orjson
from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as sitemap_view
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import http_date
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from annotations.domain.claim_review import data_feed_head, data_feed_item
from annotations.models import Evidence, FactCheck, Publication
from annotations.services.claim_reviews import (
    fact_check_url,
    feed_items,
    latest_change,
    organisation_of,
    site_url,
)
from annotations.services.fact_check_content import Guards

from .public import FRESH, base_of, for_everybody
from .workbench import translated

ATOM_ENTRIES = 50
LD_JSON = "application/ld+json"
# A feed that never had anything is as old as nothing.
_NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@require_safe
def data_feed(request: HttpRequest) -> HttpResponseBase:
    """All fact-checks as a schema.org DataFeed, streamed; what is withdrawn only by its address."""
    rows = FactCheck.objects.all()
    changed = latest_change(rows) or _NEVER
    # A source that was protected since changes the feed too.
    protected = Evidence.objects.filter(protected=True).count()
    etag = f'W/"{changed.timestamp():.6f}-{protected}"'
    response: HttpResponseBase | None = get_conditional_response(
        request, etag=etag, last_modified=None
    )
    if response is None:
        response = StreamingHttpResponse(
            _written(rows, request, changed), content_type=f"{LD_JSON}; charset=utf-8"
        )
        response["ETag"] = etag
        response["Last-Modified"] = http_date(changed.timestamp())
        # For whoever reads fact-checks in a browser of their own site.
        response["Access-Control-Allow-Origin"] = "*"
    patch_cache_control(response, public=True, max_age=FRESH)
    return response


def _written(rows: Any, request: HttpRequest, changed: dt.datetime) -> Iterator[bytes]:
    base = base_of(request)
    publications = list(Publication.objects.filter(corpus__fact_checks__isnull=False).distinct())
    only = publications[0] if len(publications) == 1 else None
    head = data_feed_head(
        modified=changed,
        url=site_url(request.path, base),
        name=feed_title(only),
        organisation=organisation_of(only) if only else None,
        licence=only.licence if only else "",
    )
    yield orjson.dumps(head)[:-1] + b',"dataFeedElement":['
    for number, item in enumerate(feed_items(rows, base)):
        yield (b",\n" if number else b"\n") + orjson.dumps(data_feed_item(item))
    yield b"\n]}"


def feed_title(publication: Publication | None) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        if publication is None:
            return gettext("Fact-checks")
        return gettext("Fact-checks by %(name)s") % {"name": publication.organisation}


class AtomFeed(Feed):
    """The latest fact-checks for feed readers. A correction makes an entry new again."""

    feed_type = Atom1Feed
    subtitle = gettext_lazy("Published fact-checks, and corrections of them.")

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(settings.LANGUAGE_CODE):
            return super().__call__(request, *args, **kwargs)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        return base_of(request)

    def title(self, obj: str) -> str:
        publications = Publication.objects.filter(corpus__fact_checks__isnull=False).distinct()[:2]
        return feed_title(publications[0] if len(publications) == 1 else None)

    def link(self, obj: str) -> str:
        return site_url(reverse("fact-checks"), obj)

    def feed_url(self, obj: str) -> str:
        return site_url(reverse("fact-check-atom"), obj)

    def items(self, obj: str) -> list[FactCheck]:
        rows = FactCheck.objects.published().select_related("current", "corpus__publication")
        found = list(rows.order_by("-updated_at", "-pk")[:ATOM_ENTRIES])
        guards = Guards()
        for row in found:
            guard = guards[row.corpus_id]
            row.shown = guard.content(row.current.content)  # type: ignore[attr-defined, union-attr]
            row.base = obj  # type: ignore[attr-defined]
        return found

    def item_title(self, item: Any) -> str:
        return f"{item.shown['title']} – {item.shown['rating']['label']}"

    def item_description(self, item: Any) -> str:
        return str(item.shown["summary"] or translated(item.shown["rating"]["meaning"]))

    def item_link(self, item: Any) -> str:
        return fact_check_url(item, item.base)

    def item_guid(self, item: Any) -> str:
        return f"urn:uuid:{item.uid}"

    def item_author_name(self, item: Any) -> str:
        return str(item.corpus.publication.organisation)

    def item_pubdate(self, item: Any) -> dt.datetime:
        published: dt.datetime = item.published_at
        return published

    def item_updateddate(self, item: Any) -> dt.datetime:
        updated: dt.datetime = item.updated_at
        return updated


class FactCheckSitemap(Sitemap):
    """Withdrawn ones too: their pages say so, and stay."""

    limit = 10_000

    def items(self) -> Any:
        return FactCheck.objects.order_by("pk").only("slug", "updated_at")

    def location(self, item: Any) -> str:
        return reverse("fact-check", args=[item.slug])

    def lastmod(self, item: Any) -> dt.datetime:
        updated: dt.datetime = item.updated_at
        return updated

    def get_urls(self, page: int | str = 1, site: Any = None, protocol: str | None = None) -> Any:
        if settings.SITE_URL:
            own = urlsplit(settings.SITE_URL)
            site, protocol = SimpleNamespace(domain=own.netloc + own.path), own.scheme
        return super().get_urls(page, site, protocol)


@for_everybody
def sitemap(request: HttpRequest) -> HttpResponse:
    """``?p=2`` for the next ten thousand."""
    return sitemap_view(request, {"fact-checks": FactCheckSitemap()}).render()


@for_everybody
def robots(request: HttpRequest) -> HttpResponse:
    """Published fact-checks, and nothing else of the site."""
    lines = [
        "User-agent: *",
        "Allow: /fact-checks/",
        "Allow: /sitemap.xml",
        f"Allow: {settings.STATIC_URL}",
        "Disallow: /fact-checks/*/report/",
        "Disallow: /",
        "",
        f"Sitemap: {site_url(reverse('sitemap'), base_of(request))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
