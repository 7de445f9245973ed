"""Types of the columns of loaded tables: plain ones, and pandas' nullable ones on demand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import atomglass as ag

DATA = Path(__file__).parents[2] / "data" / "tls_kumar2021_3d"


def test_missing_values_are_kept_apart_on_demand():
    plain, nullable = ag.load_study(DATA), ag.load_study(DATA, nullable=True)
    assert not isinstance(plain.tls["spot_group"].dtype, pd.CategoricalDtype)
    assert isinstance(nullable.tls["spot_group"].dtype, pd.CategoricalDtype)
    assert plain.tls["below_barrier"].dtype == object and nullable.tls["below_barrier"].dtype == "boolean"
    event = nullable.transitions["event"]
    assert isinstance(event.dtype, pd.Int64Dtype | pd.Int32Dtype) and event.isna().any()
    assert plain.transitions["event"].dtype == float
    for name in ("modes", "realizations", "tls", "transitions", "minima", "spots"):
        one, other = getattr(plain, name), getattr(nullable, name)
        assert list(one) == list(other) and len(one) == len(other)
        for column in one.select_dtypes("number"):
            assert np.array_equal(one[column].to_numpy(float), other[column].to_numpy(float, na_value=np.nan), True)
    assert (nullable.modes["group"] == "B").sum() == (plain.modes["group"] == "B").sum()
