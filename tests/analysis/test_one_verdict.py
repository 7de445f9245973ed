"""The summary, `analyze` and the report give one verdict on the same modes, and say what it rests on."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from report_pages import write_study
from study_runs import said
from study_tables import fake_spots

from atomglass.analysis.report.html_report import write_report
from atomglass.analysis.report.summary import summarize
from atomglass.analysis.results.study_analysis import analyze
from atomglass.study.load import load_study

pytestmark = pytest.mark.extended

#: One line of an exponent: group, modes, s +- error, and the verdict with its reason.
SUMMARY = r"^  (A|B|all) +(\d+)  (-?[\d.]+) \+- [\d.]+ .*?(agrees|differs|undecided): (.+)$"
ANALYZE = r"^(A|B|all) +kept +(\d+) .* (agrees|differs|undecided): (.+?) *$"


def verdicts(text: str, pattern: str) -> list[tuple[str, int, str, str]]:
    """Return group, modes, verdict and reason of every line."""
    return [(m[1], int(m[2]), *m.groups()[-2:]) for m in re.finditer(pattern, text, re.MULTILINE)]


def in_report(page: str) -> list[tuple[str, int, str, str]]:
    """Return the same of the tables of exponents in a report, but those of all harmonic modes whatever their PR."""
    found = []
    for table in re.findall(
        r"<figcaption[^>]*>(?:(?!</figcaption>).)*up to the bound of each glass.*?</table>", page, re.DOTALL
    ):
        harmonic = "Harmonic modes, " in table.split("D(", 1)[0]
        if harmonic and "PR" not in table.split(": D", 1)[0]:
            continue  # without the cut: only the report and `analyze` have these
        for row in re.findall(r"<tr><td>.*?</tr>", table):
            cells = dict(re.findall(r'<i class="label">([^<]*)</i><span>(.*?)</span></td>', row))
            verdict = re.sub(r"<[^>]+>", "", cells["verdict"]).split()[-1]
            because = cells["because"].replace("&lt;", "<")
            found.append((cells["group"], int(cells["modes"]), verdict, because))
    return found


@pytest.fixture(scope="module", params=["power laws", "no power law"])
def folder(request, tmp_path_factory) -> Path:
    """A study whose harmonic modes follow power laws, or are so thinned out near the bound that none fits."""
    folder = write_study(tmp_path_factory.mktemp("verdict") / "study", wells=False, group_a=400, group_b=150)
    spots, realizations = fake_spots(pd.read_parquet(folder / "realizations.parquet"), 1500, 500)
    if request.param == "no power law":
        modes = pd.read_parquet(folder / "modes.parquet")
        modes = modes[~modes["frequency"].between(0.3, 0.42)]
        modes.to_parquet(folder / "modes.parquet")
    realizations.to_parquet(folder / "realizations.parquet")
    spots.to_parquet(folder / "spots.parquet")
    (folder / "study.json").unlink()
    return folder


def test_all_outputs_give_the_same_verdicts(folder: Path):
    study = load_study(folder)
    found = analyze(study)
    expected = [
        (r.group, r.modes, r.verdict, r.because)
        for table in (found.spot_exponents, found.exponents)
        for r in table.itertuples()
    ]
    in_summary = verdicts(summarize(study.modes, study.realizations, spots=study.spots), SUMMARY)
    assert in_summary == expected
    printed = said("analyze", folder)
    blocks = printed.split("Effective exponents of harmonic modes")
    assert verdicts(blocks[0], ANALYZE) + verdicts(blocks[1], ANALYZE) == expected
    page = write_report(folder).read_text(encoding="utf-8")
    assert sorted(in_report(page)) == sorted(expected)
    statements = found.statements.set_index("quantity")
    for r in found.exponents[found.exponents["group"] != "all"].itertuples():
        row = statements.loc[f"exponent of D(omega) in {r.group}"]
        assert row["verdict"] == r.verdict and row["note"].startswith(r.because)


def test_a_verdict_says_if_no_power_law_fits(folder: Path):
    study = load_study(folder)
    text = summarize(study.modes, study.realizations)
    fits = {line[0]: line[2:] for line in verdicts(text, SUMMARY)}
    bent = (study.modes["frequency"].between(0.3, 0.42)).sum() == 0
    assert (fits["all"] == ("differs", "no power law fits, p < 0.01")) == bent
    assert "A verdict asks for both" in " ".join(text.split())


def test_a_summary_without_the_bound_s_modes_says_so(folder: Path):
    study = load_study(folder)
    low = study.realizations.assign(complete_below=study.realizations["first_phonon_frequency"] * 0.5)
    text = " ".join(summarize(study.modes, low).split())
    assert "No exponents of harmonic modes are given: the frequency bound in units of the chain's median" in text
    assert "--frequency" in text and not verdicts(text, SUMMARY)
