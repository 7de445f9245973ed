"""What is done with the collected tables: distributions, exponents, figures, summaries."""
