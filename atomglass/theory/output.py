"""Figures and tables of the theory studies: one style, and every figure beside the numbers it shows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Okabe and Ito's palette: told apart with every common kind of color vision.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def new_figure(columns: int = 1, width: float = 5.0, height: float = 3.8) -> tuple[Figure, list[Axes]]:
    """Return a figure and its row of axes; nothing global is touched, no window opens."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width * columns, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = [figure.add_subplot(1, columns, i + 1) for i in range(columns)]
    for ax in axes:
        ax.tick_params(direction="in", which="both", top=True, right=True)
    return figure, axes


def save_figure(figure: Figure, folder: Path, name: str) -> None:
    """Write a figure as PNG and as PDF."""
    figure.savefig(folder / f"{name}.png", dpi=200)
    figure.savefig(folder / f"{name}.pdf", metadata={"CreationDate": None})


def write_columns(folder: Path, name: str, columns: Mapping[str, ArrayLike]) -> None:
    """Write the data behind a figure as CSV, one column a name; shorter columns end in empty cells."""
    import pandas as pd

    series = {key: pd.Series(np.atleast_1d(np.asarray(values))) for key, values in columns.items()}
    pd.DataFrame(series).to_csv(folder / f"{name}.csv", index=False)
