"""Checks of drawn figures that need no human eye."""

from __future__ import annotations

import contextlib
import pathlib
import re
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def drawn_points(ax: Axes) -> np.ndarray:
    """Return the data within the axis limits, shape (n, 2): of lines, markers and bars in data coordinates."""
    points = []
    for line in ax.get_lines():
        if line.get_transform().contains_branch_seperately(ax.transData) == (True, True):
            points.append(np.asarray(line.get_xydata(), dtype=float))
    for bar in ax.patches:
        if bar.get_transform().contains_branch_seperately(ax.transData) == (True, True) and bar.get_height() > 0:
            points.append(np.array([[bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height()]]))
    data = np.concatenate(points) if points else np.empty((0, 2))
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    x, y = data.T
    return data[np.isfinite(x) & np.isfinite(y) & (x >= left) & (x <= right) & (y >= bottom) & (y <= top)]


def assert_axes_filled(ax: Axes, minimum: int = 1) -> None:
    """Fail unless both axes are labeled and at least a minimum number of data points lies within their limits."""
    assert ax.get_xlabel() and ax.get_ylabel(), "an axis has no label"
    found = len(drawn_points(ax))
    assert found >= minimum, (
        f"{found} data points within the limits of {ax.get_title(loc='left')!r}, expected {minimum}"
    )


def assert_picture(path: pathlib.Path) -> None:
    """Fail unless a file is a picture with something on it (PNG), or a PDF or SVG of a page that is not blank."""
    content = path.read_bytes()
    if path.suffix == ".pdf":
        assert content.startswith(b"%PDF-") and b"%%EOF" in content[-20:]
        assert len(content) > 5000
        return
    if path.suffix == ".svg":
        root = ElementTree.fromstring(content)  # well formed
        assert root.tag.endswith("svg") and len(root.findall(".//{*}path")) > 20
        outside = [value for node in root.iter() for name, value in node.items() if name.endswith("href")]
        assert all(value.startswith(("#", "data:")) for value in outside), "the SVG asks for another file"
        return
    pixels = imread(path)
    ink = float((pixels[..., :3].min(axis=-1) < 0.9).mean())
    assert 0.005 < ink < 0.6, f"{path.name}: {100 * ink:.2f} % of the picture is drawn"


def assert_printable(figure: Figure) -> None:
    """Fail unless a figure could be printed: all that can be checked without an eye.

    Panels have letters in reading order; axes say what they show and in which unit; labels, titles and legends do not
    overlap; nothing is cut off at the edge; legends and texts lie beside the data.
    """
    FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    panels = [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]
    assert_letters_in_order(panels)
    for ax in panels:
        if ax.has_data():
            for axis in (ax.xaxis, ax.yaxis):
                assert_says_unit(axis.get_label_text())
            assert_beside_data(ax)
    assert_labels_apart(figure)


@contextlib.contextmanager
def drawn_figures() -> Iterator[list[Figure]]:
    """Collect the figures that are written to files inside a `with` statement."""
    drawn: list[Figure] = []
    original = Figure.savefig

    def savefig(figure: Figure, *args: Any, **kwargs: Any) -> None:
        if figure not in drawn:
            drawn.append(figure)
        original(figure, *args, **kwargs)

    Figure.savefig = savefig  # type: ignore[method-assign]
    try:
        yield drawn
    finally:
        Figure.savefig = original  # type: ignore[method-assign]


def assert_letters_in_order(panels: Sequence[Axes]) -> None:
    """Fail unless several panels have the letters (a), (b), ... row by row from the top, and a single one has none."""
    letters = [match[1] if (match := re.match(r"\((\w)\)", ax.get_title(loc="left"))) else "" for ax in panels]
    if len(panels) == 1:
        assert letters == [""], "a single panel has a letter"
        return
    places = [ax.get_position() for ax in panels]
    order = sorted(range(len(panels)), key=lambda k: (-round(places[k].y1, 1), places[k].x0))
    assert [letters[k] for k in order] == list("abcdefgh"[: len(panels)]), f"panels are lettered {letters}"


