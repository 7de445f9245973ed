"""Diagnostics of a sampler and of its samples: relaxation times, dynamics, structure, crystallization."""

from atomglass.diagnostics.autocorrelation import MemoryTime, autocorrelations, memory_time
from atomglass.diagnostics.bond_order import HexaticOrder, SteinhardtOrder, hexatic_order, steinhardt_order
from atomglass.diagnostics.crystallization import LiquidReport, liquid_report
from atomglass.diagnostics.dynamics import bond_breaking, bonds, mean_square_displacement, overlap
from atomglass.diagnostics.pair_forces import PairForces, pair_forces
from atomglass.diagnostics.structure import (
    RadialDistribution,
    SizeCorrelation,
    radial_distribution,
    size_correlation,
)
from atomglass.diagnostics.time_series import CorrelationTime, integrated_correlation_time, relaxation_time

__all__ = [
    "CorrelationTime",
    "HexaticOrder",
    "LiquidReport",
    "MemoryTime",
    "PairForces",
    "RadialDistribution",
    "SizeCorrelation",
    "SteinhardtOrder",
    "autocorrelations",
    "bond_breaking",
    "bonds",
    "hexatic_order",
    "integrated_correlation_time",
    "liquid_report",
    "mean_square_displacement",
    "memory_time",
    "overlap",
    "pair_forces",
    "radial_distribution",
    "relaxation_time",
    "size_correlation",
    "steinhardt_order",
]
