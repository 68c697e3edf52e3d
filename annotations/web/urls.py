"""The pages that people see, and the probes that machines ask."""

from django.urls import path
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog

from . import (
    articles,
    assigning,
    corpora,
    discussions,
    exports,
    fact_check_edit,
    feeds,
    guidelines,
    health,
    imports,
    public,
    publishing,
    report_queue,
    reporting,
    search,
    today,
)

urlpatterns = [
    # Browsers ask here where a page names no icon, as the administration's don't.
    path("favicon.ico", health.favicon, name="favicon"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", corpora.corpus_list, name="corpora"),
    path("corpora/<int:pk>/", corpora.corpus_detail, name="corpus"),
    path("corpora/<int:pk>/progress/", corpora.corpus_progress, name="corpus-progress"),
    path("corpora/<int:pk>/next/", corpora.corpus_next, name="corpus-next"),
    path("corpora/<int:pk>/assign/", assigning.corpus_assign, name="corpus-assign"),
    path("corpora/<int:pk>/today/", today.corpus_today, name="corpus-today"),
    path("corpora/<int:pk>/guidelines/", guidelines.guideline_list, name="guidelines"),
    path("corpora/<int:pk>/guidelines/edit/", guidelines.guideline_edit, name="guideline-edit"),
    path("corpora/<int:pk>/guidelines/<int:version>/", guidelines.guideline, name="guideline"),
    path("corpora/<int:pk>/imports/", imports.import_list, name="imports"),
    path("corpora/<int:pk>/exports/", exports.export_list, name="exports"),
    path("exports/<int:pk>/", exports.export_detail, name="export"),
    path("exports/<int:pk>/do/", exports.export_do, name="export-do"),
    path("imports/<int:pk>/", imports.import_detail, name="import"),
    path("imports/<int:pk>/do/", imports.import_do, name="import-do"),
    path("search/", search.search_page, name="search"),
    path("discussions/", discussions.discussion_list, name="discussions"),
    path("articles/<int:pk>/", articles.article_detail, name="article"),
    path("articles/<int:pk>/data/", articles.article_data, name="article-data"),
    path("corpora/<int:pk>/fact-checks/", publishing.corpus_fact_checks, name="corpus-fact-checks"),
    path("corpora/<int:pk>/publisher/", publishing.publisher, name="publisher"),
    path("corpora/<int:pk>/reports/", report_queue.report_list, name="reports"),
    path("reports/<int:pk>/do/", report_queue.report_do, name="report-do"),
    path("claims/<int:pk>/fact-check/", fact_check_edit.claim_fact_check, name="claim-fact-check"),
    path("robots.txt", feeds.robots, name="robots"),
    path("sitemap.xml", feeds.sitemap, name="sitemap"),
    path("fact-checks/", public.fact_check_list, name="fact-checks"),
    path("fact-checks/feed.json", feeds.data_feed, name="fact-check-feed"),
    path("fact-checks/feed.atom", feeds.AtomFeed(), name="fact-check-atom"),
    path("fact-checks/<slug:slug>/", public.fact_check, name="fact-check"),
    path("fact-checks/<slug:slug>/report/", reporting.report, name="fact-check-report"),
    path(
        "fact-checks/<slug:slug>/report/thanks/",
        reporting.thanks,
        name="fact-check-report-thanks",
    ),
    path(
        "messages.js",
        cache_control(max_age=3600)(JavaScriptCatalog.as_view(packages=["annotations"])),
        name="javascript-catalog",
    ),
]
