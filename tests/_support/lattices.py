"""Crystals, gases and diameters for the tests of diagnostics."""

from __future__ import annotations

import numpy as np

import atomglass as ag

FCC = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])
BCC = np.array([[0, 0, 0], [0.5, 0.5, 0.5]])
# hcp in its orthogonal cell of edges 1, sqrt 3, sqrt(8/3).
HCP = np.array([[0, 0, 0], [0.5, 0.5, 0], [0.5, 5 / 6, 0.5], [0, 1 / 3, 0.5]])
HCP_EDGES = np.sqrt([1, 3, 8 / 3])


def crystal(basis, cells, edges=1.0, noise=0.0, seed=0, diameters=None):
    """Return a crystal of density 1, of `cells` unit cells with these edges along each axis."""
    rng = np.random.default_rng(seed)
    d = basis.shape[1]
    corners = np.stack(np.meshgrid(*[np.arange(cells)] * d, indexing="ij"), -1).reshape(-1, 1, d)
    positions = ((corners + basis).reshape(-1, d) + 0.01) * edges
    box = np.full(d, cells) * edges
    scale = (len(positions) / np.prod(box)) ** (1 / d)
    positions = positions * scale + rng.normal(0, noise, positions.shape)
    diameters = np.ones(len(positions)) if diameters is None else diameters(len(positions), rng)
    return ag.Configuration(positions, diameters, box * scale)


def triangular(cells, **options):
    """Return a triangular crystal in its rectangular cell of two particles."""
    return crystal(np.array([[0, 0], [0.5, 0.5]]), cells, edges=np.array([1, np.sqrt(3)]), **options)


def gas(number, cell, seed=1):
    rng = np.random.default_rng(seed)
    cell = np.asarray(cell, float)
    positions = rng.random((number, len(cell))) @ (np.diag(cell) if cell.ndim == 1 else cell)
    return ag.Configuration(positions, ag.sample_diameters(number, rng, "quantile"), cell)


def quantile(number, rng):
    return ag.sample_diameters(number, rng, "quantile")
