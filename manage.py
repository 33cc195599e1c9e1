#!/usr/bin/env python
"""The product's commands. They find the database that `make run` started, or start it for themselves."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db.utils import OperationalError

from config.embedded import session
from config.embedded.trouble import CannotStart


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        with session.database(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except CannotStart as trouble:
        sys.exit(str(trouble))
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        first_line = str(error).strip().partition("\n")[0]
        sys.exit(f"The database cannot be used: {first_line}")


if __name__ == "__main__":
    main()
