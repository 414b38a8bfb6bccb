"""From JSON text to Structs: exact numbers, one bad element or entry costing only itself.

The fast path is one typed decode. When it fails, the text is decoded to plain values and the offending elements are taken
out one by one and named, until the rest fits (`salvage`).
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

import msgspec

from app.domain.errors import RecordUnreadable

T = TypeVar("T")

_TYPE_FIRST = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"([A-Za-z]{1,40})"')
_WHERE = re.compile(r" - at `\$(.*)`$")
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")
_MOST_ELEMENTS_TAKEN_OUT = 40


class Peek(msgspec.Struct, rename="camel", gc=False):
    """Just enough of a resource to know what it is."""

    resource_type: str | None = None
    id: str | None = None


def exact(text: str) -> Decimal:
    """A JSON number as it is written: 1.10 stays 1.10. Absurd exponents become NaN, which nothing accepts."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}


def decoder_for(struct: type[T]) -> msgspec.json.Decoder[T]:
    """The typed decoder of one Struct, made once."""
    found = _decoders.get(struct)
    if found is None:
        found = _decoders[struct] = msgspec.json.Decoder(struct, float_hook=exact)
    return found


def type_of(raw: bytes | memoryview) -> str | None:
    """`resourceType` of a resource's JSON text, or None when it has none or is no object."""
    first = _TYPE_FIRST.match(raw)
    if first:
        return first[1].decode()
    try:
        peek: Peek = decoder_for(Peek).decode(raw)
        return peek.resource_type
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def decode(raw: bytes | memoryview, struct: type[T]) -> tuple[T, tuple[str, ...]]:
    """Decode one resource; returns it with the paths of the elements that had to be left out.

    A path reads "dosageInstruction[0].text". Raises RecordUnreadable when nothing useful is left.
    """
    try:
        return decoder_for(struct).decode(raw), ()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return salvage(plain(raw), struct)


def plain(raw: bytes | memoryview) -> Any:
    """Plain JSON values with exact numbers. Raises RecordUnreadable when the text is not JSON."""
    try:
        return json.loads(bytes(raw), parse_float=exact)
    except (ValueError, RecursionError):
        raise RecordUnreadable("it is not valid JSON") from None


def salvage(value: Any, struct: type[T]) -> tuple[T, tuple[str, ...]]:
    """Fit plain values into a Struct by taking out what does not fit. Changes `value`."""
    broken: list[str] = []
    for _ in range(_MOST_ELEMENTS_TAKEN_OUT):
        try:
            return msgspec.convert(value, struct), tuple(dict.fromkeys(broken))
        except msgspec.ValidationError as error:
            path = _path_of(str(error))
            if not path:
                break
            if _take_out(value, path, again=_written(path) in broken) is not None:
                broken.append(_written(path))
    raise RecordUnreadable("it does not have the shape of a FHIR resource")


Path = tuple[str | int, ...]


def _path_of(message: str) -> Path:
    found = _WHERE.search(message)
    steps = _STEP.findall(found[1]) if found else []
    return tuple(int(index) if index else name for name, index in steps)


def _written(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _take_out(value: Any, path: Path, *, again: bool) -> Any:
    """Remove the element at a path and return what stood there (None for a JSON null: nothing was lost).

    A bad list item first becomes an empty object, so that the numbering of its neighbours stays as sent.
    """
    holder = value
    for step in path[:-1]:
        holder = holder[step]
    last = path[-1]
    taken = holder[last]
    if isinstance(last, int) and not again and taken is not None:
        holder[last] = {}
    else:
        del holder[last]
    return taken


def text_at(value: Any, *names: str) -> str | None:
    """Follow names through plain JSON values (first item of any list) to a text; None when the way ends."""
    for name in names:
        value = value[0] if isinstance(value, list) and value else value
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) and value else None
