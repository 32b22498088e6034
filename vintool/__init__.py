r"""vintool: VINs decoded, checked and screened, one or many millions, with a reason for each answer.

::

    position   1 2 3   4 5 6 7 8   9   10  11  12 13 14 15 16 17
               L R W   3 E 7 F A   1   L   C   0  0  0  0  0  1
               WMI     |           |   |   |   serial
                       |           |   |   plant
                       |           |   model year code
                       |           check digit (where the market uses one)
                       VDS (4-9)       VIS (10-17)

Begin with one of these; ``help(vintool.decode)`` and so on says what each takes, gives and raises::

    check(text)             whether a text is a well-formed VIN, and what was meant if it is not
    decode(vin)             what a VIN tells, each fact with its source
    screen(vin, on)         whether a vehicle needs an export licence on a day, and why
    screen_file(path, on)   the same for a manifest in any format; read_manifest gives it as a table
    decode_table(data)      columns of any size: screen_table, screen_batches; frames as they are: vintool.frames
    find_vins(text)         VINs in any text
    Reference(evidence=...) what answers rest on beside the packaged data

``import vintool`` reads no reference data; all but the VIN itself is loaded when a name is first used. How it is built:
``docs/contributing/architecture.md``.

>>> import vintool
>>> vintool.is_valid("LRW3E7FA1LC000001")
True
>>> vintool.decode("LRW3E7FA1LC000001").manufacturer.value
'Tesla (Shanghai) Co., Ltd.'
"""

import os
from importlib import import_module
from threading import RLock
from typing import TYPE_CHECKING

from vintool import vin
from vintool.codes import (
    Basis,
    CheckDigit,
    FieldName,
    Grade,
    MappingKey,
    Market,
    Powertrain,
    Problem,
    Reason,
    RegimeCode,
    Verdict,
)
from vintool.version import __version__
from vintool.vin import PartialVin, Vin, is_valid

if TYPE_CHECKING:
    from vintool.columns import decode_table
    from vintool.decoding.check import check
    from vintool.decoding.decode import decode
    from vintool.decoding.facts import Fact, PowertrainFact, Source
    from vintool.decoding.model import Check, Vehicle
    from vintool.errors import DataError, ManifestError, MappingError, NoVinColumn, VintoolError
    from vintool.files.read_manifest import read_manifest
    from vintool.files.screen import screen_file
    from vintool.files.tables import screen_batches, screen_table
    from vintool.registry.reference import Reference
    from vintool.report.summary import Summary
    from vintool.screening.screen import Finding, screen
    from vintool.vin.errors import InvalidVin
    from vintool.vin.find import find_vins
    from vintool.vpic.files import data_release

_HOMES = {
    **dict.fromkeys(("Check", "Vehicle"), "decoding.model"),
    **dict.fromkeys(("DataError", "ManifestError", "MappingError", "NoVinColumn"), "errors"),
    **dict.fromkeys(("Fact", "PowertrainFact", "Source"), "decoding.facts"),
    "Finding": "screening.screen",
    "InvalidVin": "vin.errors",
    "Reference": "registry.reference",
    "Summary": "report.summary",
    "VintoolError": "errors",
    "check": "decoding.check",
    "data_release": "vpic.files",
    "decode": "decoding.decode",
    "decode_table": "columns",
    "find_vins": "vin.find",
    "read_manifest": "files.read_manifest",
    "screen": "screening.screen",
    "screen_batches": "files.tables",
    "screen_file": "files.screen",
    "screen_table": "files.tables",
}

__all__ = [
    "Basis",
    "Check",
    "CheckDigit",
    "DataError",
    "Fact",
    "FieldName",
    "Finding",
    "Grade",
    "InvalidVin",
    "ManifestError",
    "MappingError",
    "MappingKey",
    "Market",
    "NoVinColumn",
    "PartialVin",
    "Powertrain",
    "PowertrainFact",
    "Problem",
    "Reason",
    "Reference",
    "RegimeCode",
    "Source",
    "Summary",
    "Vehicle",
    "Verdict",
    "Vin",
    "VintoolError",
    "__version__",
    "check",
    "data_release",
    "decode",
    "decode_table",
    "find_vins",
    "is_valid",
    "read_manifest",
    "screen",
    "screen_batches",
    "screen_file",
    "screen_table",
    "vin",
]


# A fork waits for it: a child in which a module is half loaded would wait for that for ever.
_LOADING = RLock()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_LOADING.acquire,
        after_in_parent=_LOADING.release,
        after_in_child=_LOADING.release,
    )


if not TYPE_CHECKING:  # a slip in a name is then one for a type checker, too

    def __getattr__(name: str) -> object:
        """Load a public name when it is first asked for (PEP 562)."""
        if name not in _HOMES:
            raise AttributeError(f"module 'vintool' has no attribute {name!r}")
        with _LOADING:
            value = globals()[name] = getattr(import_module(f"vintool.{_HOMES[name]}"), name)
        return value


def __dir__() -> list[str]:
    """The public names, loaded or not."""
    return sorted(__all__)
