"""Generated documents: written from the code, and checked to be so.

python -m tests.docs          writes them
python -m tests.docs --check  fails where one is stale
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.toml_schemas import key_table, schema_text
from transforms.feeds import EVERY_FEED
from transforms.feeds.force.drop_formats.csv_drop import CUT_OFF
from transforms.feeds.force.drop_formats.json_lines import NO_OBJECT
from transforms.feeds.force.mapping_file import MAPPING
from transforms.feeds.force.rules import RULES
from transforms.feeds.force.sift import DROP_RULES
from transforms.feeds.rules import LINE_RULES
from transforms.homes.settings import SETTINGS
from transforms.lake.schemas import FORCE_RECORDS, about
from transforms.patrols.log_rules import RULES as VISIT_RULES
from transforms.patrols.mapping import VISIT_MAPPING
from transforms.patrols.ping_file import RULES as PING_RULES
from transforms.patrols.ping_mapping import PING_MAPPING
from transforms.publications.formats.documents import dictionary
from transforms.publications.formats.registry import FORMATS
from transforms.reference.forces import FORCES
from transforms.reference.groups import GROUPS
from transforms.reference.outcomes import OUTCOMES
from transforms.scores.methods import METHODS


ROOT = Path(__file__).parent.parent
_NOTE = "<!-- Written by `make fix` from the code: edit that instead. -->\n\n"


def forces() -> str:
    """The forces, with what is known of each."""
    rows = [
        f"| {f.id} | {f.name} | {f.code or '-'} | {f.grip or '-'} |"
        f" {f.not_supplied.text if f.not_supplied else ''}"
        f"{'' if f.in_scope else 'Out of scope'} |"
        for f in FORCES.values()
    ]
    head = "| id | name | ONS code | Grip | known |\n|---|---|---|---|---|"
    return "\n".join(["# Forces\n", head, *rows]) + "\n"


def days() -> str:
    """The files of a day of a force's own feed."""
    text = dictionary(FORMATS.values(), "days")
    return text.replace("# Data dictionary", "# Files of a day of a force's own feed")


def rules() -> str:
    """Why rows are quarantined, and the outcomes, groups and methods there are."""
    lines: list[str] = []
    for feed in EVERY_FEED.values():
        lines.append(f"\n# Why a {feed.KIND} row is quarantined\n")
        lines += ["| rule | a row breaks it when |", "|---|---|"]
        lines += [f"| {name} | {text} |" for name, text in LINE_RULES.items()]
        lines += [f"| {rule.id} | {rule.text} |" for rule in feed.RULES]
        lines.append(f"\n# Why a {feed.KIND} file is refused\n")
        lines += ["| rule | rows | what it is |", "|---|---|---|"]
        lines += [
            f"| {r.id} | over {r.share:.0%} | {r.text} |" for r in feed.FILE_RULES
        ]
    lines += ["\n# Outcomes\n", "| outcome | class |", "|---|---|"]
    lines += [f"| {o.label} | {o.kind.replace('_', ' ')} |" for o in OUTCOMES.values()]
    lines += ["\n# Crime groups\n", "| group | what it is |", "|---|---|"]
    lines += [f"| {g.slug} | {g.note} |" for g in GROUPS.values()]
    lines += ["\n# Methods\n", "| method | version | scores | what it is |"]
    lines += ["|---|---|---|---|"]
    lines += [
        f"| {m.NAME} | {m.VERSION} | {' and '.join(m.UNITS)} | {m.LABEL} |"
        for m in METHODS.values()
    ]
    return "\n".join(lines) + "\n"


def _table(head: str, rows: Iterable[Iterable[str]]) -> str:
    line = "|---" * len(head.split(" | ")) + "|"
    return "\n".join([f"| {head} |", line, *(f"| {' | '.join(r)} |" for r in rows)])


def _record_rules() -> str:
    of_formats = {
        NO_OBJECT: "it is not a JSON object of plain values",
        CUT_OFF: "nothing ends the last line, and its last field is shorter than in"
        " every other row",
    }
    rows = {**LINE_RULES, **of_formats, **{rule.id: rule.text for rule in RULES}}
    return _table("rule | a row breaks it when", rows.items())


def _visit_rules() -> str:
    rows = {**LINE_RULES, **{rule.id: rule.text for rule in VISIT_RULES}}
    return _table("rule | a row breaks it when", rows.items())


def _drop_rules() -> str:
    rows = [(rule.id, f"over {rule.share:.0%}", rule.text) for rule in DROP_RULES]
    return _table("rule | rows | what it is", rows)


def _record_columns() -> str:
    rows = [
        (f.name, about(f)["description"], about(f).get("null", ""))
        for f in FORCE_RECORDS
    ]
    return _table("column | what it is | empty where", rows)


FILES: dict[str, Callable[[], str]] = {
    "docs/dictionary.md": lambda: "\n".join(
        [
            _NOTE + dictionary(FORMATS.values(), "months"),
            days() + "\n",
            forces() + rules(),
        ]
    ),
    "transforms/homes/hexbeat.schema.json": lambda: schema_text(SETTINGS),
    "transforms/feeds/force/mapping.schema.json": lambda: schema_text(MAPPING),
    "transforms/patrols/patrols.schema.json": lambda: schema_text(VISIT_MAPPING),
}
# Tables in pages that people write: between two comments, by name.
TABLES: dict[str, dict[str, Callable[[], str]]] = {
    "docs/operations.md": {"settings": lambda: key_table(SETTINGS)},
    "docs/dosage.md": {
        "visit mapping": lambda: key_table(VISIT_MAPPING),
        "visit rules": _visit_rules,
        "ping mapping": lambda: key_table(PING_MAPPING),
        "ping rules": lambda: _table(
            "rule | a ping is dropped when", PING_RULES.items()
        ),
    },
    "docs/force-feed.md": {
        "mapping": lambda: key_table(MAPPING),
        "record rules": _record_rules,
        "drop rules": _drop_rules,
        "record columns": _record_columns,
    },
}


def _with_tables(page: str) -> str:
    """A page with its tables as the code has them."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for name, written in TABLES[page].items():
        begin, end = f"<!-- {name}: written by `make fix` -->\n", "\n<!-- end -->"
        before, _, rest = text.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"{page} has no place for its table {name!r}")
        text = f"{before}{begin}{written()}{end}{after}"
    return text


def written() -> dict[str, str]:
    """Every generated file, by its path."""
    pages = {page: _with_tables(page) for page in TABLES}
    return {**pages, **{path: made() for path, made in FILES.items()}}


def stale() -> list[str]:
    """The files that are not what the code says."""
    return [
        path
        for path, text in written().items()
        if not (ROOT / path).exists()
        or (ROOT / path).read_text(encoding="utf-8") != text
    ]


def main() -> None:
    """Write the files, or say which are stale."""
    if "--check" in sys.argv[1:]:
        if paths := stale():
            sys.exit(f"stale: {', '.join(paths)}; run make fix")
        return
    for path, text in written().items():
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
