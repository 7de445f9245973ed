"""The report of a study: every number of the analysis, nothing from elsewhere, nothing unescaped."""

from __future__ import annotations

import base64
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_pages import HOSTILE, write_study
from typer.testing import CliRunner

from atomglass.analysis.figures.study_figures import study_figures
from atomglass.analysis.report.double_wells_section import wells_tables
from atomglass.analysis.report.html_report import write_report
from atomglass.analysis.report.report_figures import ORDER
from atomglass.analysis.report.typesetting import typeset, verbatim
from atomglass.analysis.results.study_analysis import analyze
from atomglass.analysis.selection import Selection
from atomglass.analysis.statistics.number_format import TYPESET
from atomglass.cli.main import app
from atomglass.errors import InputError
from atomglass.study.load import load_study

VOID = {"meta", "link", "img", "wbr", "br"}


class Page(HTMLParser):
    """Checks that tags nest, and gathers addresses, texts of cells and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.cells: list[str] = []
        self.text = ""
        self.feed(html)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "action")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if "td" in self.open and "i" not in self.open:
            self.cells[-1] += data


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    return write_study(tmp_path_factory.mktemp("study"), HOSTILE)


@pytest.fixture(scope="module")
def html(study) -> str:
    return write_report(study).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html) -> Page:
    return Page(html)


def test_the_file_is_self_contained(page, html):
    outside = [a for a in page.addresses if not a.startswith(("#", "data:"))]
    assert not outside
    assert not {"script", "iframe", "object", "form"} & set(page.tags)
    style = html.split("<style>")[1].split("</style>")[0]
    assert "url(" not in style and "@import" not in style and "{%" not in html
    anchors = {a[1:] for a in page.addresses if a.startswith("#")}
    assert anchors == {anchor for anchor in anchors if f'id="{anchor}"' in html} and len(anchors) >= 7
    assert 'name="viewport"' in html and "@media print" in style


def test_names_are_escaped(page):
    assert HOSTILE in page.text
    assert page.tags.count("img") == len(page.addresses) - sum(
        not a.startswith("data:image/svg") for a in page.addresses
    )
    assert not page.handlers
    assert "another <chip>" in page.text


def test_every_number_of_the_analysis_is_there(study, page):
    found = analyze(load_study(study))
    cells = {" ".join(cell.split()) for cell in page.cells}
    spaced = {re.sub(r"\s", " ", cell) for cell in page.cells}
    plain = lambda value, error: re.sub(r"\s", " ", str(typeset(TYPESET.with_error(value, error))))  # noqa: E731
    for r in found.statements.itertuples():
        if not math.isnan(r.paper) and not math.isnan(r.error) and "×" not in plain(r.ours, r.error):
            assert plain(r.ours, r.error) in spaced, r.quantity
    for r in found.exponents.itertuples():
        assert plain(r.exponent, r.error) in spaced
        assert re.sub(r"\s", " ", TYPESET.interval(r.low95, r.high95)) in spaced
    for r in found.selection[found.selection["exponent"].notna()].itertuples():
        assert f"{r.exponent:.1f} ± {r.error:.1f} ({r.modes})".replace("-", "−") in spaced
    verdicts = [cell.split()[-1] for cell in cells if cell.startswith(("✓", "≠", "?"))]
    assert {"agrees", "differs"} <= set(verdicts)
    for line in found.warnings:
        assert Page(str(typeset(line))).text in page.text


def test_warnings_name_what_is_missing_or_mixed(page):
    assert "The study is not complete: 1680 of 24000 realizations exist." in page.text
    assert "Runs differ in processor" in page.text


def test_every_column_is_explained(study, page):
    columns = load_study(study).columns
    assert len(columns) > 40
    for name in ("frequency", "b3_cutoff_share", "first_phonon_frequency"):
        assert name in page.cells
        assert columns.set_index("column").loc[name, "meaning"] is not None


def test_figures_come_before_the_tables_and_in_one_order(html):
    assert html.index('id="figures"') < html.index("<table")
    found = re.findall(r'id="figure-(\w+)"', html)
    assert found == [name for name in ORDER if name in found]
    assert found[0] == "density_of_states"


def test_figures_are_complete_pictures(html):
    pictures = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', html)
    assert len(pictures) == 8
    for picture in pictures:
        svg = base64.b64decode(picture).decode()
        assert svg.rstrip().endswith("</svg>") and len(svg) > 10_000
    assert html.count("<figcaption><b>") == len(pictures)


def test_a_density_of_states_from_another_method_is_drawn_instead(study):
    tables, omega = load_study(study), np.linspace(0.1, 6, 60)
    reduced = 0.02 + 0.01 * np.exp(-((omega - 3.5) ** 2))
    given = pd.DataFrame({"frequency": omega, "density": omega * reduced, "error": 1e-5})
    figures = {f.name: f for f in study_figures(tables.modes, tables.realizations, density=given)}
    drawn = figures["reduced_density"]
    assert np.allclose(drawn.figure.axes[0].containers[0].lines[0].get_ydata(), reduced)
    assert "density_of_states.parquet" in drawn.caption


def test_second_wells_are_counted(study):
    wells, tables = pd.read_parquet(study / "wells.parquet"), load_study(study)
    rest = (tables.modes, tables.realizations, Selection())
    summary, exponents, single = wells_tables(wells, *rest)
    rows = {row[0]: row for row in summary.rows}
    for name, rows_of in (
        ("B", wells[wells["group"] == "B"]),
        ("A, hidden well", wells[(wells["group"] == "A") & wells["second_minimum"]]),
        ("A, single minimum", wells[(wells["group"] == "A") & ~wells["second_minimum"]]),
    ):
        new = int((rows_of["outcome"] == "new minimum").sum())
        assert [int(cell) for cell in rows[name][1:5]] == [len(rows_of), len(rows_of) - new, new, 0]
    assert rows["B"][8].startswith("1.1 ")
    assert len(single.rows) == 30 and "wells.parquet" in single.caption
    with pytest.raises(InputError, match="outcome"):
        wells_tables(wells.drop(columns="outcome"), *rest)
    assert not wells_tables(wells.iloc[:0], *rest)
    assert sum(int(row[2]) for row in exponents.rows) == len(wells)


@pytest.mark.extended
def test_the_same_tables_give_the_same_bytes(study, html, tmp_path):
    again = write_report(study, tmp_path / "again.html")
    assert again.read_text(encoding="utf-8") == html


def test_tables_alone_are_enough_and_so_is_a_study_without_modes(tmp_path):
    folder = write_study(tmp_path / "bare", wells=False, group_a=0, group_b=0)
    for name in ("study.json", "runs.parquet"):
        (folder / name).unlink()
    result = CliRunner().invoke(app, ["report", str(folder), "--out", str(tmp_path / "r.html")])
    assert result.exit_code == 0, result.output
    page = Page((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert "not recorded with these tables" in page.text and "Do the second wells exist" not in page.text


@pytest.mark.parametrize("out", ["", "nowhere/r.html"])
def test_a_file_that_cannot_be_written_is_refused_before_the_work(study, tmp_path, out):
    with pytest.raises(InputError, match="--out"):
        write_report(study, tmp_path / out)


def test_a_folder_without_tables_is_refused(tmp_path):
    result = CliRunner().invoke(app, ["report", str(tmp_path)])
    assert result.exit_code != 0 and not list(tmp_path.iterdir())


def test_symbols_are_typeset_after_escaping():
    assert typeset("omega_1^4 < b3 <= 2 +- 1") == "ω<sub>1</sub><sup>4</sup> &lt; b<sub>3</sub> ≤ 2\u00a0±\u00a01"
    assert typeset("<b>omega</b>") == "&lt;b&gt;ω&lt;/b&gt;"
    assert typeset("sqrt(8/9) 10^−9 omega_max A_g c_T") == "√(8/9) 10<sup>−9</sup> ω<sub>max</sub> A<sub>g</sub> c_T"
    assert verbatim("a_<b") == "<code>a_<wbr>&lt;b</code>"
