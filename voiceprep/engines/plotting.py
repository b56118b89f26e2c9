"""Charts drawn with matplotlib: as one SVG or PNG file, or each as SVG that a page can hold and colour.

Without pyplot: no window, no backend to choose, nothing shared between drawings.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unicodedata import category

from voiceprep.errors import PlotsMissing
from voiceprep.model import Chart, ChartKind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH_IN = 4.6
"""At 96 dots an inch a chart fits a phone without its letters becoming too small to read."""
ROW_IN = 0.32
"""A bar with its label."""
HEAD_IN = 1.0
"""Title, legend and axis."""
LINE_IN = 2.6
LEGEND_PT = 22
"""Room for a legend between title and drawing."""
COLUMNS = 2
DPI = 144
MAX_LABEL = 26
"""Characters of a label beside a bar; longer ones would leave no room for the bar."""
MAX_TICKS = 6
"""Dates under a line that do not run into one another."""

TEXT, MUTED, LINE, GROUND = "#1b1f24", "#545d68", "#d0d5dc", "#ffffff"
SHADES = ("#0550ae", "#b35900", "#8a94a0")
"""Of the series in turn; told apart by lightness too, for those who see no colours."""
_NAMED = {
    TEXT: "var(--text)",
    MUTED: "var(--muted)",
    LINE: "var(--line)",
    GROUND: "var(--ground)",
    SHADES[0]: "var(--made)",
    SHADES[1]: "var(--vague)",
    SHADES[2]: "var(--wave)",
}
"""What each colour is called in the style of a page, which knows light, dark and paper."""

_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "voiceprep",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": TEXT,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "figure.facecolor": GROUND,
    "axes.facecolor": GROUND,
    "text.parse_math": False,
}


def svg(charts: Sequence[Chart]) -> str:
    """All ``charts`` as one SVG, the same bytes for the same charts. Raises PlotsMissing."""
    return _saved(charts, "svg").decode()


def png(charts: Sequence[Chart]) -> bytes:
    """All ``charts`` as one PNG. Raises PlotsMissing."""
    return _saved(charts, "png")


def inline(chart: Chart, prefix: str) -> str:
    """``chart`` as an SVG element for a page whose policy allows no style but its own.

    Styles become attributes, colours the page's, and every id begins with ``prefix``. Raises PlotsMissing.
    """
    drawing = ET.fromstring(_saved((chart,), "svg", titled=False))  # noqa: S314 - we wrote it
    for parent in drawing.iter():
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("metadata", "style"):
                parent.remove(child)
    for element in drawing.iter():
        element.tag = element.tag.rpartition("}")[2]
        _without_style(element)
        for name, value in list(element.attrib.items()):
            del element.attrib[name]
            plain = "href" if name.endswith("}href") else name
            element.set(plain, _prefixed(plain, value, prefix))
    for name in ("width", "height", "version"):
        drawing.attrib.pop(name, None)
    drawing.set("aria-hidden", "true")  # its figure tells it in words
    return ET.tostring(drawing, encoding="unicode")


def _without_style(element: ET.Element) -> None:
    for rule in element.attrib.pop("style", "").split(";"):
        name, _, value = (part.strip() for part in rule.partition(":"))
        if name == "font":
            # "10px 'DejaVu Sans', ..., sans-serif": the page has its own letters.
            size = re.match(r"(?:\S+ )*?([\d.]+px)", value)
            element.set("font-size", size.group(1) if size else "10px")
        elif name not in ("", "font-family"):
            element.set(name, _NAMED.get(value, value))


def _prefixed(name: str, value: str, prefix: str) -> str:
    if name == "id":
        return prefix + value
    if name == "href":
        return value.replace("#", "#" + prefix, 1)
    return value.replace("url(#", f"url(#{prefix}")


def _saved(charts: Sequence[Chart], form: str, *, titled: bool = True) -> bytes:
    with _matplotlib():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        figure = _drawn(charts, titled=titled)
        canvas = (FigureCanvasSVG if form == "svg" else FigureCanvasAgg)(figure)
        file = io.BytesIO()
        metadata = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
        canvas.print_figure(file, format=form, dpi=DPI, metadata=metadata)
        return file.getvalue()


@contextmanager
def _matplotlib() -> Iterator[None]:
    """Matplotlib with our settings, and without its remarks on fonts and caches."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        from matplotlib import rc_context
    except ImportError as exc:
        raise PlotsMissing(
            "plots need matplotlib, which is not installed: run `pip install 'voiceprep[plots]'`."
        ) from exc
    with rc_context(_SETTINGS), warnings.catch_warnings():
        # A letter that its typeface lacks is drawn as a box; the SVG holds it as text all the same.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


