"""The command line: one module for each group of commands. Imports of the work happen inside the commands."""
