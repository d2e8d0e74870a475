"""`python -m lab.webhook`: the server without the rest of the lab."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lab.webhook.options import Options
from lab.webhook.server import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run with a command line's options (of the process, unless given); the exit code is that of `serve`.

    Raises:
        SystemExit: the command line is wrong (2), or asks for help (0).
    """
    parser = argparse.ArgumentParser(prog="python -m lab.webhook", description=__doc__)
    parser.add_argument("--listen", required=True, metavar="ADDR:PORT", help="where to answer, over mutual TLS")
    parser.add_argument("--cert", required=True, type=Path, metavar="FILE", help="the server's certificate, PEM")
    parser.add_argument("--key", required=True, type=Path, metavar="FILE", help="its private key, PEM, not encrypted")
    parser.add_argument(
        "--client-ca", required=True, type=Path, metavar="FILE", help="what client certificates must be signed by, PEM"
    )
    parser.add_argument("--policy", required=True, type=Path, metavar="FILE", help="the policy, YAML")
    parser.add_argument(
        "--health-listen",
        default="",
        metavar="ADDR:PORT",
        help="also answer /healthz, /readyz and /metrics here, without TLS",
    )
    parser.add_argument("--check", action="store_true", help="only check the files, and end")
    return serve(Options(**vars(parser.parse_args(arguments))))


if __name__ == "__main__":
    sys.exit(main())
