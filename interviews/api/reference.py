"""The API's OpenAPI document, and the same laid out for a page that people read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from interviews.api import api, errors

PREFIX = "/api/v1/"
Schema = Mapping[str, Any]  # JSON Schema


@lru_cache(maxsize=1)
def document() -> Mapping[str, Any]:
    """Give the OpenAPI document; it is the same for everybody."""
    return api.get_openapi_schema(path_prefix=PREFIX)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a call takes."""

    name: str
    place: str
    kind: str
    is_needed: bool
    about: str


@dataclass(frozen=True, slots=True)
class Field:
    """What an answer has; ``path`` names the way to it, with [] for each of a list."""

    path: str
    kind: str
    about: str


@dataclass(frozen=True, slots=True)
class Call:
    """One address: what it is for, what it takes and gives, and how a shell asks it."""

    id: str
    title: str
    path: str
    about: str
    parameters: tuple[Parameter, ...]
    fields: tuple[Field, ...]
    statuses: tuple[int, ...]
    example: str


# What the example of a call asks for, where it would say nothing without.
_EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "interviews": {"state": "scored", "limit": "100"},
    "scorecards": {"question": "ad-click-prediction", "rater": "rules"},
}


def calls(origin: str) -> tuple[Call, ...]:
    """Lay out every call of the API at an origin (https://name)."""
    return tuple(
        _call(origin, path, operation["get"]) for path, operation in document()["paths"].items()
    )


def refusal_fields() -> tuple[Field, ...]:
    """Lay out what every refusal has."""
    return tuple(_fields({"$ref": "#/components/schemas/Refusal"}))


def refusals() -> tuple[tuple[int, str, str], ...]:
    """Give status, code and words of every refusal."""
    return tuple((status, *words) for status, words in errors.WORDS.items())


def _call(origin: str, path: str, operation: Mapping[str, Any]) -> Call:
    answer = operation["responses"][200]["content"]["application/json"]["schema"]
    query = urlencode(_EXAMPLES.get(operation["operationId"], {}))
    address = f"{origin}{path}?{query}" if query else f"{origin}{path}"
    return Call(
        id=operation["operationId"],
        title=operation["summary"],
        path=path,
        about=" ".join(operation["description"].split()),
        parameters=tuple(
            Parameter(
                each["name"],
                each["in"],
                _kind(each["schema"]),
                each["required"],
                each.get("description", ""),
            )
            for each in operation["parameters"]
        ),
        fields=tuple(_fields(answer)),
        statuses=tuple(status for status in operation["responses"] if status != 200),
        example=f'curl -H "Authorization: Bearer $TOKEN" "{address}"',
    )


def _fields(schema: Schema, path: str = "") -> Iterator[Field]:
    for name, each in _resolved(schema).get("properties", {}).items():
        there = f"{path}{name}"
        yield Field(there, _kind(each), each.get("description", ""))
        inner = next((one for one in _branches(each) if _is_object(one)), None)
        listed = next((one["items"] for one in _branches(each) if "items" in one), None)
        if inner is not None:
            yield from _fields(inner, f"{there}.")
        elif listed is not None:
            yield from _fields(listed, f"{there}[].")


def _branches(schema: Schema) -> list[Schema]:
    """What it may be, one by one, without null."""
    found = _resolved(schema)
    branches = [_resolved(each) for each in found.get("anyOf", [found])]
    return [each for each in branches if each.get("type") != "null"]


def _resolved(schema: Schema) -> Schema:
    if len(schema.get("allOf", [])) == 1:  # a reference with words of its own beside it
        return _resolved(schema["allOf"][0])
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rsplit("/", 1)[-1]
    found: Schema = document()["components"]["schemas"][name]
    return found


def _is_object(schema: Schema) -> bool:
    return "properties" in schema


def _kind(schema: Schema) -> str:
    words = [_word(each) for each in _branches(schema)]
    is_nullable = any(each.get("type") == "null" for each in _resolved(schema).get("anyOf", []))
    return " or ".join(dict.fromkeys([*words, "null"] if is_nullable else words))


def _word(schema: Schema) -> str:
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(str(value) for value in values if value != "")
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("type") == "string":
        return _FORMATS.get(schema.get("format", ""), "text")
    return _TYPES.get(schema.get("type", ""), "")


_FORMATS: Mapping[str, str] = {"uuid": "UUID", "date-time": "moment"}
_TYPES: Mapping[str, str] = {
    "array": "list",
    "boolean": "true or false",
    "integer": "whole number",
    "number": "number",
    "object": "object",
}
