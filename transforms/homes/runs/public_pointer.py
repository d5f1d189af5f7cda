"""`public/latest.json`: the newest public tier, for whoever mirrors them elsewhere.

It names files of public tiers alone, by their way from its own folder. So that folder
and the public tiers can be copied to a web server, without an internal file beside
them, and every name still leads to its file.
"""

from pathlib import Path

from transforms.homes.runs.seal import (
    LATEST,
    MANIFEST,
    PUBLIC,
    json_text,
    manifest_version,
)
from transforms.lake.checksums import file_sha256
from transforms.lake.storage import make_folder, replace_flushed


PAGE = "index.html"


def point_public(publications: Path, run_id: str | None) -> None:
    """Make the pointer name that run, or be gone; a no-op if it does or is."""
    pointer = publications / PUBLIC / LATEST
    if run_id is None:
        if pointer.exists():
            pointer.unlink()
        return
    text = public_pointer_text(publications, run_id)
    if not pointer.exists() or pointer.read_bytes() != text.encode():
        make_folder(pointer.parent)
        replace_flushed(pointer, text)


def public_pointer_text(publications: Path, run_id: str) -> str:
    """The text of the pointer where it names that run."""
    tier = publications / "runs" / run_id / PUBLIC
    path = f"../runs/{run_id}/{PUBLIC}"
    # tiers of older versions have no page
    page = {"page": f"{path}/{PAGE}"} if (tier / PAGE).exists() else {}
    named = {
        "schema_version": manifest_version(tier / MANIFEST),
        "run_id": run_id,
        "as_of": run_id.rpartition("-")[0],
        "path": path,
        **page,
        "manifest": f"{path}/{MANIFEST}",
        "manifest_sha256": file_sha256(tier / MANIFEST),
    }
    return json_text(named)
