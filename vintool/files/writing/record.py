"""``run.json``: all that it takes to do a run again and to see that it is the same."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from vintool import vpic
from vintool.atomic import write_file
from vintool.escaping import plain_json
from vintool.files.run import RUN_JSON, Run
from vintool.files.writing.hashing import file_hash
from vintool.registry import rows
from vintool.registry.reference import RANKS, reference_in_use
from vintool.registry.rule import ABOVE
from vintool.report.summary import Summary
from vintool.screening.regimes import regimes_asked
from vintool.version import __version__
from vintool.vpic.files import MANIFEST


def write_run(stage: Path, run: Run, summary: Summary, output_hashes: Mapping[str, str]) -> None:
    """Write the record, whole or not at all, behind all else: when it is there, all is there.

    Args:
        stage: the folder of the outputs.
        run: what was to be done.
        summary: what came out.
        output_hashes: those of outputs that need not be read for it.
    """
    record = {
        "tool": {"name": "vintool", "version": __version__},
        "input": _input(summary),
        "files": [file.model_dump(mode="json") for file in summary.files],
        "lists": [
            {"what": what, "file": path.name, "sha256": file_hash(path)} for what, path in run.lists
        ],
        "data": {
            "release": vpic.data_release(),
            "sha256": data_hash(),
            "reference_sha256": reference_in_use().sha256,
            "user_data": str(reference_in_use().data or ""),
            "evidence": [
                {
                    "file": file.path.name,
                    "above_packaged": RANKS[file.what] == ABOVE,
                    "sha256": file.sha256,
                }
                for file in reference_in_use().files
                if file.what in RANKS
            ],
        },
        "rules": {
            "version": summary.rule_version,
            "sha256": rules_hash(run.regime),
        },
        "parameters": {
            name: str(value) if isinstance(value, date) else value
            for name, value in run.parameters.items()
        },
        "summary": summary.model_dump(mode="json"),
        "outputs": {
            file.name: output_hashes.get(file.name) or file_hash(file)
            for file in sorted(stage.iterdir())
        },
    }
    text = plain_json(json.dumps(record, ensure_ascii=False, indent=2)) + "\n"
    write_file(stage / RUN_JSON, text.encode())


def _input(summary: Summary) -> dict[str, object]:
    """The input; of several files the SHA-256 is that of their names and hashes."""
    read = [file for file in summary.files if not file.skipped]
    text = "".join(f"{file.name}\n{file.sha256}\n" for file in read)
    return {
        "file": summary.file,
        "bytes": sum(file.bytes for file in read),
        "sha256": read[0].sha256 if len(summary.files) == 1 else _text_hash([text]),
    }


def data_hash() -> str:
    """One SHA-256 over every table, by name; for vPIC's its manifest stands, which holds their own."""
    digest = hashlib.sha256()
    for file in (*sorted(rows.DATA.glob("*.csv")), vpic.folder() / MANIFEST):
        digest.update(f"{file.name}\n{file_hash(file)}\n".encode())
    return digest.hexdigest()


def rules_hash(regime: str) -> str:
    """The SHA-256 of the file of a regime, or of those of all of them, one behind the other."""
    texts = (rows.read_text(f"regimes/{one.code}.toml") for one in regimes_asked(regime))
    return _text_hash(texts)


def _text_hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("".join(texts).encode()).hexdigest()
