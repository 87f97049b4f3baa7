"""``python -m trafficking_stats`` and the command ``trafficking-stats``."""

import sys

from trafficking_stats.errors import ExtraError
from trafficking_stats.extras import needs


def main() -> None:
    """Run the command, or say which extra it lacks."""
    try:
        with needs("report", "The command line"):
            from trafficking_stats import cli
    except ExtraError as error:
        sys.exit(f"error: {error}")
    cli.main()


if __name__ == "__main__":
    main()
