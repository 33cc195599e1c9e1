#!/usr/bin/env python
"""The product's commands. They find the database that `make run` started, or start it for themselves."""

import os
import sys
import warnings

from django.core.management import execute_from_command_line
from django.db.utils import OperationalError

from config import environment
from config.embedded import session
from config.embedded.trouble import CannotStart


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    # makemigrations needs no database, and warns at length where there is none.
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    try:
        with session.database(sys.argv[1:]):
            execute_from_command_line(sys.argv)
    except CannotStart as trouble:
        sys.exit(str(trouble))
    except OperationalError as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(_in_one_line(error))


def _in_one_line(error: OperationalError) -> str:
    if wrong := environment.problems:
        return "\n".join(str(problem) for problem in wrong)
    if not os.environ.get("DATABASE_URL"):
        return "This needs the database. Set DATABASE_URL, or leave it to `make run`."
    return f"The database cannot be used: {str(error).strip().splitlines()[0]}"


if __name__ == "__main__":
    main()
