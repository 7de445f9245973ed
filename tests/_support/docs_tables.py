"""The functions of `.ci/rewrite_docs_tables.py`, for tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_PATH = Path(__file__).parents[2] / ".ci" / "rewrite_docs_tables.py"
_SPEC = importlib.util.spec_from_file_location("rewrite_docs_tables", _PATH)
assert _SPEC is not None and _SPEC.loader is not None
script = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(script)
