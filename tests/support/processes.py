"""Runs in a process of their own: started, waited for, and refused."""

import subprocess
import sys
import time

from support.manifests import ATTO3, TESLA

LONG = [("VIN", "Fuel", "Note"), *[(TESLA, "BEV", "x" * 20), (ATTO3, "petrol", ""), ("TBA", "", "")] * 20_000]  # fmt: skip
START = "from vintool.cli.main import main; main()"


def content(folder):
    """Every file of a folder, hidden ones too."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def start(path, out, *options, before="", **keywords):
    """A run in a process of its own."""
    arguments = ["screen", str(path), "--on", "2026-03-01", "--out", str(out), *options]
    return subprocess.Popen(
        [sys.executable, "-c", f"{before}\n{START}", *arguments],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **keywords,
    )  # fmt: skip


def refused(process, code):
    """The sentence of a run that fails."""
    try:
        _, stderr = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == code, stderr
    assert "Traceback" not in stderr
    assert not any(vin in stderr for vin in (TESLA, ATTO3))
    return stderr


def until(process, condition):
    """Wait for something to be seen while a run is alive."""
    while not condition():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.002)
