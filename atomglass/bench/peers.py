"""Benchmarks beside other programs from PyPI, each in a process of its own where the two take turns."""

from __future__ import annotations

BENCHMARKS: dict = {}
