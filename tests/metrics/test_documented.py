"""The page of the documentation says of each figure what the page of the desk says."""

import re

from django.conf import settings

from metrics.measures import DEFINITIONS

PAGE = (settings.BASE_DIR / "docs/metrics.md").read_text()


def test_every_definition_is_documented_and_no_other_is() -> None:
    documented = re.findall(r"^\| (?!figure|--)[^|]+ \| ([^|]+) \|$", PAGE, re.MULTILINE)
    assert documented == [str(text) for text in DEFINITIONS.values()]
