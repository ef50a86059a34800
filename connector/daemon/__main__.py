"""`python -m connector.daemon CONFIG`: the daemon without the command line around it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from connector.daemon.exits import ExitCode
from connector.daemon.service import run


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(ExitCode.USAGE, f"{self.prog}: {message}\n")


def main() -> int:
    """Run the daemon by the configuration that the command line names; returns the exit code."""
    parser = _Parser(prog="python -m connector.daemon", description=run.__doc__)
    parser.add_argument("config", type=Path, help="the configuration file")
    parser.add_argument("--json-log", action="store_true", help="log lines as JSON objects")
    arguments = parser.parse_args()
    return run(arguments.config, as_json=arguments.json_log)


if __name__ == "__main__":
    sys.exit(main())
