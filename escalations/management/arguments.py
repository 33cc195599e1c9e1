"""What the commands take on their command line, refused in words that help."""

import argparse

from django.core.exceptions import ValidationError


def printable(value: str) -> str:
    """A text that a person can read and a database can store."""
    if not value.strip() or not value.isprintable():
        raise argparse.ArgumentTypeError("give a text of printable characters that is not empty")
    return value.strip()


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


def in_one_line(error: ValidationError) -> str:
    return " ".join(error.messages)
