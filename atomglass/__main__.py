"""Let `python -m atomglass` be the command line."""

from atomglass.cli.start import start

if __name__ == "__main__":
    start()
