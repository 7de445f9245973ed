"""Figures and tables of the theory studies: one style, and every figure with the numbers it shows as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito's palette, whose colors are distinct for every common kind of color vision.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def new_figure(columns: int = 1, width: float = 5.0, height: float = 3.8) -> tuple[Figure, list[Axes]]:
    """Return a figure and its row of axes, without pyplot: no global state changes and no window opens.

    Parameters
    ----------
    columns : int
        Number of axes side by side.
    width, height : float
        Size of one of them in inches.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width * columns, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = [figure.add_subplot(1, columns, i + 1) for i in range(columns)]
    for ax in axes:
        ax.tick_params(direction="in", which="both", top=True, right=True)
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
    figure.savefig(folder / f"{name}.png", dpi=200)
    figure.savefig(folder / f"{name}.pdf", metadata={"CreationDate": None})


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
