"""The committed N = 400 study, replayed from its seed: the published rows come back on any processor with AVX-512.

Bits depend on the instructions that the compiler chooses. `NUMBA_CPU_NAME` names the processor to compile for; the
tables were made on an AMD Zen 5.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

DATA = Path(__file__).parents[2] / "data" / "kumar2021_n400"
#: Realizations replayed, and the processor for which the kernels are compiled.
COUNT, PROCESSOR = 20, "znver4"
REPLAY = """
import json, sys
from atomglass.study.models.glass import GLASS
from atomglass.study.registry import read_study
settings = read_study("kumar2021_n400")
sampler, rows = GLASS.start(settings, 0), []
for index in range(int(sys.argv[1])):
    while sampler.sweep < GLASS.steps(settings, index):
        GLASS.advance(settings, sampler, GLASS.steps(settings, index), lambda sweeps: None)
    rows.append(GLASS.realize(settings, sampler, lambda: None).row)
print(json.dumps(rows))
"""
#: Columns that the replay must give to 12 digits, and those that must be equal.
NUMBERS = ("liquid_energy_per_particle", "energy_per_particle", "shear_modulus", "first_phonon_frequency", "pressure")
EQUAL = ("status", "rattlers", "iterations", "evaluations")


def has_avx512() -> bool:
    return "avx512vbmi" in Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else False


@pytest.mark.slow
@pytest.mark.skipif(not has_avx512(), reason="the tables were made with AVX-512, which this processor lacks")
def test_chain_0_reproduces_its_rows() -> None:
    environment = {**os.environ, "NUMBA_CPU_NAME": PROCESSOR, "NUMBA_CPU_FEATURES": ""}
    command = [sys.executable, "-c", REPLAY, str(COUNT)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    ours = pd.DataFrame(json.loads(done.stdout))
    published = pd.read_parquet(DATA / "realizations.parquet").query("chain == 0").head(COUNT)
    for name in NUMBERS:
        assert ours[name].to_numpy() == pytest.approx(published[name].to_numpy(), rel=1e-12, nan_ok=True), name
    for name in EQUAL:
        assert ours[name].tolist() == published[name].tolist(), name
