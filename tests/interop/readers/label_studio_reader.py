"""Label Studio's server imports our tasks through its API, and gives the same back."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

files, work = Path(sys.argv[1]), Path(sys.argv[2])
CONFIG = """<View>
  <Labels name="label" toName="text"><Label value="CLAIM"/></Labels>
  <Text name="text" value="$text"/>
  <TextArea name="normalised" toName="text" perRegion="true"/>
  <TextArea name="claimant" toName="text" perRegion="true"/>
  <TextArea name="type" toName="text" perRegion="true"/>
  <TextArea name="verdict" toName="text" perRegion="true"/>
</View>"""
token = secrets.token_hex(20)
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
base = f"http://127.0.0.1:{port}"


def call(method, path, body=None):
    request = urllib.request.Request(
        base + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Token {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{method} {path}: {error.code} {error.read()[:2000]}") from error


log = (work / "log").open("w")
server = subprocess.Popen(
    [
        str(Path(sys.executable).with_name("label-studio")),
        "start",
        "--no-browser",
        "--data-dir",
        str(work / "data"),
        "--port",
        str(port),
        "--internal-host",
        "127.0.0.1",
        "--username",
        "olga@example.org",
        "--password",
        "a-long-password",
        "--user-token",
        token,
        "--enable-legacy-api-token",
    ],
    stdout=log,
    stderr=subprocess.STDOUT,
    env={**os.environ, "COLLECT_ANALYTICS": "false", "LATEST_VERSION_CHECK": "false"},
)
try:
    for _ in range(300):
        try:
            urllib.request.urlopen(base + "/health", timeout=5).read()
            break
        except OSError:
            if server.poll() is not None:
                raise SystemExit((work / "log").read_text()[-3000:]) from None
            time.sleep(1)
    project = call("POST", "/api/projects/", {"title": "Claims", "label_config": CONFIG})
    sent = json.loads((files / "label-studio.json").read_text())
    number = project["id"]
    answer = call("POST", f"/api/projects/{number}/import", sent)
    print({k: answer.get(k) for k in ("task_count", "annotation_count", "prediction_count")})
    # Larger imports go on in the background.
    for _ in range(60):
        got = call("GET", f"/api/projects/{number}/export?exportType=JSON&download_all_tasks=true")
        if len(got) == len(sent):
            break
        time.sleep(1)
    assert len(got) == len(sent), len(got)
    by_name = {task["data"]["name"]: task for task in got}
    regions = 0
    for task in sent:
        back = by_name[task["data"]["name"]]
        (mine,), (theirs,) = task["annotations"], back["annotations"]
        assert theirs["result"] == mine["result"]
        for result in theirs["result"]:
            if result["type"] == "labels":
                value = result["value"]
                assert back["data"]["text"][value["start"] : value["end"]] == value["text"]
                regions += 1
    assert regions == 5
    print(len(got), "tasks,", regions, "regions came back as they were sent")
finally:
    server.terminate()
    server.wait(30)
