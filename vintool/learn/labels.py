"""The text of a label -> the powertrain it means, or nothing. Never a guess.

The user's own map counts first, then that of the preset, then the lexicon of declared fuels.
"""

import csv
import io
import re
import unicodedata
from pathlib import Path

from vintool.codes import Powertrain
from vintool.declaration.lexicon import meaning
from vintool.errors import DataError, ManifestError
from vintool.registry.rows import read_rows

LABEL_COLUMNS = ("preset", "label", "powertrain", "source")
MAP_COLUMNS = ("label", "powertrain")
_NUMBER = re.compile(r"0*(\d+)(?:\.0+)?")


def fold(text: str) -> str:
    """A label as labels are compared: case, width, spaces and the zeros around a code do not count.

    >>> fold("Battery  Electric"), fold("04"), fold("4.0")
    ('battery electric', '4', '4')
    """
    bare = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    number = _NUMBER.fullmatch(bare)
    return number[1] if number else bare


class Labels:
    """What the labels of one list mean.

    Args:
        preset: code of the register that the list comes from; empty for any other list.
        user_map: the user's map, a CSV file with the columns ``label`` and ``powertrain``; an empty
            powertrain means that the label is not to be used.

    Raises:
        ManifestError: the map cannot be read or is not sound.

    >>> labels = Labels("wa")
    >>> labels("Battery Electric Vehicle (BEV)"), labels("petrol"), labels("no such thing")
    (<Powertrain.BEV: 'BEV'>, <Powertrain.ICE: 'ICE'>, None)
    """

    def __init__(self, preset: str = "", user_map: Path | None = None) -> None:
        self._known: dict[str, Powertrain | None] = {}
        for code, label, powertrain, _source in read_rows("learn.labels.csv", LABEL_COLUMNS):
            if code == preset:
                if fold(label) in self._known:
                    raise DataError(f"wmi_data/learn.labels.csv: {label!r} stands twice")
                self._known[fold(label)] = Powertrain(powertrain) if powertrain else None
        if user_map is not None:
            self._known |= _read_map(user_map)

    def __call__(self, text: str) -> Powertrain | None:
        """The powertrain that a label means; None where nothing knows it."""
        label = fold(text)
        if label in self._known:
            return self._known[label]
        fuel = meaning("fuel", text) if label else None
        return fuel.powertrain if fuel else None


def _read_map(path: Path) -> dict[str, Powertrain | None]:
    def refused(what: str, row: int | None = None) -> ManifestError:
        return ManifestError(
            what,
            file=path.name,
            row=row,
            next_step=f"give it the columns {' and '.join(MAP_COLUMNS)}, with {', '.join(Powertrain)} or nothing as powertrain",
        )

    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise refused(f"the map of labels cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise refused("the map of labels is not UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    header = tuple(next(reader, ()))
    if sorted(header) != sorted(MAP_COLUMNS):
        raise refused("the map of labels has other columns")
    known: dict[str, Powertrain | None] = {}
    for cells in filter(None, reader):
        row = dict(zip(header, cells, strict=False))
        label, powertrain = fold(row["label"]), row.get("powertrain", "").strip()
        if len(cells) != 2 or powertrain not in {"", *Powertrain}:
            raise refused("the row has no powertrain that is known", reader.line_num)
        value = Powertrain(powertrain) if powertrain else None
        if known.setdefault(label, value) is not value:
            raise refused("a label means two things", reader.line_num)
    return known
