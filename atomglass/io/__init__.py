"""Files of configurations, and files that are written completely or not at all."""
