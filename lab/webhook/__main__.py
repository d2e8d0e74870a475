"""`python -m lab.webhook`: the server without the rest of the lab."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import MISSING

from lab.webhook.options import Options, flags
from lab.webhook.server import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run with a command line's options (of the process, unless given); the exit code is that of `serve`.

    Raises:
        SystemExit: the command line is wrong (2), or asks for help (0).
    """
    parser = argparse.ArgumentParser(
        prog="python -m lab.webhook", description="The reference image policy webhook (docs/webhook.md)."
    )
    for flag, option in flags().items():
        if option.type is bool:
            parser.add_argument(flag, action="store_true", help=option.metadata["help"])
        elif option.default is MISSING:
            parser.add_argument(flag, type=option.type, required=True, **option.metadata)
        else:
            parser.add_argument(flag, type=option.type, default=option.default, **option.metadata)
    return serve(Options(**vars(parser.parse_args(arguments))))


if __name__ == "__main__":
    sys.exit(main())