def assert_says_unit(label: str) -> None:
    """Fail unless the label of an axis gives a unit, as in `x (m)` or `x/m`, or says that there is none."""
    assert re.search(r"in units of|\([^()]+\)|\([^()]*\([^()]*\)[^()]*\)|/", label), f"no unit in the label {label!r}"


def assert_labels_apart(figure: Figure) -> None:
    """Fail if two labels of ticks, of axes, titles or legends overlap, or one is cut off at the edge of the figure."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    boxes: list[tuple[str, Bbox]] = []
    insets = [inset for ax in figure.axes for inset in ax.child_axes]
    for ax in (*figure.axes, *insets):
        texts = [ax.xaxis.label, ax.yaxis.label, ax.title, ax._left_title, ax._right_title]
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            span = 1e-9 * (high - low)
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if low - span <= tick.get_loc() <= high + span:
                    texts += [tick.label1, tick.label2]
            texts.append(axis.get_offset_text())
        boxes += [(text.get_text(), ink(text, renderer)) for text in texts if text.get_visible() and text.get_text()]
    boxes += [("the legend", legend.get_window_extent(renderer)) for legend in figure.legends]
    for name, box in boxes:
        whole = figure.bbox
        assert box.x0 >= whole.x0 - 1 and box.x1 <= whole.x1 + 1, f"{name!r} is cut off at the side"
        assert box.y0 >= whole.y0 - 1 and box.y1 <= whole.y1 + 1, f"{name!r} is cut off above or below"
    for k, (name, box) in enumerate(boxes):
        for other, next_box in boxes[k + 1 :]:
            assert not overlap(box, next_box), f"{name!r} and {other!r} overlap"


def ink(text: Text, renderer: RendererBase) -> Bbox:
    """Return the box of a text in pixels, without the blank above and below its letters."""
    box = text.get_window_extent(renderer)
    if text.get_rotation() == 0:
        return Bbox([[box.x0, box.y0 + 0.12 * box.height], [box.x1, box.y1 - 0.12 * box.height]])
    return box


def overlap(one: Bbox, other: Bbox) -> bool:
    """Return whether two boxes have more than half a pixel in common both ways."""
    across, up = min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0)
    return across > 0.5 and up > 0.5


def assert_beside_data(ax: Axes) -> None:
    """Fail if the legend without a background, or a text, lies on a line, a marker, an error bar or a bar."""
    renderer = ax.figure.canvas.get_renderer()  # type: ignore[union-attr]
    legend = ax.get_legend()
    boxes = []
    if legend is not None and not legend.get_frame_on():
        for text in legend.get_texts():  # with the symbol at its left
            box = text.get_window_extent(renderer)
            symbol = (legend.handlelength + legend.handletextpad) * renderer.points_to_pixels(text.get_fontsize())
            boxes.append((f"the legend {text.get_text()!r}", Bbox([[box.x0 - symbol, box.y0], [box.x1, box.y1]])))
    for name, box in boxes:
        for path, connected in drawn_paths(ax):
            hit = path.intersects_bbox(box, filled=False) if connected else box.count_contains(path.vertices) > 0
            assert not hit, f"{name} of {ax.get_title(loc='left')!r} lies on data"


def drawn_paths(ax: Axes) -> Iterator[tuple[Path, bool]]:
    """Yield what is drawn in the axes in pixels, and whether its points are connected."""
    for line in ax.get_lines():
        path = line.get_transform().transform_path(line.get_path())
        connected = line.get_linestyle() not in ("None", "", " ")
        if len(path.vertices):
            yield path, connected
    for collection in ax.collections:
        if isinstance(collection, LineCollection):
            for piece in collection.get_paths():
                yield collection.get_transform().transform_path(piece), True
    for container in ax.containers:
        if isinstance(container, BarContainer):
            for bar in container:
                yield bar.get_transform().transform_path(bar.get_path()), True
