"""What does ``python -m arlab.cli`` do? The same as ``arlab``."""

from arlab.cli.run import main

if __name__ == "__main__":
    main()
