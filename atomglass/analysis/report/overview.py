"""What `collect` shows of a study, of glasses or of another model: a summary and figures."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from atomglass.analysis.figures import two_group_figures
from atomglass.analysis.figures.named_figure import write_figures
from atomglass.analysis.figures.study_figures import study_figures
from atomglass.analysis.report import two_group_summary
from atomglass.analysis.report.summary import summarize
from atomglass.analysis.results.selected_modes import rule_or_refusal
from atomglass.analysis.selection import Selection
from atomglass.io.atomic import replace
from atomglass.study.store.checksums import checked_table
from atomglass.study.store.study_store import GLASS_MODELS, StudyStore


def write_overview(store: StudyStore, figures: bool) -> tuple[str, list[Path]]:
    """Write the summary of a collected study and, optionally, its figures.

    Parameters
    ----------
    store : StudyStore
        The study; its tables were written by `collect`.
    figures : bool
        Whether to draw.

    Returns
    -------
    summary : str
        The text of the summary.
    written : list of Path
        The files written.
    """
    folder, glass = store.folder, store.model.name in GLASS_MODELS
    modes = _read_modes(folder / "modes.parquet", only_selected=glass and not figures)
    realizations = checked_table(folder / "realizations.parquet").to_pandas()
    written = [folder / "summary.txt"]
    if glass:
        qlm = store.settings.qlm
        rule, refusal = rule_or_refusal(realizations, None, qlm.frequency_share, qlm.participation_ratio)
        spots = checked_table(folder / "spots.parquet").to_pandas() if (folder / "spots.parquet").is_file() else None
        text = summarize(modes, realizations, rule=rule, refusal=refusal, spots=spots)
    elif set(two_group_summary.COLUMNS) <= set(modes.columns):
        text = two_group_summary.summarize(modes, realizations)
    else:
        text = (
            f"No summary and no figures: the modes of {store.model.name} lack {', '.join(two_group_summary.COLUMNS)}."
        )
        figures = False
    replace(written[0], (text.rstrip() + "\n").encode())
    if figures and glass:
        written += write_figures(study_figures(modes, realizations, rule=rule), folder / "figures")
    elif figures:
        written += two_group_figures.draw_figures(modes, folder / "figures")
    return text, written


def _read_modes(path: Path, only_selected: bool) -> pd.DataFrame:
    """Return the table of modes; the summary of glasses needs only the localized ones, a small part."""
    if not only_selected:
        return pd.read_parquet(path)
    most = Selection.participation_ratio
    with pq.ParquetFile(path) as file:
        parts = [file.schema_arrow.empty_table()]
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group)
            parts.append(
                rows.filter(pc.or_kleene(rows["is_qlm"].fill_null(False), pc.less(rows["participation_ratio"], most)))
            )
    return pa.concat_tables(parts).to_pandas()
