"""Coupled soft oscillators: vibrational instability, boson peak, scattering of sound (Parshin et al. 2007)."""
