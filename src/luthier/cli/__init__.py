"""Floor 5: the command line. One command a file; each calls the library once."""

from luthier.cli.app import main as main

__all__ = ["main"]
