"""Runs the built image's job and services, and says of each how it went.

python -m tests.image build/image    what deploy/image/build has made there

As root, in a network of its own that leads nowhere. The job of `make demo` has to give
the run that this machine's own Python gives; each service of compose.yaml and of the
Kubernetes manifests that runs the image is started with its command, environment and
mounts, asked by its own health check and probes, given a refresh to do, and stopped.
Ends with 1 if anything failed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

from tests.image.database import program
from tests.image.services import Image
from tests.image.trial import FAILED, Trial


_INSIDE = "HEXBEAT_IMAGE_INSIDE"


def main(built: Path) -> int:
    """Everything in turn; 1 if anything failed."""
    if os.geteuid():
        sys.stderr.write("hexbeat: a chroot needs root: run this as root\n")
        return 2
    program("initdb")  # which ends here if it is not there, not after the demo
    if _INSIDE not in os.environ:
        words = ["unshare", "--net", "--", sys.executable, "-m", "tests.image"]
        environment = {**os.environ, _INSIDE: "1"}
        return subprocess.run(
            [*words, str(built)], env=environment, check=False
        ).returncode
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    state = Path(mkdtemp(prefix="hexbeat-image-"))
    state.chmod(0o755)
    failed = False
    try:
        for line in Trial(built, Image.of(built / "image.json"), state).all():
            failed |= FAILED in line
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
    finally:
        shutil.rmtree(state, ignore_errors=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
