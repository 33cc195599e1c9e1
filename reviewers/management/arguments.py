"""What the commands take on their command line, refused in words that help."""

import argparse

from django.core.exceptions import ValidationError


def printable(value: str) -> str:
    """A text that a person can read and a database can store."""
    if not value.strip() or not value.isprintable():
        raise argparse.ArgumentTypeError("give a text of printable characters that is not empty")
    return value.strip()


def in_one_line(error: ValidationError) -> str:
    return " ".join(error.messages)
