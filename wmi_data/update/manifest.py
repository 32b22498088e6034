"""manifest.toml: bring its row counts and hashes up to date with the files beside it.

Usage: ``python manifest.py wmi_data``. Everything else in the manifest is written by hand.
"""

import csv
import hashlib
import re
import tomllib
from pathlib import Path

from _common import ensure, source_path


def measure(path: Path) -> tuple[int, str]:
    """How many rows one file holds below its header, and its SHA-256."""
    content = path.read_bytes()
    rows = sum(1 for _ in csv.reader(content.decode("utf-8").splitlines())) - 1
    return rows, hashlib.sha256(content).hexdigest()


def main() -> None:
    """Rewrite the manifest in place, if it differs."""
    path = source_path("manifest.toml")
    text = path.read_text(encoding="utf-8")
    head, *parts = re.split(r"(?m)^(?=\[\[file\]\]$)", text)
    renewed = [head]
    for part in parts:
        (entry,) = tomllib.loads(part)["file"]
        rows, sha256 = measure(path.parent / entry["name"])
        changed, counts = re.subn(r"(?m)^rows = \d+$", f"rows = {rows}", part)
        changed, hashes = re.subn(
            r'(?m)^sha256 = "[0-9a-f]*"$',
            f'sha256 = "{sha256}"',
            changed,
        )
        ensure((counts, hashes) == (1, 1), f"{entry['name']}: no single line for rows and sha256")
        renewed.append(changed)
    path.write_text("".join(renewed), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
