"""What `collect` shows of a study: a summary and figures, from no more of the tables than they need."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from atomglass.analysis import classified
from atomglass.analysis.figures import draw_figures
from atomglass.analysis.summary import summarise
from atomglass.ensemble.disk import replace
from atomglass.ensemble.store import StudyStore

#: Modes that are no quasi-localized ones and are drawn nevertheless, about: more would only blacken the figure.
MOST_OTHERS = 500_000
_UNUSED = (
    "residual", "frequency_gap", "degenerate", "eigenvalue", "second_minimum_position", "second_minimum_energy",
    "b2_cutoff_share", "b4_cutoff_share", "centre_particle", "mode", "solver", "attempt_count", "sweep", "evaluations",
    "iterations", "max_force", "liquid_energy_per_particle", "potential",
)  # fmt: skip


def overview(store: StudyStore, figures: bool) -> tuple[str, list[Path]]:
    """Write the summary, and the figures if they are wanted, of a collected study.

    Parameters
    ----------
    store : StudyStore
        The study; its tables were written by `collect`.
    figures : bool
        Whether to draw.

    Returns
    -------
    tuple
        The summary, and the files written.
    """
    folder = store.folder
    modes, realizations = _frame(folder / "modes.parquet"), _frame(folder / "realizations.parquet")
    written = [folder / "summary.txt"]
    if store.model.name == "glass":
        selection = store.settings.qlm.model_dump()
        text = summarise(modes, realizations, **selection)
        drawn = draw_figures(modes, realizations, folder / "figures", **selection) if figures else []
    else:
        text = classified.summarise(modes, realizations)
        drawn = classified.draw_figures(modes, folder / "figures") if figures else []
    replace(written[0], (text.rstrip() + "\n").encode(), "table")
    return text, written + drawn


def _frame(path: Path) -> pd.DataFrame:
    """Return what is needed of a table; of very many modes that are not quasi-localized, evenly spread ones."""
    with pq.ParquetFile(path) as file:
        names = [name for name in file.schema_arrow.names if name not in _UNUSED]
        stride = -(-file.metadata.num_rows // MOST_OTHERS) if "is_qlm" in names else 1
        parts, first = [], 0
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group, columns=names)
            if stride > 1:
                place = pa.array(range(first, first + rows.num_rows))
                spread = pc.equal(pc.subtract(place, pc.multiply(pc.divide(place, stride), stride)), 0)
                rows, first = rows.filter(pc.or_(spread, rows["is_qlm"].fill_null(False))), first + rows.num_rows
            parts.append(rows)
        whole = pa.concat_tables(parts) if parts else file.schema_arrow.empty_table().select(names)
    return whole.to_pandas()
