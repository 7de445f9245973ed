"""Analysis of collected studies: selection of modes, statistics, results, figures and reports."""
