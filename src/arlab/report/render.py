"""How does the content of a report become one HTML file that needs nothing else?

Escapes every value, embeds every picture and fixes every byte. It computes nothing.
"""

from __future__ import annotations

import base64
import functools
from importlib import resources
from typing import TYPE_CHECKING

from arlab.report.content import Content

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["render_html"]

TEMPLATE = "report.html.j2"


@functools.cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    text = resources.files("arlab.report").joinpath(TEMPLATE).read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["as_data"] = _as_data
    return environment.from_string(text)


def _as_data(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def render_html(content: Content) -> str:
    """Return the report as HTML; the same content gives the same text."""
    return _template().render(report=content)
