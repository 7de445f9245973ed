"""Results as text for a terminal, as a plain summary and as one HTML file."""
