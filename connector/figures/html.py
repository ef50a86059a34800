"""Pages of figures: no script, nothing from anywhere else, light and dark, and for paper."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from connector.plan.text import clean

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1f24; --faint: #59636e; --paper: #fff; --line: #d5dae0;
  --dot: #0b63ce; --pale: #a9c9f2; --flood: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ed; --faint: #9aa4b0; --paper: #14171b;
  --line: #343b44; --dot: #6cb0ff; --pale: #2f4f78; --flood: #ff8a4c; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
p.about, p.none, figcaption, li { color: var(--faint); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .2rem 1rem .2rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th.under { font-weight: normal; padding-left: 1.2rem; }
figure { margin: 0 0 1rem; } svg { width: 100%; height: auto; }
svg text { fill: var(--ink); font-size: 12px; text-anchor: middle; }
svg text.end { text-anchor: end; } svg text.start { text-anchor: start; }
svg text.faint { fill: var(--faint); }
.grid { stroke: var(--line); } .even { stroke: var(--faint); stroke-dasharray: 5 4; }
.whisker { stroke: var(--dot); stroke-width: 2; } .dot, .alert { fill: var(--dot); }
@media print { body { max-width: none; margin: 0; font-size: 11px; } .wide { overflow: visible; }
  figure, tr { break-inside: avoid; } h2 { break-after: avoid; } }
.episode { fill: var(--pale); } .flood { fill: var(--flood); }
"""


def page(title: str, body: Iterable[str], more_style: str = "") -> Iterator[str]:
    """The lines of a whole page; nothing is run in it, and nothing is fetched."""
    style = STYLE + more_style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{safe(title)}</title><style>{style}</style></head><body>"
    yield from body
    yield "</body></html>"


def figure(title: str, chart: str, caption: str) -> str:
    """A chart under its title."""
    return f"<h3>{safe(title)}</h3><figure>{chart}<figcaption>{safe(caption)}</figcaption></figure>"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; it may be wider than the page."""
    head = "".join(f"<th>{safe(title)}</th>" for title in titles)
    body = "".join(
        "<tr>" + "".join(f"<td>{safe(text)}</td>" for text in row) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def safe(text: str) -> str:
    """Text from a CRM as a page may have it."""
    return escape(clean(text))
