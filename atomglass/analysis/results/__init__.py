"""Results of a study: exponents, spectra, tests of the theory, comparisons with the paper and with other studies."""
