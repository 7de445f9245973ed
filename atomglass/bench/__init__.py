"""How fast the package is on this machine, compared with plain and tuned C on one and the same sample."""
