"""Let `python -m atomglass` be the command line."""

from atomglass.cli.main import main

if __name__ == "__main__":
    main()