# ------------------------------------------------------------------------------ drawing


def _drawn(charts: Sequence[Chart], *, titled: bool) -> Figure:
    from matplotlib.figure import Figure

    columns = min(COLUMNS, len(charts))
    rows = [charts[at : at + columns] for at in range(0, len(charts), columns)]
    heights = [max(_height(chart) for chart in row) for row in rows]
    figure = Figure(figsize=(WIDTH_IN * columns, sum(heights)), layout="constrained")
    grid = figure.add_gridspec(len(rows), columns, height_ratios=heights)
    for at, chart in enumerate(charts):
        axes = figure.add_subplot(grid[at // columns, at % columns])
        if titled:
            pad = LEGEND_PT if len(chart.series) > 1 else 6
            axes.set_title(_visible(chart.title), loc="left", fontweight="bold", fontsize=11, pad=pad)
        _axes(axes, chart)
    return figure


def _height(chart: Chart) -> float:
    return LINE_IN if chart.kind is ChartKind.LINE else HEAD_IN + ROW_IN * len(chart.labels)


def _axes(axes: Axes, chart: Chart) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    if chart.kind is ChartKind.LINE:
        _line(axes, chart)
    else:
        _bars(axes, chart)
    if len(chart.series) > 1:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=len(chart.series),
            frameon=False,
            fontsize=8.5,
            borderpad=0,
            handlelength=1.2,
            columnspacing=1.2,
        )


def _line(axes: Axes, chart: Chart) -> None:
    places = range(len(chart.labels))
    for series, shade in zip(chart.series, SHADES, strict=False):
        values = [float("nan") if value is None else value for value in series.values]
        axes.plot(places, values, color=shade, linewidth=1.8, marker="o", markersize=3.5, clip_on=False)
    step = -(-len(chart.labels) // MAX_TICKS)
    axes.set_xticks(list(places)[::step], [_short(label) for label in chart.labels[::step]])
    axes.set_ylabel(chart.unit)
    axes.set_ylim(0, chart.top)
    axes.set_xlim(-0.5, len(chart.labels) - 0.5)
    axes.grid(axis="y", color=LINE, linewidth=0.6)


def _bars(axes: Axes, chart: Chart) -> None:
    places = range(len(chart.labels))
    ends = [0.0] * len(chart.labels)
    is_stacked = chart.kind is ChartKind.PARTS
    height = 0.7 if is_stacked else 0.7 / len(chart.series)
    for at, (series, shade) in enumerate(zip(chart.series, SHADES, strict=False)):
        values = [value or 0.0 for value in series.values]
        shift = 0.0 if is_stacked else height * (at - (len(chart.series) - 1) / 2)
        left = ends if is_stacked else 0.0
        middles = [place + shift for place in places]
        axes.barh(middles, values, height=height, left=left, color=shade, label=_short(series.name))
        pairs = zip(ends, values, strict=True)
        ends = [one + other if is_stacked else max(one, other) for one, other in pairs]
    top = chart.top if chart.top is not None else max([*ends, 1.0])
    for place, end, count in zip(places, ends, chart.counts, strict=True):
        told = axes.text(end + top * 0.02, place, _short(count), va="center", fontsize=9, color=MUTED)
        told.set_in_layout(False)  # its room is kept below; a long one must not take the bars' room
    axes.set_yticks(list(places), [_short(label) for label in chart.labels])
    axes.invert_yaxis()
    # Room for the counts behind a full bar.
    axes.set_xlim(0, top * 1.35)
    axes.set_xticks([top * part for part in (0, 0.5, 1)] if chart.top is not None else [])
    axes.set_xlabel(chart.unit)
    axes.spines["left"].set_visible(False)


def _visible(text: str) -> str:
    """``text`` without letters that are none: XML takes no controls, and nothing here turns the direction."""
    return "".join("\N{REPLACEMENT CHARACTER}" if category(letter)[0] == "C" else letter for letter in text)


def _short(label: str) -> str:
    label = _visible(label)
    return label if len(label) <= MAX_LABEL else label[: MAX_LABEL - 1] + "…"
