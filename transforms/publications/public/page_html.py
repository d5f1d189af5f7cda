"""Words and rows as HTML; all text is escaped here."""

import html
from collections.abc import Iterable, Sequence


class Safe(str):
    """HTML that was made here, and is not escaped again."""

    __slots__ = ()


def paragraphs(texts: Iterable[str]) -> str:
    """A paragraph for each text."""
    return "\n".join(f"<p>{escaped(text)}</p>" for text in texts)


def bullets(texts: Iterable[str]) -> str:
    """A list, which says so if it has nothing."""
    items = "".join(f"<li>{escaped(text)}</li>" for text in texts)
    return f"<ul>{items or '<li>none</li>'}</ul>"


def table(
    head: Sequence[str], rows: Iterable[Sequence[object]], caption: str = ""
) -> str:
    """A table whose first column names the row; numbers are to the right."""
    titles = "".join(f'<th scope="col">{escaped(title)}</th>' for title in head)
    body = "\n".join(f"<tr>{''.join(_cells(row))}</tr>" for row in rows)
    above = f"<caption>{escaped(caption)}</caption>" if caption else ""
    return (
        f"<table>{above}<thead><tr>{titles}</tr></thead>\n<tbody>\n{body}\n</tbody>"
        "</table>"
    )


def _cells(row: Sequence[object]) -> Iterable[str]:
    first, *others = row
    yield f'<th scope="row">{escaped(first)}</th>'
    for value in others:
        if isinstance(value, int):
            yield f'<td class="number">{value:,}</td>'
        else:
            yield f"<td>{escaped(value)}</td>"


def region(label: str, content: str) -> str:
    """What may be wider than the window: it is scrolled by keyboard as well."""
    return (
        f'<div class="wide" role="region" aria-label="{html.escape(label)}"'
        f' tabindex="0">\n{content}\n</div>'
    )


def link(address: str, words: str) -> Safe:
    """A link to a file beside the page, or a place in it."""
    return Safe(f'<a href="{html.escape(address)}">{html.escape(words)}</a>')


def escaped(value: object) -> str:
    """Any value as text of a page."""
    return value if isinstance(value, Safe) else html.escape(str(value))
