"""Figures and tables of the theory studies: one style, and every figure with the numbers it shows as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito's palette, whose colors are distinct for every common kind of color vision.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")

#: Width of one column of a two-column page, in inches.
COLUMN_WIDTH = 3.4
#: Dots per inch of PNG files, and of what is rasterized in the other formats.
RESOLUTION = 200

#: Matplotlib's settings for every figure of the package, those of simulations too.
STYLE: Any = {  # Any: Matplotlib's stubs list each key by name
    "font.size": 8,
    "axes.labelsize": 8.5,
    "axes.titlesize": 8,
    "legend.fontsize": 7,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "axes.linewidth": 0.7,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "errorbar.capsize": 1.5,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.top": True,
    "ytick.right": True,
    # far enough from the axes for the labels of both at their corner
    "xtick.major.pad": 5,
    "ytick.major.pad": 4,
    "legend.frameon": False,
    "mathtext.fontset": "dejavusans",
    "pdf.fonttype": 42,  # TrueType, which journals accept and editors can edit
}

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def styled(draw: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """Decorate a function so that it draws in the style of the package, whatever the caller's own settings are."""

    @wraps(draw)
    def drawn(*args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        import matplotlib

        with matplotlib.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


def new_figure(columns: int = 1, width: float = COLUMN_WIDTH, height: float = 2.6) -> tuple[Figure, list[Axes]]:
    """Return a figure and its row of axes, without pyplot: no global state changes and no window opens.

    Several axes have the letters (a), (b), ... from left to right.

    Parameters
    ----------
    columns : int
        Number of axes side by side.
    width, height : float
        Size of one of them in inches.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width * columns, height), layout="constrained")
        FigureCanvasAgg(figure)
        axes = [figure.add_subplot(1, columns, i + 1) for i in range(columns)]
        for ax, letter in zip(axes, "abcdef", strict=False):
            if columns > 1:
                ax.set_title(f"({letter})", loc="left")
    return figure, axes


def save_figure(figure: Figure, folder: Path, name: str) -> None:
    """Write a figure as PNG and as PDF.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    folder : pathlib.Path
        Folder of the files, which exists.
    name : str
        Name of the files without suffix.
    """
    save_png(figure, folder / f"{name}.png")
    figure.savefig(folder / f"{name}.pdf", metadata={"CreationDate": None})


def save_png(figure: Figure, path: Path) -> None:
    """Write a figure as PNG with a palette of 128 colors: a third of the size of one with all colors.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : pathlib.Path
        The file.
    """
    from PIL import Image

    sink = BytesIO()
    figure.savefig(sink, format="png", dpi=RESOLUTION)
    Image.open(sink).convert("RGB").quantize(128).save(path, optimize=True)


def write_columns(folder: Path, name: str, columns: Mapping[str, ArrayLike]) -> None:
    """Write the numbers of a figure as CSV; shorter columns end in empty cells.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the file, which exists.
    name : str
        Name of the file without suffix.
    columns : mapping of str to array
        Columns by name, in order.
    """
    import pandas as pd

    series = {key: pd.Series(np.atleast_1d(np.asarray(values))) for key, values in columns.items()}
    pd.DataFrame(series).to_csv(folder / f"{name}.csv", index=False)
