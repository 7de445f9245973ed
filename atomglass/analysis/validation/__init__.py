"""How good the statistics are, measured on synthetic modes whose law is known."""
