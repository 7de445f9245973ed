"""What `collect` shows of a study: a summary and figures, of glasses or of another model."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.analysis.figures import two_group_summary as classified
from atomglass.analysis.figures.gallery import study_figures, write_figures
from atomglass.analysis.report.summary import summarize
from atomglass.io.atomic import replace
from atomglass.study.store.study_store import StudyStore


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
    folder, glass = store.folder, store.model.name == "glass"
    modes = _modes(folder / "modes.parquet", only_selected=glass and not figures)
    realizations = pd.read_parquet(folder / "realizations.parquet")
    written = [folder / "summary.txt"]
    if glass:
        selection = store.settings.qlm.model_dump()
        text = summarize(modes, realizations, **selection)
    elif set(classified.COLUMNS) <= set(modes.columns):
        text = classified.summarize(modes, realizations)
    else:
        text = f"No summary and no figures: the modes of {store.model.name} lack {', '.join(classified.COLUMNS)}."
        figures = False
    replace(written[0], (text.rstrip() + "\n").encode())
    if figures and glass:
        written += write_figures(study_figures(modes, realizations, **selection), folder / "figures")
    elif figures:
        written += classified.draw_figures(modes, folder / "figures")
    return text, written


def _modes(path: Path, only_selected: bool) -> pd.DataFrame:
    """Return the table of modes; the summary of glasses needs the quasi-localized ones alone, a part of them."""
    if not only_selected:
        return pd.read_parquet(path)
    with pq.ParquetFile(path) as file:
        parts = [file.schema_arrow.empty_table()]
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            parts.append(rows.filter(rows["is_qlm"].fill_null(False)))
    return pa.concat_tables(parts).to_pandas()
