"""A feed's home hashed again: its newest publication, its lake, its raw drops."""

from transforms.errors import LakeError
from transforms.operations.verify import Verified, verify
from transforms.records.homes import ForceHome
from transforms.records.ledger import drops, supplied


def verify_feed(home: ForceHome, run_id: str | None = None) -> Verified:
    """Nothing is changed; `UsageError` where there is no publication, or not that one.

    Run id None is the run that latest.json points at.
    """
    with home.alone("a verification"):
        found = verify(home.home, run_id)
        for entry in supplied(drops(home.lake, home.force)):
            if entry.raw_sha256 is None:  # past its retention, or erased whole
                continue
            found.checked["raw"] += 1
            try:
                home.raw.read(entry.raw_sha256, entry.name)
            except LakeError as error:
                found.differs.append(str(error))
    return found
