"""Configurations in files, and files that appear only when complete."""
