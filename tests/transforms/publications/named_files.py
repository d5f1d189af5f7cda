"""Files that the texts of a published folder name, and that are not in it."""

import re
import shutil
import subprocess
from fnmatch import filter as matching
from pathlib import Path


_ENDS = "csv|duckdb|geojson|gpkg|gpx|html|json|md|parquet|pdf|png|svg|xlsx"
_NAME = re.compile(rf"[A-Za-z0-9_*<>-]+\.(?:{_ENDS})\b")


def named_but_not_there(folder: Path) -> dict[str, list[str]]:
    """By text, the names without a file; `<force>` and `*` stand for any.

    Of a page its words, of a PDF what pdftotext reads; nothing of scripts.
    """
    there = [path.name for path in folder.iterdir()]
    found = {}
    for path in sorted(folder.iterdir()):
        names = {re.sub("<[^>]*>", "*", n) for n in _NAME.findall(_text(path))}
        if lacking := sorted(name for name in names if not matching(there, name)):
            found[path.name] = lacking
    return found


def _text(path: Path) -> str:
    match path.suffix:
        case ".md":
            return path.read_text()
        case ".html":
            words = path.read_text().partition("<script")[0]
            return re.sub(r"<style.*?</style>|<[^>]+>", " ", words, flags=re.DOTALL)
        case ".pdf" if shutil.which("pdftotext"):
            done = subprocess.run(
                ["pdftotext", path, "-"], capture_output=True, text=True, check=True
            )
            return done.stdout
    return ""
