"""The directory of a study: shards, checkpoints, inherent states, crash reports, and their provenance."""
