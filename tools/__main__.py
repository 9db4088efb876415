"""`python -m tools` is `vankho`."""

from tools.cli import main

if __name__ == "__main__":
    main()
