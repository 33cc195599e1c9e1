"""The file of a replay: one hand-off a line, as JSON. What else a line says (labels of a data set) is left out."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POSTED = ("source_agent", "issue_description", "priority", "context_data", "metadata")


class BadFile(Exception):
    """The file cannot be replayed; the text says where and why."""


@dataclass(frozen=True)
class Handoff:
    line: int
    source_agent: str
    body: dict[str, Any]

    @property
    def context(self) -> Any:  # noqa: ANN401 - any JSON
        return self.body.get("context_data", {})


def read(path: Path) -> list[Handoff]:
    """Every hand-off of the file, in its order. Raises BadFile."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise BadFile(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path} is not a text in UTF-8 (byte {error.start:,}).") from error
    found = [_handoff(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise BadFile(f"{path} holds no hand-off: it is empty.")
    return found


def _handoff(path: Path, number: int, line: str) -> Handoff:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"{path}, line {number}: this is not valid JSON ({error}).") from error
    if not isinstance(content, dict):
        raise BadFile(f"{path}, line {number}: give a JSON object.")
    for name in ("source_agent", "issue_description"):
        if not isinstance(content.get(name), str) or not content[name].strip():
            raise BadFile(f"{path}, line {number}: {name} must be a text that is not empty.")
    body = {name: content[name] for name in POSTED if name in content}
    body["source_agent"] = body["source_agent"].strip()
    return Handoff(number, body["source_agent"], body)


def canonical(value: Any) -> str:  # noqa: ANN401 - any JSON
    """The same text for the same JSON: keys in the order of RFC 8785, each number in one form."""
    match value:
        case dict():
            pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be", "surrogatepass"))
            return "{" + ",".join(f"{canonical(key)}:{canonical(inner)}" for key, inner in pairs) + "}"
        case list():
            return "[" + ",".join(map(canonical, value)) + "]"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return json.dumps(value, ensure_ascii=False)
