"""The page that shows the API, under the site's own Content-Security-Policy."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.translation import get_language, override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from .endpoint import Endpoint

# drf-spectacular's own template has a <style> element, which the policy refuses.
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{favicon_href}">
<link rel="stylesheet" href="{swagger_ui_css}">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{swagger_ui_bundle}"></script>
<script src="{swagger_ui_standalone}"></script>
<script src="{script_url}"></script>
</body>
</html>
"""


class SchemaView(Endpoint, SpectacularAPIView):
    """The schema. Without an account, because it holds no data."""

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        renderer = request.accepted_renderer
        charset = f"; charset={renderer.charset}" if renderer.charset else ""
        return HttpResponse(
            _schema(renderer.format, get_language()),
            content_type=renderer.media_type + charset,
            headers={"Content-Disposition": f'inline; filename="factcheck.{renderer.format}"'},
        )


@cache
def _schema(form: str, language: str) -> str | bytes:
    """Made once a process: it takes seconds, and anybody may ask for it as often as they like."""
    renderer = OpenApiJsonRenderer() if form == "json" else OpenApiYamlRenderer()
    with override(language):
        return renderer.render(SchemaGenerator().get_schema(public=True))


class DocumentationView(Endpoint, SpectacularSwaggerSplitView):
    """Swagger UI from the site's static files; its script comes from ``?script=``."""

    url_name = "api:schema"

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponse:
        # Only this one parameter is used, so nothing else in the address reaches the page.
        self.url_self = request.path
        response: Response = super().get(request, *args, **kwargs)
        if "script" in request.query_params:
            return response
        return HttpResponse(format_html(PAGE, **response.data))
