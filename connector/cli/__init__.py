"""The command `leadmode`. Heavy modules are imported by the commands that need them."""

from __future__ import annotations


def main() -> None:
    """The entry point: reads the arguments of the process and ends it with an exit code."""
    from connector.cli.app import app  # noqa: PLC0415 - whoever imports the package pays nothing

    app(prog_name="leadmode")
