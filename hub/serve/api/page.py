"""Pages of a list: `{"items": […], "next": cursor|null}`, or CSV. One way for every noun."""

import base64
import csv
import io
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

import msgspec
from fastapi import Depends, HTTPException, Query, Response

from hub.serve.limits import PAGE_ITEMS

_Limit = Annotated[int, Query(ge=1, le=PAGE_ITEMS, description="most items in a page")]
_Cursor = Annotated[str, Query(max_length=1024, description="`next` of the page before")]
_Format = Annotated[Literal["json", "csv"], Query(description="json or csv")]

T = TypeVar("T")


@dataclass(frozen=True)
class Paging:
    """Which page of a list, and in which form: the same three parameters everywhere."""

    limit: _Limit = 100
    cursor: _Cursor = ""
    format: _Format = "json"


Paged = Annotated[Paging, Depends()]

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula (OWASP CSV injection)."""


def answer(
    items: Sequence[object], following: str | None, paging: Paging, columns: Sequence[str]
) -> Response:
    """Return a page as JSON, or as CSV with the next cursor in the `X-Next-Cursor` header."""
    if paging.format == "csv":
        headers = {"x-next-cursor": following} if following else None
        body = table(items, columns)
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)
    return reply({"items": items, "next": following})


def reply(body: object, status: int = 200) -> Response:
    """Return anything as JSON."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def table(items: Iterable[object], columns: Sequence[str]) -> str:
    """Return items as RFC 4180 CSV; what is not a scalar is written as JSON."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for item in items:
        fields = msgspec.json.decode(msgspec.json.encode(item), type=dict[str, object])
        writer.writerow([_cell(fields.get(column)) for column in columns])
    return out.getvalue()


def _cell(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"'{text}" if text.startswith(FORMULA) else text


def after(
    keys: Sequence[str], paging: Paging, *, newest_first: bool = False
) -> tuple[slice, str | None]:
    """Return the slice that follows ``cursor``, and the next cursor.

    ``keys`` are sorted upwards, or downwards when the newest comes first.
    """
    start = 0
    if paging.cursor:
        last = place(paging.cursor, str)
        start = sum(key >= last for key in keys) if newest_first else bisect_right(keys, last)
    end = start + paging.limit
    return slice(start, end), opaque(keys[end - 1]) if end < len(keys) else None


def opaque(where: object) -> str:
    """Return a place in a list as a cursor."""
    return base64.urlsafe_b64encode(msgspec.json.encode(where)).decode().rstrip("=")


def place(cursor: str, type_: type[T]) -> T:
    """Return the place of a cursor; 400 when it is none of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=type_)
    except (ValueError, msgspec.DecodeError) as error:
        raise HTTPException(400, "cursor is not one that was given out here") from error
