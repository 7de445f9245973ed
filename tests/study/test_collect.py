"""Collecting shards into tables: columns that an earlier version did not write."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from atomglass.study.collect import _TableWriter
from atomglass.study.protocol import FLOAT, INT, TEXT, Column
from atomglass.study.schema import schema, table

OLD = (Column("number", INT, "", "a number"), Column("energy", FLOAT, "epsilon", "an energy"))
NEW = (*OLD, Column("stiffness", FLOAT, "epsilon/sigma^2", "new"), Column("group", TEXT, "", "new"))


def test_columns_of_a_later_version_are_empty_in_older_shards() -> None:
    file = io.BytesIO()
    with _TableWriter(file, schema(NEW)) as writer:
        writer.add(table(OLD, [{"number": 1, "energy": 0.5}, {"number": 2, "energy": 0.25}]))
        writer.add(table(NEW, [{"number": 3, "energy": 1.0, "stiffness": 2.0, "group": "A"}]))
    found = pq.read_table(pa.BufferReader(file.getvalue()))
    assert found["number"].to_pylist() == [1, 2, 3]
    np.testing.assert_array_equal(found["stiffness"].to_numpy(), [np.nan, np.nan, 2.0])
    assert found["stiffness"].null_count == 0, "a missing number is NaN, as in rows without it"
    assert found["group"].to_pylist() == [None, None, "A"]
