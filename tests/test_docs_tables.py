"""The tables of our own numbers in the documentation are those of the data, and can be rewritten."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from docs_tables import results, two_level
from docs_tables import script as docs_tables
from report_pages import write_study
from study_tables import fake_study

from atomglass.analysis.results.study_analysis import analyze
from atomglass.analysis.results.study_comparison import compare_studies
from atomglass.analysis.statistics.number_format import TYPESET
from atomglass.errors import InputError
from atomglass.study.load import load_study

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    return write_study(tmp_path_factory.mktemp("study"))


@pytest.mark.parametrize("bound", [0.3, 0.4, 0.5])
def test_modes_that_a_search_misses_lower_an_exponent_as_a_thinned_sample_shows(bound: float) -> None:
    rng = np.random.default_rng(3)
    omega = 0.5 * rng.random(1_000_000) ** (1 / 4)
    found = np.ones(omega.size, dtype=bool)
    for low, high, share in results.MISSED:
        found &= (omega < low) | (omega >= high) | (rng.random(omega.size) >= share)

    def exponent(sample: np.ndarray) -> float:
        return 1 / np.mean(np.log(bound / sample[sample < bound])) - 1

    # Both samples are nearly the same modes, so that their difference is known far better than either exponent.
    assert results.lowered(3.0, bound) == pytest.approx(exponent(omega) - exponent(omega[found]), abs=0.004)


def synthetic(name: str, **options) -> SimpleNamespace:
    modes, realizations = fake_study(**options)
    return SimpleNamespace(modes=modes, realizations=realizations, settings={"name": name}, wells=None)


def test_exponents_are_written_into_a_page_and_other_studies_stay(study, tmp_path):
    page = tmp_path / "page.md"
    begin, end = docs_tables.EXPONENTS_BEGIN, docs_tables.EXPONENTS_END
    page.write_text(f"# Title\n\n{begin}\n| old | 1 |\n| zeta | 2 |\n{end}\nafter\n")
    found, realizations = analyze(load_study(study)), load_study(study).realizations
    for name in ("old", "new | name"):
        docs_tables.rewrite_exponents(page, docs_tables.exponent_rows(replace(found, name=name), realizations))
    lines = page.read_text().splitlines()
    assert lines[:3] == ["# Title", "", begin] and lines[-2:] == [end, "after"]
    rows = [line for line in lines if line.startswith("| ")]
    assert [row.split("|")[1].strip() for row in rows] == ["study", *["new / name"] * 3, *["old"] * 3, "zeta"]
    assert {row.count("|") for row in rows[:-1]} == {lines[3].count("|")} == {lines[4].count("|")}
    fit = found.exponents.iloc[0]
    assert f"| A | {fit['modes']} |" in rows[1] and TYPESET.with_error(fit["exponent"], fit["error"]) in rows[1]
    before = page.read_text()
    docs_tables.rewrite_exponents(page, docs_tables.exponent_rows(replace(found, name="old"), realizations))
    assert page.read_text() == before


def test_a_page_without_a_place_for_the_table_is_refused(tmp_path):
    page = tmp_path / "page.md"
    with pytest.raises(InputError, match="the page"):
        docs_tables.rewrite_exponents(page, [])
    page.write_text("nothing here")
    with pytest.raises(InputError, match="no place for the table"):
        docs_tables.rewrite_exponents(page, [])
    assert page.read_text() == "nothing here"


def test_the_page_of_the_docs_has_a_place_for_the_table(study, tmp_path):
    page = tmp_path / "page.md"
    page.write_text((Path(__file__).parents[1] / "docs/exponents_published.md").read_text())
    docs_tables.rewrite_exponents(
        page, docs_tables.exponent_rows(analyze(load_study(study)), load_study(study).realizations)
    )
    assert "| A |" in page.read_text()


def test_the_table_of_studies_is_written_into_a_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{docs_tables.STUDIES_BEGIN}\nold\n{docs_tables.STUDIES_END}\nafter\n")
    table = compare_studies([synthetic("one"), synthetic("a|b", group_b=0)])
    for _ in range(2):  # the second time changes nothing
        docs_tables.rewrite_studies(page, table)
    lines = page.read_text().splitlines()
    assert lines[:2] == ["before", docs_tables.STUDIES_BEGIN] and lines[-2:] == [docs_tables.STUDIES_END, "after"]
    assert len(lines) == 8
    assert {line.count("|") for line in lines[2:6]} == {lines[2].count("|")}
    assert lines[4].startswith("| one | 400 | 2 |")
    page.write_text("no place")
    with pytest.raises(InputError, match="no place for the table"):
        docs_tables.rewrite_studies(page, table)
    assert page.read_text() == "no place"
    with pytest.raises(InputError, match="the page"):
        docs_tables.rewrite_studies(tmp_path / "nowhere.md", table)


@pytest.mark.extended
def test_the_tables_of_the_results_are_those_of_the_data():
    texts = [(DATA.parent / "docs" / name).read_text(encoding="utf-8") for name in results.PAGES]
    assert results.rewritten(texts, results.load(DATA)) == texts


def test_a_page_without_a_place_for_a_table_of_results_is_refused():
    with pytest.raises(InputError, match="no place for the table answer"):
        results.rewritten(["nothing here", "nor here"], {})
    mark = "<!-- answer: written by `.ci/rewrite_results.py` -->\n<!-- end of answer -->"
    with pytest.raises(InputError, match="no place for the table answer"):
        results.rewritten([mark, mark], {})


@pytest.mark.extended
def test_the_tables_of_two_level_systems_are_those_of_the_data():
    text = (Path(__file__).parents[1] / "docs/two_level_systems.md").read_text(encoding="utf-8")
    folders = sorted(DATA.glob("tls_*"))
    assert len(folders) >= 2 and two_level.rewritten(text, two_level.page_tables(folders)) == text
