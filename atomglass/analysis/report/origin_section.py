"""What a report says about where its numbers come from, and what to be wary of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from atomglass.analysis.report.report_tables import ReportTable, report_table
from atomglass.analysis.report.typesetting import verbatim
from atomglass.study.load import Study
from atomglass.version import KERNEL_VERSION, __version__

_RUN_COLUMNS = {
    "atomglass": "atomglass", "kernel_version": "kernel version", "kernel_sources": "kernel sources (hash)",
    "commit": "commit", "python": "Python", "packages": "packages", "processor": "processor", "blas": "BLAS kernel",
    "system": "system", "threads": "threads a process", "physics_hash": "hash of the physics",
}  # fmt: skip
#: Numbers agree to rounding only where these differ.
_MUST_AGREE = ("kernel_sources", "packages", "processor", "blas", "python", "atomglass", "threads")


def read_optional(folder: Path, name: str) -> pd.DataFrame | None:
    """Return a table of the study's folder, None where there is none."""
    path = folder / f"{name}.parquet"
    return pd.read_parquet(path) if path.is_file() else None


def settings_table(settings: dict[str, Any]) -> ReportTable | None:
    """Return the settings of a study, None where they are not known."""
    rows = [
        (verbatim(key), value) for key, value in _flat(settings) if value not in (None, "") and key != "description"
    ]
    return report_table("Settings of the study.", ("setting", "value"), rows) if rows else None


def _flat(settings: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in settings.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{before}{key}.")
        else:
            rows.append((before + key, value))
    return rows


def runs_table(runs: pd.DataFrame | None) -> ReportTable:
    """Return versions and machines: of the runs that made the study, and of this report."""
    rows: list[tuple[str, Any]] = [("this report", f"atomglass {__version__}, kernel version {KERNEL_VERSION}")]
    if runs is None or not len(runs):
        rows.append(("runs", "not recorded beside these tables"))
    else:
        rows.append(("runs", len(runs)))
        for column, name in _RUN_COLUMNS.items():
            if column in runs:
                rows.append((name, "; ".join(_counted(runs[column]))))
        if "time" in runs:
            rows.append(("started", _span(runs["time"])))
    return report_table("Versions and machines.", ("what", "found"), rows)


def _counted(values: pd.Series) -> list[str]:
    """Return the different values, the most frequent first, with how many runs have each where they differ."""
    counts = values.fillna("").astype(str).value_counts()
    return [_written(value) + (f" ({count} runs)" if len(counts) > 1 else "") for value, count in counts.items()]


def _written(value: Any) -> str:
    """Return a value in words; packages are kept as JSON."""
    text = str(value)
    if text.startswith("{"):
        return ", ".join(f"{name} {number}" for name, number in json.loads(text).items())
    return text or "not known"


def _span(times: pd.Series) -> str:
    first, last = str(times.min()), str(times.max())
    return first if first == last else f"{first} to {last}"


def origin_warnings(study: Study, runs: pd.DataFrame | None) -> list[str]:
    """Return a line on everything that is missing, failed or mixed.

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
    if planned > len(study.realizations):
        lines.append(f"The study is not complete: {len(study.realizations)} of {planned} realizations are there.")
    failed = study.realizations[study.realizations["status"] != "ok"]
    for status, rows in failed.groupby("status"):
        reason = str(rows["reason"].iloc[0]).strip() if "reason" in rows else ""
        said = f", for example: {reason}" if reason else ""
        lines.append(f"{len(rows)} of {len(study.realizations)} realizations failed ({status}{said}).")
    for column in _MUST_AGREE:
        if runs is not None and column in runs and runs[column].nunique() > 1:
            values = "; ".join(_counted(runs[column]))
            lines.append(f"Runs differ in {_RUN_COLUMNS[column]}: {values}. Numbers then agree to rounding only.")
    return lines


def glossary(study: Study) -> list[ReportTable]:
    """Return what each column of the tables means."""
    tables = {"modes": study.modes, "realizations": study.realizations}
    result = []
    for name, frame in tables.items():
        mine = study.columns[(study.columns["table"] == name) & study.columns["column"].isin(frame.columns)]
        rows = [(verbatim(r.column), r.unit or "–", r.meaning) for r in mine.itertuples()]
        result.append(report_table(f"{name}.parquet", ("column", "unit", "meaning"), rows))
    return result
