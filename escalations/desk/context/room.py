"""How much one page shows: so many characters and so many rows. What does not fit is loaded when it is asked for."""

from dataclasses import dataclass
from urllib.parse import urlencode

TEXT_AT_ONCE = 64 * 1024  # characters of one text
PAGE_AT_ONCE = 192 * 1024  # characters of all texts together
PATH_AT_MOST = 1_000  # characters
ROWS_AT_ONCE = 1_500  # values, messages and lines together


@dataclass
class Room:
    """What a page has left. `is_everything` is false once something did not fit."""

    characters: int = PAGE_AT_ONCE
    rows: int = ROWS_AT_ONCE
    is_everything: bool = True

    def takes(self, characters: int) -> bool:
        if characters > self.characters:
            self.is_everything = False
            return False
        self.characters -= characters
        return True

    def rows_of(self, wanted: int) -> int:
        """How many of the rows there is room for; at least one, so that there is always something to go on from."""
        given = max(1, min(wanted, self.rows)) if wanted > 0 else 0
        self.rows -= given
        self.is_everything = self.is_everything and given >= wanted
        return given


@dataclass(frozen=True)
class More:
    """What is not on the page: where it starts, where it ends, and how to ask for it."""

    path: str
    kind: str
    start: int
    stop: int

    @property
    def count(self) -> int:
        return self.stop - self.start

    @property
    def query(self) -> str:
        """Empty when the place has too long a name for an address; then the raw data is what is left."""
        if len(self.path) > PATH_AT_MOST:
            return ""
        return urlencode({"at": self.path, "as": self.kind, "from": self.start, "to": self.stop}, errors="replace")
