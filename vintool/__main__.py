"""``python -m vintool``: the command, where its script is not on the path."""

from vintool.cli.main import main

if __name__ == "__main__":
    main()
