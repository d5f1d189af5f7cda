"""The scripts and styles of our pages, and the policy under which they run."""

import base64
import hashlib
import re
from importlib import resources

from transforms.homes.map_settings import host_of


WEB = resources.files("transforms.publications.map").joinpath("web")


def policy(style: str, scripts: list[str], tiles: str | None = None) -> str:
    """A policy under which nothing loads and only these scripts and this style run.

    Tiles, where the home's settings name some, load from their host alone.
    """
    pictures = f"data: {host_of(tiles)}" if tiles else "data:"
    allowed = " ".join(_digest(one) for one in scripts) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_digest(style)}; "
        f"img-src {pictures}; base-uri 'none'; form-action 'none'"
    )


def styles(*names: str) -> str:
    """Those style sheets as one that loads nothing."""
    # Leaflet's layer and marker pictures are not used; an address would be a fetch.
    return "".join(re.sub(r"url\([^)]*\)", "none", web_text(name)) for name in names)


def script(name: str) -> str:
    """A script as it can stand within a page."""
    code = re.sub(r"^//# sourceMappingURL=.*$", "", web_text(name), flags=re.M)
    return code.replace("</script", r"<\/script").replace("<!--", r"<\!--")


def web_text(name: str) -> str:
    """A file of the folder of web files."""
    # As text, so that line ends are \n, which is how a browser hashes what it reads.
    return WEB.joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"
