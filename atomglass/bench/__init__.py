"""How fast this is on this machine: beside plain and tuned C, and beside other programs, on one and the same sample."""
