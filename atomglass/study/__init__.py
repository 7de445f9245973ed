"""Studies: many realizations of one model, computed by any number of processes, collected into tables."""
