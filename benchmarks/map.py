"""The map in a browser: its size, how soon it is ready, and a step of its slider.

In headless Chromium without WebGL, the whole page each time, the median of five.
"""

import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.transforms.publications.map import browser
from tests.transforms.publications.map.map_page import many
from transforms.publications.map.labels import day_labels
from transforms.publications.map.page import render


SIZES = ((30_000, 1), (300_000, 10))  # cells, forces
RUNS = 5
# From the slider's event to the frame after the one that was drawn for it.
STEP = """(async () => {
  const slider = document.getElementById("as-of");
  const drawn = () => new Promise((done) => requestAnimationFrame(
    () => requestAnimationFrame(done)));
  const took = [];
  for (const month of [3, 9, 6]) {
    slider.value = String(month);
    const from = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await drawn();
    took.push(performance.now() - from);
  }
  return took;
})()"""
READY = "performance.getEntriesByName('map-ready')[0].startTime"
ZOOM = "document.querySelector('.leaflet-control-zoom-in').click()"


def measure(page: Path) -> tuple[float, float, float]:
    """Milliseconds until ready, a step with all in view, and a step zoomed in."""
    with browser.opened(page) as tab:
        ready = tab.value(READY)
        whole = statistics.median(tab.value(STEP))
        for _ in range(3):
            tab.value(ZOOM)
        return ready, whole, statistics.median(tab.value(STEP))


def main() -> None:
    """Print a row for each size."""
    sys.stdout.write(
        "| cells x as-ofs | page MB | ready s | step ms, all | step ms, zoomed in |\n"
        "|---|---|---|---|---|\n"
    )
    for cells, forces in SIZES:
        with TemporaryDirectory() as folder:
            page = Path(folder) / "map.html"
            rows, past, facts = many(cells, forces)
            text = render(rows, past, facts, labels=day_labels(rows))
            page.write_text(text, encoding="utf-8")
            runs = [measure(page) for _ in range(RUNS)]
            ready, whole, near = (
                statistics.median(column) for column in zip(*runs, strict=True)
            )
            size = page.stat().st_size / 1e6
            sys.stdout.write(
                f"| {cells:,} x 12 | {size:.2f} | {ready / 1000:.2f} | {whole:.0f}"
                f" | {near:.0f} |\n"
            )


if __name__ == "__main__":
    main()
