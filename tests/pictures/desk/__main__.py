"""`python -m tests.pictures.desk` takes the pictures with the product that `python -m tests.pictures` starts for it."""

import sys

from config.embedded.output import show
from tests import chrome
from tests.pictures.desk import cases, shots


def main() -> int:
    if chrome.path() is None:
        show("There is no Chromium here, so no pictures are taken.")
        return 1
    for path in shots.take(cases.fill()):
        show(f"{path.stat().st_size / 1024:6.0f} KB  {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
