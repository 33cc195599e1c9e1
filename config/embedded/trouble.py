"""What keeps the product from starting, in one line for the person at the terminal."""


class CannotStart(Exception):
    """The message is one plain line that says what is wrong and what to do."""
