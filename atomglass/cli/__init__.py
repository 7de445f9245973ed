"""The command line: one module for each group of commands. Commands import what they need when they run."""
