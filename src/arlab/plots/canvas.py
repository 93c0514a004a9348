"""How does a chart look, and how does it get into a notebook or a report?

Holds letters, colours, titles, the picture's bytes and ``show``. It knows no table.
"""

from __future__ import annotations

import io
import logging
import textwrap
import warnings
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "FONT_SIZE",
    "GREY",
    "add_text",
    "add_title",
    "bucket_colours",
    "inches_wide",
    "ink_on",
    "new_axes",
    "plain_labels",
    "render_png",
    "show",
    "style",
]

Colour = tuple[float, float, float]

GREY = "#6F6F6F"
INK = "#1F2328"
FONT_SIZE = 11
# Installed families that know letters which DejaVu Sans lacks; only those present on the machine are used.
_FALLBACK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Microsoft YaHei",
    "Yu Gothic",
    "PingFang SC",
    "Hiragino Sans",
    "Arial Unicode MS",
)


def render_png(ax: Axes, *, dpi: int = 90) -> bytes:
    """Return the figure of an Axes as PNG bytes, the same for the same table on the same machine."""
    from PIL import Image

    buffer = io.BytesIO()
    figure = ax.get_figure(root=True)
    assert figure is not None
    with warnings.catch_warnings():
        # A letter that no installed font has is drawn as a box; the table beside the chart has the name.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    # A chart has few colours: a palette looks the same in a third of the bytes.
    picture = Image.open(buffer).convert("RGB")
    few = picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small = io.BytesIO()
    few.save(small, format="png", optimize=True)
    return small.getvalue()


def show(ax: Axes, words: str) -> None:
    """Show a chart in a notebook and print under it the sentence that says what it shows.

    Outside a notebook only the words are printed. The figure is closed afterwards.
    """
    try:
        from IPython import get_ipython
        from IPython.display import Image, display
    except ImportError:
        pass
    else:
        if get_ipython() is not None:
            display(Image(data=render_png(ax, dpi=90), format="png", alt=words))
    _close(ax)
    # A notebook breaks a long printed line in mid-word.
    print(textwrap.fill(words, 96))  # noqa: T201 - the words are the result that a learner reads


@contextmanager
def style() -> Iterator[Any]:
    """Set seaborn's white theme with our letters for the time of drawing, and put everything back."""
    # On its first day on a machine matplotlib tells of its font cache; that would stand in a lesson's output.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    import matplotlib as mpl
    import seaborn as sns
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    letters: dict[Any, Any] = {
        "font.family": ["DejaVu Sans", *(name for name in _FALLBACK_FONTS if name in known)],
        "font.size": FONT_SIZE,
        "xtick.labelsize": FONT_SIZE,
        "axes.labelsize": FONT_SIZE,
        "text.color": INK,
        "xtick.color": INK,
        "axes.labelcolor": GREY,
        "axes.edgecolor": GREY,
    }
    with mpl.rc_context(), sns.axes_style("white"):
        mpl.rcParams.update(letters)
        yield sns


def new_axes(width: float, height: float) -> Axes:
    """Return Axes on a figure that pyplot does not know, so that nothing stays open."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained").subplots()


def inches_wide(ax: Axes) -> float:
    """Return the width of Axes in inches."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return float(ax.get_window_extent().width) / float(figure.dpi)


def bucket_colours(buckets: Iterable[str], *, unordered: Collection[str] = ()) -> list[Colour]:
    """Return one colour per bucket on one ordered scale, pale for young and dark for old.

    Buckets named in ``unordered`` have no place on the scale and are light grey.
    """
    from matplotlib import colormaps

    names = list(buckets)
    scale = colormaps["cividis_r"]
    ordered = iter(np.linspace(0.38, 1, sum(name not in unordered for name in names)))
    colours = []
    for name in names:
        red, green, blue = scale(next(ordered))[:3] if name not in unordered else (0.82, 0.82, 0.82)
        colours.append((float(red), float(green), float(blue)))
    return colours


def ink_on(colour: Colour) -> str:
    """Return the letter colour with the better contrast on a ground (WCAG relative luminance)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    return "black" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "white"


def add_text(ax: Axes, x: float, y: float, text: str, **how: Any) -> None:
    """Write text as it is: a dollar sign or an underscore in it is no formula."""
    ax.text(x, y, text, parse_math=False, **how)


def add_title(ax: Axes, title: str) -> None:
    """Write the title at the left, broken into lines that fit the width."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    size = FONT_SIZE + 2
    letters = max(20, int(figure.get_size_inches()[0] * 72 / (size * 0.62)))
    wrapped = textwrap.fill(title, letters, break_long_words=True)
    ax.set_title(wrapped, loc="left", fontsize=size, fontweight="bold", parse_math=False, pad=10)


def plain_labels(ax: Axes) -> None:
    """Write the labels of the x axis as they are, like :func:`add_text`."""
    for label in ax.get_xticklabels():
        label.set_parse_math(False)


def _close(ax: Axes) -> None:
    """Close the figure if pyplot holds it (it does only when a caller made it so)."""
    from matplotlib import pyplot as plt

    figure = ax.get_figure(root=True)
    if figure is not None and getattr(figure, "number", None) is not None:
        plt.close(figure)
