#!/usr/bin/env python3
"""Rewrite the tables of two-level systems in the documentation, and draw their figure; neither is edited by hand.

python .ci/rewrite_two_level_tables.py docs/two_level_systems.md data/tls_kumar2021_3d data/tls_kumar2021_3d_t0092 ...
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import numpy as np
import pandas as pd

from atomglass.analysis.figures.two_level_theories_figure import two_level_figures
from atomglass.analysis.results.two_level_comparison import (
    compare_two_level_studies,
    quantiles_beside_published,
    rearrangement_quantiles,
)
from atomglass.analysis.results.two_level_links import second_wells_of_modes
from atomglass.analysis.results.two_level_pairs import Estimate
from atomglass.analysis.statistics.number_format import TYPESET
from atomglass.errors import InputError
from atomglass.io.atomic import replace
from atomglass.study.load import Study, load_study
from atomglass.theory.output import save_png

ROOT = Path(__file__).parents[1]
PUBLISHED = ROOT / "tests" / "data" / "two_level_systems_t0070.feather"
FIGURE = ROOT / "docs" / "figures" / "two_level_theories.png"
#: The study at the parent temperature of the published pairs, and the difference in energy up to which it has paths.
LIKE_PUBLISHED, LARGEST_DIFFERENCE = "tls_kumar2021_3d", 0.03
#: Names of the tables on the page.
TABLES = ("studies", "sizes", "quantiles", "second wells")
#: Columns of `tls` whose quantiles are given for every study.
SIZES = {"moved_particles": "participation number", "distance": "displacement (length)"}


def _text(found: Estimate) -> str:
    if math.isnan(found.value):
        return "–"
    return TYPESET.number(found.value) if math.isnan(found.error) else TYPESET.with_error(found.value, found.error)


def studies_table(studies: list[Study]) -> list[str]:
    """Return the studies side by side, one row per quantity."""
    table = compare_two_level_studies(studies)
    lines = ["| | " + " | ".join(f"`{name}`" for name in table.columns) + " |", "|---" * (len(table.columns) + 1) + "|"]
    return lines + [f"| {name} | " + " | ".join(_text(x) for x in row) + " |" for name, row in table.iterrows()]


def sizes_table(studies: list[Study]) -> list[str]:
    """Return how many particles the rearrangements of each study move, and how far."""
    lines = ["| quantiles 10, 50, 90 % | " + " | ".join(SIZES.values()) + " |", "|---" * (len(SIZES) + 1) + "|"]
    for study in studies:
        found = (rearrangement_quantiles(study, column, np.random.default_rng(1)) for column in SIZES)
        cells = (", ".join(_text(x) for x in quantiles) for quantiles in found)
        lines.append(f"| `{study.settings['name']}` | " + " | ".join(cells) + " |")
    return lines


def quantiles_table(study: Study) -> list[str]:
    """Return the quantiles of one study beside those of the published pairs."""
    published = pd.read_feather(PUBLISHED)
    table = quantiles_beside_published(study, published, LARGEST_DIFFERENCE, np.random.default_rng(1))
    lines = [
        "| quantiles 10, 50, 90 % | ours, one barrier | published, all pairs | published, difference below "
        f"{LARGEST_DIFFERENCE:g} |",
        "|---|---|---|---|",
    ]
    for r in table.itertuples():
        cells = (", ".join(_text(x) for x in column) for column in (r.ours, r.published, r.published_small))
        lines.append(f"| {r.quantity} | " + " | ".join(cells) + " |")
    return lines


def second_wells_table(studies: list[Study]) -> list[str]:
    """Return what the second wells of pseudo-harmonic modes lead to, in each study and group."""
    lines = [
        "| study | group | second wells | one barrier | both levels below it | ground level above it | E < 0.0015 |",
        "|---|---|---|---|---|---|---|",
    ]
    for study in studies:
        table = second_wells_of_modes(study, float(study.settings["paths"]["splitting_below"]))
        name = study.settings["name"]
        lines += [f"| `{name}` | " + " | ".join(str(x) for x in row[1:]) + " |" for row in table.itertuples()]
    return lines


def rewritten(text: str, tables: dict[str, list[str]]) -> str:
    """Return a page with new tables between the lines that mark their places.

    Raises
    ------
    InputError
        A place is missing.
    """
    for name, lines in tables.items():
        begin, end = f"<!-- {name}: written by `.ci/rewrite_two_level_tables.py` -->", f"<!-- end of {name} -->"
        if begin not in text or end not in text:
            raise InputError("the page has no place for the table", name, begin)
        head, rest = text.split(begin, 1)
        text = head + begin + "\n" + "\n".join(lines) + "\n" + end + rest.split(end, 1)[1]
    return text


def page_tables(folders: list[Path]) -> dict[str, list[str]]:
    """Return all tables of the page, by name."""
    studies = [load_study(folder) for folder in folders]
    like = next(study for study in studies if study.settings["name"] == LIKE_PUBLISHED)
    found = (studies_table(studies), sizes_table(studies), quantiles_table(like), second_wells_table(studies))
    return dict(zip(TABLES, found, strict=True))


def main() -> None:
    """Rewrite the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("studies", type=Path, nargs="+")
    args = parser.parse_args()
    text = args.page.read_text(encoding="utf-8")
    replace(args.page, rewritten(text, page_tables(args.studies)).encode())
    like = next(folder for folder in args.studies if folder.name == LIKE_PUBLISHED)
    (figure,) = two_level_figures(load_study(like))
    save_png(figure.figure, FIGURE)


if __name__ == "__main__":
    main()
