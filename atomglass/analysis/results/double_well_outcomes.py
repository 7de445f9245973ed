"""How the displaced quasi-localized modes of a study ended: back in the same minimum, or in a new one."""

from __future__ import annotations

import pandas as pd

from atomglass.analysis.statistics.chain_errors import share
from atomglass.landscape.double_wells import Outcome


def outcome_table(wells: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Count how the displaced modes of each kind ended, as the header and rows of a table.

    Parameters
    ----------
    wells : DataFrame
        The table of second wells.

    Returns
    -------
    header : list of str
        Names of the columns. The medians are over modes that led to a new minimum.
    rows : list of list of str
        One row for each kind of mode that occurs.
    """
    header = [
        "modes",
        "count",
        *(str(outcome) for outcome in Outcome),
        "share new",
        "saddles",
        "height",
        "of quartic's",
    ]
    header += ["particles", "overlap", "deeper"]
    hidden = wells["second_minimum"].astype(bool)
    kinds = {
        "B": wells["group"] == "B",
        "A, hidden well": (wells["group"] == "A") & hidden,
        "A, no second well": (wells["group"] == "A") & ~hidden,
        "unbounded": ~wells["group"].isin(["A", "B"]),
    }
    return header, [_row(name, wells[chosen]) for name, chosen in kinds.items() if chosen.any()]


def _row(name: str, rows: pd.DataFrame) -> list[str]:
    counts = rows["outcome"].value_counts()
    new = rows[rows["outcome"] == str(Outcome.NEW)]
    led = share(rows["outcome"] == str(Outcome.NEW), rows["chain"])
    medians = new["barrier"].median(), (new["barrier"] / new["quartic_barrier"]).median()
    line = [name, str(len(rows)), *(str(counts.get(str(outcome), 0)) for outcome in Outcome)]
    line += [f"{led.value:.3f} +- {led.error:.3f}", str(int(new["barrier"].notna().sum()))]
    line += [f"{median:.2g}" for median in medians]
    line += [f"{new['moved_particles'].median():.0f}", f"{new['overlap'].median():.2f}"]
    return [*line, f"{(new['energy_difference'] < 0).mean():.2f}"]
