"""Linear algebra: direct solution with sparse symmetric matrices."""
