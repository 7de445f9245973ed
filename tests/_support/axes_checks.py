"""Checks of drawn figures that need no human eye."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import imread


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


def assert_picture(path: Path) -> None:
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
