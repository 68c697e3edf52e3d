"""A reliability diagram: how often sentences of a given score were right, as an SVG picture."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

Bin = tuple[float, float, int]
"""(mean probability, share of positives, number of sentences); see ``calibration_bins``."""

_SIDE = 360
_LEFT, _TOP, _RIGHT, _BOTTOM = 64, 40, 24, 72
_INK, _FAINT, _ACCENT = "#1f2328", "#c9ced6", "#1f5fbf"


def draw_calibration(bins: Sequence[Bin], *, title: str) -> str:
    """The share of positives over the mean score of each bin; the larger a dot's area, the more
    sentences. On the diagonal a score is a probability. Drawn on white: it is read on any page.
    """
    width, height = _LEFT + _SIDE + _RIGHT, _TOP + _SIDE + _BOTTOM
    said = "; ".join(
        f"score {mean:.2f}: {share:.0%} of {number}" for mean, share, number in sorted(bins)
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" font-family="sans-serif" '
        f'font-size="13" fill="{_INK}">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(said)}</desc>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        _text(_LEFT, 24, title, weight="600"),
    ]
    for step in range(6):
        at = step / 5
        x, y = _place(at, at)
        parts += [
            _line(_LEFT, y, _LEFT + _SIDE, y, _FAINT),
            _line(x, _TOP, x, _TOP + _SIDE, _FAINT),
            _text(x, _TOP + _SIDE + 20, f"{at:.1f}", anchor="middle"),
            _text(_LEFT - 10, y + 4, f"{at:.0%}", anchor="end"),
        ]
    parts.append(_line(*_place(0, 0), *_place(1, 1), _INK, dashes="4 4"))
    points = [_place(mean, share) for mean, share, _ in bins]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{_ACCENT}" stroke-width="2"/>')
    most = max((number for _, _, number in bins), default=1)
    for (x, y), (_, _, number) in zip(points, bins, strict=True):
        radius = 3 + 9 * (number / most) ** 0.5
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{_ACCENT}" '
            'fill-opacity="0.75" stroke="#ffffff"/>'
        )
    middle = _LEFT + _SIDE / 2
    parts += [
        _text(middle, _TOP + _SIDE + 44, "score given", anchor="middle"),
        _text(
            middle,
            _TOP + _SIDE + 62,
            "upwards: share that people called check-worthy",
            anchor="middle",
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _place(x: float, y: float) -> tuple[float, float]:
    return _LEFT + _SIDE * x, _TOP + _SIDE * (1 - y)


def _line(x: float, y: float, to_x: float, to_y: float, ink: str, dashes: str = "") -> str:
    style = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{ink}"{style}/>'
    )


def _text(x: float, y: float, words: str, *, anchor: str = "start", weight: str = "400") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{escape(words)}</text>"
    )
