"""Reading and writing configurations, and writing files completely or not at all."""
