import io, zipfile, pytest
from annotations.exporting import FORMATS, Options, Selection
from annotations.models import Release
from annotations.releasing import Plan
from annotations.services.releases import release_request
from annotations.services.release_runs import release_run, release_check
from tests import factories
pytestmark = pytest.mark.django_db

def test_smoke(tmp_path):
    cast = factories.make_cast()
    for n in range(4):
        a = factories.make_extracted(cast.corpus, url=f"https://n{n%3}.example/{n}")
        c = factories.make_claim(a, cast.reviewer)
        factories.make_verdict(c, cast.reviewer)
        if n % 2: factories.make_verdict(c, cast.second_reviewer, "True" if n == 3 else "False")
    r = release_request(actor=cast.admin, corpus=cast.corpus, title="First", licence="CC-BY-4.0",
        formats=["jsonl","csv","checkthat-worthiness"], selection=Selection(), options=Options(site="https://x.example/"),
        plan=Plan.read({"by": "claim"}))
    assert release_run(first=r.job_id) == 1, Release.objects.select_related("job").get(pk=r.pk).job.error
    r = Release.objects.get(pk=r.pk)
    z = zipfile.ZipFile(r.file.open())
    pass
    for n in ("README.md", "leakage.json"): print(z.read(n).decode())
    print(z.read("data/jsonl.jsonl")[:600])
    print(release_check(r))
