"""Reading the schema of an answer: the subset of JSON Schema 2020-12 that a person can fill in as a form.

Whatever lies outside of the subset is refused where it stands, with what to write instead: a form that silently asks
for less than the agent needs would give it answers that it cannot use. References to `#/$defs` and `anyOf` with null
are taken because the usual libraries write them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NoReturn

from escalations.answers import choices, keywords, storable
from escalations.answers.fields import Field, Kind
from escalations.answers.flaws import JSON, Flaw, below
from escalations.answers.rules import violations

BYTES_AT_MOST = 16 * 1024
FIELDS_AT_MOST = 50
DEPTH_AT_MOST = 4  # objects within objects
ITEMS_AT_MOST = 50
TEXT_AT_MOST = 20_000  # characters
NAME_AT_MOST = 128
REFERENCES_AT_MOST = 8  # in a row

NULL: JSON = {"type": "null"}

Node = dict[str, JSON]
KINDS = {
    "object": Kind.OBJECT,
    "array": Kind.LIST,
    "string": Kind.TEXT,
    "number": Kind.NUMBER,
    "integer": Kind.INTEGER,
    "boolean": Kind.BOOLEAN,
}
TYPES = {kind: word for word, kind in KINDS.items()}
FLAT = frozenset(Kind) - {Kind.OBJECT, Kind.LIST}


class Unreadable(Exception):
    """The schema lies outside of the subset."""

    def __init__(self, flaws: list[Flaw]) -> None:
        super().__init__(flaws)
        self.flaws = flaws


def check_schema(schema: JSON, at: str = "/response_schema") -> list[Flaw]:
    try:
        read(schema, at)
    except Unreadable as error:
        return error.flaws
    return []


def read(schema: JSON, at: str = "/response_schema") -> Field:
    """The form that the schema asks for. Raises Unreadable."""
    if flaws := storable.flaws_of(schema, at, bytes_at_most=BYTES_AT_MOST):
        raise Unreadable(flaws)
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise Unreadable([Flaw(at, "not_an_object", 'Give a schema with "type": "object" and properties.')])
    reader = _Reader(schema, at)
    top = {word: value for word, value in schema.items() if word not in {"$schema", "$id", "$defs"}}
    field = reader.field(top, at)
    if reader.flaws or field is None:
        raise Unreadable(reader.flaws[: storable.FLAWS_AT_MOST])
    return field


class _Reader:
    """Walks a schema once, and collects what is wrong with it."""

    def __init__(self, schema: Node, at: str) -> None:
        definitions = schema.get("$defs", {})
        self.definitions = definitions if isinstance(definitions, dict) else {}
        self.at = at
        self.flaws: list[Flaw] = []
        self.count = -1  # the top is no field of its own

    def field(self, node: JSON, at: str, depth: int = 0) -> Field | None:
        self.count += 1
        if self.count > FIELDS_AT_MOST:
            self._give_up(at, "too_many_fields", f"A form has at most {FIELDS_AT_MOST} fields. Ask for less at once.")
        found = self._resolved(node, at)
        if found is None:
            return None
        node, at, is_nullable = found
        kind = self._kind(node, at)
        if kind is None:
            return None
        self.flaws += keywords.check(node, kind, at)
        blank = Field("", kind, is_nullable=is_nullable or "null" in _listed(node.get("type")))
        return self._noted(self._of_kind(blank, node, at, depth), node, at)

    def _of_kind(self, blank: Field, node: Node, at: str, depth: int) -> Field:
        if blank.kind == Kind.OBJECT:
            return self._object(blank, node, at, depth)
        if blank.kind == Kind.LIST:
            return self._list(blank, node, at, depth)
        if blank.kind in {Kind.CHOICE, Kind.CONSTANT}:
            return self._choice(blank, node, at)
        return self._scalar(blank, node, at)

    def _resolved(self, node: JSON, at: str) -> tuple[Node, str, bool] | None:
        """The node with its references followed, where it stands, and whether it may be null beside that."""
        is_nullable = False
        for _ in range(REFERENCES_AT_MOST):
            if not isinstance(node, dict):
                self._refuse(at, "wrong_type", "Give a schema: an object with a type.")
                return None
            word = _indirect(node)
            if not word:
                return node, at, is_nullable
            notes = {name: value for name, value in node.items() if name in keywords.NOTES}
            for name in set(node) - {word, *notes}:
                self._refuse(below(at, name), "unsupported_keyword", f"Write it where {word} leads to.")
            if word == "$ref":
                name = str(node[word]).removeprefix("#/$defs/")
                if name not in self.definitions:
                    self._refuse(below(at, word), "unknown_reference", keywords.INSTEAD[word])
                    return None
                at, target = below(self.at, "$defs", name), self.definitions[name]
            else:
                target, is_nullable = _not_null(node[word]), True
            node = target | notes if isinstance(target, dict) else target
        self._refuse(at, "too_deep", "These references go round in a circle.")
        return None

    def _kind(self, node: Node, at: str) -> Kind | None:
        if word := choices.keyword(node):
            return Kind.CONSTANT if word == "const" else Kind.CHOICE
        types = _listed(node.get("type"))
        words = [word for word in types if word != "null"]
        if len(words) == 1 and isinstance(words[0], str) and words[0] in KINDS and len(types) <= 2:
            return KINDS[words[0]]
        detail = 'Give one type of object, array, string, number, integer or boolean, with "null" beside it if need be.'
        indirect = next((word for word in ("allOf", "oneOf", "anyOf", "not") if word in node), None)
        if "type" not in node and indirect:
            self._refuse(below(at, indirect), "unsupported_keyword", keywords.INSTEAD[indirect])
            return None
        self._refuse(below(at, "type") if "type" in node else at, "unsupported_type", detail)
        return None

    def _object(self, blank: Field, node: Node, at: str, depth: int) -> Field:
        if depth >= DEPTH_AT_MOST:
            self._give_up(at, "too_deep", f"Objects stand at most {DEPTH_AT_MOST} levels deep. Ask for a flatter one.")
        properties, required = node.get("properties"), node.get("required", [])
        if not isinstance(properties, dict) or not properties:
            self._refuse(below(at, "properties"), "required", "Name at least one property.")
            return blank
        self._check_names(properties, required, at)
        needed = required if isinstance(required, list) else []
        read = {
            name: self.field(properties[name], below(at, "properties", name), depth + 1) for name in _in_order(node)
        }
        fields = tuple(
            replace(field, name=name, is_required=name in needed) for name, field in read.items() if field is not None
        )
        rules: dict[str, Any] = {
            "type": _types(blank),
            "properties": {field.name: field.rules for field in fields},
            "required": [field.name for field in fields if field.is_required],
            "additionalProperties": False,
        }
        return replace(blank, rules=rules, fields=fields)

    def _check_names(self, properties: Node, required: JSON, at: str) -> None:
        for name in properties:
            if not name.strip() or len(name) > NAME_AT_MOST:
                self._refuse(below(at, "properties", name[:NAME_AT_MOST]), "invalid_name", "Give it a shorter name.")
        if not isinstance(required, list):
            self._refuse(below(at, "required"), "wrong_type", "Give a list of names.")
            return
        for index, needed in enumerate(required):
            if needed not in list(properties):
                self._refuse(below(at, "required", index), "unknown_field", "There is no such property to fill in.")

    def _list(self, blank: Field, node: Node, at: str, depth: int) -> Field:
        if "items" not in node:
            self._refuse(below(at, "items"), "required", "Say what the list holds.")
            return blank
        item = self.field(node["items"], below(at, "items"), max(depth, DEPTH_AT_MOST - 1))
        if item is None:
            return blank
        inner = item.fields if item.kind == Kind.OBJECT else (item,)
        if not all(each.kind in FLAT for each in inner) or item.is_nullable or item.kind == Kind.CONSTANT:
            self._refuse(
                below(at, "items"),
                "unsupported_type",
                "A list holds plain values or flat objects, never null or lists.",
            )
        rules = _rules(blank, node) | {"items": item.rules}
        self._limit(rules, "Items", ITEMS_AT_MOST, at)
        return replace(blank, rules=rules, item=item)

    def _choice(self, blank: Field, node: Node, at: str) -> Field:
        found, flaws = choices.read(node, at)
        self.flaws += flaws
        types = _listed(node.get("type"))
        if not all(isinstance(word, str) and word in {*KINDS, "null"} for word in types):
            self._refuse(below(at, "type"), "unsupported_type", "Leave the type of a choice out, or name its types.")
            types = []
        for each in found if types else ():
            if violations({"type": types}, each.value, ""):
                self._refuse(at, "impossible", f"The choice {each.title} is not of the type that is given.")
        is_nullable = blank.is_nullable or any(each.value is None for each in found)
        offered = tuple(each for each in found if each.value is not None)
        values = [each.value for each in offered] + ([None] if is_nullable else [])
        return replace(blank, rules={"enum": values}, choices=offered, is_nullable=is_nullable)

    def _scalar(self, blank: Field, node: Node, at: str) -> Field:
        rules = _rules(blank, node)
        if blank.kind == Kind.TEXT:
            self._limit(rules, "Length", TEXT_AT_MOST, at)
        return replace(blank, rules=rules)

    def _limit(self, rules: dict[str, Any], what: str, at_most: int, at: str) -> None:
        """A person gives no more than that, also where the agent would take more."""
        least, most = rules.get(f"min{what}", 0), rules.get(f"max{what}", at_most)
        if isinstance(least, int) and least > at_most:
            self._refuse(below(at, f"min{what}"), "impossible", f"A person gives at most {at_most:,} of them.")
        rules[f"max{what}"] = min(most, at_most) if isinstance(most, int) else at_most

    def _noted(self, field: Field, node: Node, at: str) -> Field:
        examples = node.get("examples", [])
        noted = replace(
            field,
            title=str(node.get("title", "")),
            description=str(node.get("description", "")),
            has_default="default" in node,
            default=node.get("default"),
            examples=tuple(examples) if isinstance(examples, list) else (),
        )
        if noted.has_default and not self.flaws:
            wrong = violations(field.rules, noted.default, below(at, "default"))
            self.flaws += [Flaw(flaw.pointer, "invalid_default", flaw.detail) for flaw in wrong]
        return noted

    def _refuse(self, at: str, code: str, detail: str) -> None:
        """Notes the flaw, and reads on: an agent learns of all of its mistakes at once."""
        self.flaws.append(Flaw(at, code, detail))

    def _give_up(self, at: str, code: str, detail: str) -> NoReturn:
        raise Unreadable([*self.flaws, Flaw(at, code, detail)])


def _indirect(node: Node) -> str:
    """The keyword that leads to another schema: a reference, or `anyOf` with null, as libraries write an optional."""
    if "$ref" in node:
        return "$ref"
    return next((word for word in ("anyOf", "oneOf") if _not_null(node.get(word)) is not None), "")


def _not_null(options: JSON) -> JSON:
    """X of `[X, null]`; None when it is anything else."""
    if not isinstance(options, list) or len(options) != 2 or NULL not in options:
        return None
    return next((each for each in options if each != NULL), None)


def _listed(types: JSON) -> list[JSON]:
    return types if isinstance(types, list) else [] if types is None else [types]


def _in_order(node: Node) -> list[str]:
    """As propertyOrdering has it, then required, then by name: objects lose their order on the way through jsonb."""
    properties = node["properties"]
    lists = [node.get(word) for word in ("propertyOrdering", "required")]
    wanted = [name for each in lists if isinstance(each, list) for name in each if isinstance(name, str)]
    return [name for name in dict.fromkeys([*wanted, *sorted(properties)]) if name in properties]


def _types(field: Field) -> list[str]:
    return [TYPES[field.kind], "null"] if field.is_nullable else [TYPES[field.kind]]


def _rules(field: Field, node: Node) -> dict[str, Any]:
    return {"type": _types(field)} | {word: node[word] for word in keywords.RULES.get(field.kind, ()) if word in node}
