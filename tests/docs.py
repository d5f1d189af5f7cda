"""Generated documents: written from the code, and checked to be so.

python -m tests.docs          writes them
python -m tests.docs --check  fails where one is stale
"""

import sys
from pathlib import Path

from transforms.feeds import (
    police_uk,
    police_uk_outcomes,
    police_uk_stop_and_search,
)
from transforms.forces import FORCES
from transforms.groups import GROUPS
from transforms.incidents import LINE_RULES
from transforms.outcomes import OUTCOMES
from transforms.publications.documents import dictionary
from transforms.scores import METHODS


DOCS = Path(__file__).parent.parent / "docs"
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


def rules() -> str:
    """Why rows are quarantined, and the outcomes, groups and methods there are."""
    lines: list[str] = []
    for feed in (police_uk, police_uk_outcomes, police_uk_stop_and_search):
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
    lines += ["\n# Methods\n", "| method | version | what it is |", "|---|---|---|"]
    lines += [f"| {m.NAME} | {m.VERSION} | {m.LABEL} |" for m in METHODS.values()]
    return "\n".join(lines) + "\n"


DOCUMENTS = {
    "dictionary.md": lambda: _NOTE + dictionary() + "\n" + forces() + rules(),
}


def stale() -> list[str]:
    """The documents that are not what the code says."""
    return [
        name
        for name, written in DOCUMENTS.items()
        if not (DOCS / name).exists()
        or (DOCS / name).read_text(encoding="utf-8") != written()
    ]


def main() -> None:
    """Write the documents, or say which are stale."""
    if "--check" in sys.argv[1:]:
        if names := stale():
            sys.exit(f"stale: docs/{', docs/'.join(names)}; run make fix")
        return
    for name, written in DOCUMENTS.items():
        (DOCS / name).write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
