"""The sections of a report on provenance and on the meaning of columns, and the warnings that follow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from atomglass.__about__ import KERNEL_VERSION, __version__
from atomglass.analysis.report.report_tables import ReportTable, report_table
from atomglass.analysis.report.typesetting import verbatim
from atomglass.study.load import Study
from atomglass.study.store.portions import read_table

_RUN_COLUMNS = {
    "atomglass": "atomglass",
    "kernel_version": "kernel version",
    "kernel_sources": "kernel sources (hash)",
    "commit": "commit",
    "python": "Python",
    "packages": "packages",
    "processor": "processor",
    "blas": "BLAS kernel",
    "system": "system",
    "threads": "threads per process",
    "physics_hash": "hash of the physics",
}
#: If runs differ in any of these, their numbers agree only to rounding.
_MUST_AGREE = ("kernel_sources", "packages", "processor", "blas", "python", "atomglass", "threads")


def read_optional(folder: Path, name: str) -> pd.DataFrame | None:
    """Return a table of the study's folder, None if there is none."""
    table = read_table(folder, name)
    return None if table is None else table.to_pandas()


def settings_table(settings: dict[str, Any]) -> ReportTable | None:
    """Return the settings of a study as a table, None if they are not known."""
    rows = [
        (verbatim(key), value)
        for key, value in _flattened(settings)
        if value not in (None, "") and key != "description"
    ]
    return report_table("Settings of the study.", ("setting", "value"), rows) if rows else None


def _flattened(settings: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in settings.items():
        if isinstance(value, dict):
            rows += _flattened(value, f"{prefix}{key}.")
        else:
            rows.append((prefix + key, value))
    return rows


def runs_table(runs: pd.DataFrame | None) -> ReportTable:
    """Return the versions and machines of the runs that made the study, and the versions of this report."""
    rows: list[tuple[str, Any]] = [("this report", f"atomglass {__version__}, kernel version {KERNEL_VERSION}")]
    if runs is None or not len(runs):
        rows.append(("runs", "not recorded with these tables"))
    else:
        rows.append(("runs", len(runs)))
        for column, name in _RUN_COLUMNS.items():
            if column in runs:
                rows.append((name, "; ".join(_counted(runs[column]))))
        if "time" in runs:
            rows.append(("started", _span(runs["time"])))
    return report_table("Versions and machines.", ("what", "found"), rows)


def _counted(values: pd.Series) -> list[str]:
    """Return the distinct values, the most frequent first, each with its number of runs if there are several."""
    counts = values.fillna("").astype(str).value_counts()
    return [_value_text(value) + (f" ({count} runs)" if len(counts) > 1 else "") for value, count in counts.items()]


def _value_text(value: Any) -> str:
    """Return a value as text; packages are stored as JSON."""
    text = str(value)
    if text.startswith("{"):
        return ", ".join(f"{name} {number}" for name, number in json.loads(text).items())
    return text or "not known"


def _span(times: pd.Series) -> str:
    first, last = str(times.min()), str(times.max())
    return first if first == last else f"{first} to {last}"


def provenance_warnings(study: Study, runs: pd.DataFrame | None) -> list[str]:
    """Return a sentence on everything that is missing, failed or mixed.

    Parameters
    ----------
    study : Study
        The collected tables.
    runs : DataFrame, optional
        The table of runs.
    """
    lines = []
    ensemble = study.settings.get("ensemble", {})
    planned = ensemble.get("chains", 0) * ensemble.get("realizations_per_chain", 0)
    if "portions" in study.settings:  # joined: the longest chain of one portion is no plan for the others
        planned = 0
    if planned > len(study.realizations):
        lines.append(f"The study is not complete: {len(study.realizations)} of {planned} realizations exist.")
    failed = study.realizations[study.realizations["status"] != "ok"]
    for status, rows in failed.groupby("status"):
        reason = str(rows["reason"].iloc[0]).strip() if "reason" in rows else ""
        example = f", for example: {reason}" if reason else ""
        lines.append(f"{len(rows)} of {len(study.realizations)} realizations failed ({status}{example}).")
    for column in _MUST_AGREE:
        if runs is not None and column in runs and runs[column].nunique() > 1:
            values = "; ".join(_counted(runs[column]))
            lines.append(f"Runs differ in {_RUN_COLUMNS[column]}: {values}. Their numbers agree only to rounding.")
    return lines


def glossary(study: Study) -> list[ReportTable]:
    """Return tables of what each column means."""
    tables = {"modes": study.modes, "realizations": study.realizations}
    result = []
    for name, frame in tables.items():
        described = study.columns[(study.columns["table"] == name) & study.columns["column"].isin(frame.columns)]
        rows = [(verbatim(r.column), r.unit or "–", r.meaning) for r in described.itertuples()]
        result.append(report_table(f"{name}.parquet", ("column", "unit", "meaning"), rows))
    return result
