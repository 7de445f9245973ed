"""A figure with its name, title and caption, and its files."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from atomglass.analysis.figures.style import styled
from atomglass.theory.output import RESOLUTION, save_png


@dataclass(frozen=True)
class NamedFigure:
    """A figure with its name, title and caption.

    Attributes
    ----------
    name : str
        Name of its files.
    title, caption : str
        Plain text; the caption says what is drawn, from how many modes, and what the errors are.
    figure : matplotlib.figure.Figure
        The figure itself.
    """

    name: str
    title: str
    caption: str
    figure: Figure

    def svg(self) -> str:
        """Return the figure as SVG: reproducible byte for byte, with letters as outlines, so that it needs no font."""
        sink = io.StringIO()
        with matplotlib.rc_context({"svg.hashsalt": self.name, "svg.fonttype": "path"}):
            self.figure.savefig(sink, format="svg", dpi=RESOLUTION, metadata={"Date": None})
        return sink.getvalue()


@styled
def write_figures(figures: list[NamedFigure], folder: str | Path) -> list[Path]:
    """Write figures as PNG, PDF and SVG, reproducible byte for byte.

    Parameters
    ----------
    figures : list of NamedFigure
        The figures.
    folder : str or Path
        Where to write; it is created if necessary.

    Returns
    -------
    list of Path
        The files written.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for drawn in figures:
        png, pdf, svg = (folder / f"{drawn.name}.{kind}" for kind in ("png", "pdf", "svg"))
        save_png(drawn.figure, png)
        drawn.figure.set_layout_engine("none")  # the other formats keep the layout of the first
        drawn.figure.savefig(pdf, dpi=RESOLUTION, metadata={"CreationDate": None})
        svg.write_text(drawn.svg(), encoding="utf-8")
        paths += [png, pdf, svg]
    return paths
