"""Markdown: what is shown as written, and what never reaches a page."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.domain.markdown import render

TAGS = {
    "a",
    "blockquote",
    "br",
    "code",
    "em",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "ul",
}
ATTRIBUTES = {"href", "title", "start", "dir", "rel", "target"}
LINK = 'target="_blank" rel="noreferrer noopener nofollow"'


class Reader(HTMLParser):
    """What a browser would make of it: tags with their attributes, and the words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def assert_harmless(html: str) -> Reader:
    read = Reader(html)
    for tag, attributes in read.tags:
        assert tag in TAGS, html
        assert set(attributes) <= ATTRIBUTES, html
        if tag == "a":
            assert attributes["rel"] == "noreferrer noopener nofollow"
            assert re.match(r"(?i)(https?|mailto):", attributes.get("href") or "https:"), html
    return read


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*No*, **never**.", '<p dir="auto"><em>No</em>, <strong>never</strong>.</p>'),
        ("one\ntwo", '<p dir="auto">one<br>\ntwo</p>'),
        ("- a", '<ul>\n<li dir="auto">a</li>\n</ul>'),
        ("3. a", '<ol start="3">\n<li dir="auto">a</li>\n</ol>'),
        ("> a", '<blockquote dir="auto">\n<p dir="auto">a</p>\n</blockquote>'),
        ("```js\na < b\n```", "<pre><code>a &lt; b\n</code></pre>"),
        ("---", "<hr>"),
        ("# a", '<h4 dir="auto">a</h4>'),
        ("###### a", '<h6 dir="auto">a</h6>'),
        ("a\n===", '<h4 dir="auto">a</h4>'),
        (
            "[a](https://e.example/?q=1&r=2 'so')",
            f'<p dir="auto"><a href="https://e.example/?q=1&amp;r=2" title="so" {LINK}>a</a></p>',
        ),
        (
            "<mailto:a@e.example>",
            f'<p dir="auto"><a href="mailto:a@e.example" {LINK}>mailto:a@e.example</a></p>',
        ),
        # Images are links to them, by what they are said to show; within a link, that alone.
        (
            "![a *map*](https://e.example/m.png)",
            f'<p dir="auto"><a href="https://e.example/m.png" {LINK}>a *map*</a></p>',
        ),
        (
            "![](https://e.example/m.png)",
            f'<p dir="auto"><a href="https://e.example/m.png" {LINK}>https://e.example/m.png</a></p>',
        ),
        (
            "[![map](https://e.example/m.png)](https://f.example/)",
            f'<p dir="auto"><a href="https://f.example/" {LINK}>map</a></p>',
        ),
        # What isn't Markdown of ours stays as it was typed.
        ("a <b>c</b>", '<p dir="auto">a &lt;b&gt;c&lt;/b&gt;</p>'),
        ("[a](/logout/)", '<p dir="auto">[a](/logout/)</p>'),
        ("[a](//e.example)", '<p dir="auto">[a](//e.example)</p>'),
        ("نص *عربي* 👩🏽‍🚀", '<p dir="auto">نص <em>عربي</em> 👩🏽‍🚀</p>'),
    ],
)
def test_what_is_shown(text: str, html: str) -> None:
    assert render(text) == html + "\n"
    assert_harmless(html)


def test_nothing_is_nothing() -> None:
    assert render("") == render(" \n ") == ""


NASTY = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>*{display:none}</style>",
    "<a href='https://e.example' onclick=alert(1) id=x class=y style='color:red'>a</a>",
    "<!-- --!><script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<form action=https://e.example><input name=q>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\tscript:alert(1))",
    "[a](&#x6a;avascript:alert(1))",
    "[a](\x01javascript:alert(1))",
    "[a]( javascript:alert(1))",
    "[a](<javascript:alert(1)>)",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "[a](file:///etc/passwd)",
    "[a](https://[)",
    "<javascript:alert(1)>",
    "![a](javascript:alert(1))",
    '![a" onerror="alert(1)](https://e.example/x.png)',
    '![a](https://e.example/x.png"onerror="alert(1))',
    "[a](https://e.example/ '\" onmouseover=\"alert(1)')",
    '[a](https://e.example/"onmouseover="alert(1))',
    "[a][b]\n\n[b]: javascript:alert(1) 'x'",
    '```"><script>alert(1)</script>\nx\n```',
    "`<script>`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    '<https://e.example/?"onclick=alert(1)>',
    "[a](https://e.example/)<script>",
    "\0<script>\0alert(1)</script>",
]


@pytest.mark.parametrize("text", NASTY)
def test_nothing_nasty_comes_through(text: str) -> None:
    assert_harmless(render(text))
    assert_harmless(render(f"> - {text}\n\n# {text}"))


SHARDS = [
    *NASTY,
    "javascript:",
    "[",
    "](",
    ")",
    "<",
    ">",
    '"',
    "'",
    "![",
    "`",
    "```\n",
    "\n",
    "\n\n",
    "&#x3c;",
    "onerror=",
    "script",
    "\\",
    "&",
    "*",
    "> ",
    "- ",
    "https://e.example/",
]


@given(st.lists(st.one_of(st.sampled_from(SHARDS), st.text(max_size=5)), max_size=12))
def test_whatever_is_put_together(pieces: list[str]) -> None:
    html = render("".join(pieces))
    assert_harmless(html)
    assert "<script" not in html.lower()


@given(st.text(alphabet=st.characters(categories=["L", "N"]), min_size=1))
def test_plain_words_stay_what_they_are(text: str) -> None:
    read = assert_harmless(render(text))
    # An indented or numbered line may become a block, but no letter is lost.
    assert re.sub(r"\s", "", read.words) == re.sub(r"\s", "", text)


@pytest.mark.parametrize("shard", ["[", "![", "*a ", "[a](", "*_", "<", "a***b", "> ", "- ", "`"])
def test_no_text_takes_long(shard: str) -> None:
    begun = time.perf_counter()
    render(shard * (20_000 // len(shard)))
    # Measured below one second for the slowest; what doubles with each character would never end.
    assert time.perf_counter() - begun < 15
