"""Figures of a study; none needs a display, and none changes the caller's Matplotlib settings."""
