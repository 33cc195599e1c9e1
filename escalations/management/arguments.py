"""What the commands take on their command line, refused in words that help."""

import argparse

from reviewers.management.arguments import in_one_line, printable

__all__ = ["WholeNumber", "in_one_line", "printable"]


class WholeNumber:
    """A whole number within bounds; `200_000` is read, too."""

    def __init__(self, at_least: int, at_most: int) -> None:
        self.at_least = at_least
        self.at_most = at_most

    def __call__(self, value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            number = self.at_least - 1
        if not self.at_least <= number <= self.at_most:
            raise argparse.ArgumentTypeError(f"give a whole number from {self.at_least:,} to {self.at_most:,}")
        return number
