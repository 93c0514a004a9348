"""Which command was asked for, and how is its answer, or its failure, told in the terminal?

Thin: each command imports what it needs, calls the library and prints (``commands``, ``terminal``). Errors become
one line on standard error in ``run`` and nowhere else. Nothing is computed.
"""

from arlab.cli.commands import app
from arlab.cli.run import main

__all__ = ["app", "main"]
