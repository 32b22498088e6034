"""The vehicles that need a licence, by regime, bill of lading and exporter: what is to be done comes first on the page."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from vintool.codes import REGIMES, Verdict
from vintool.columns.engine.categorical import as_text
from vintool.files.writing.cells import texts
from vintool.report.needed import Needed, NeedGroup
from vintool.report.page import NEEDED_ROWS

_DECLARED = {"bl_no": "", "exporter": "exporter_code", "model": ""}


class _Group:
    """What stands under one bill of lading."""

    def __init__(self) -> None:
        self.vins: dict[str, None] = {}
        self.without_vin: list[str] = []
        self.models: Counter[str] = Counter()
        self.rows = 0


class _Key(NamedTuple):
    regime: str
    bl_no: str
    exporter: str


class NeededRows:
    """These vehicles, as far as the page lists them; annotated.* has all."""

    def __init__(self) -> None:
        self._groups: dict[_Key, _Group] = {}
        self._rows, self._listed = 0, Counter[str]()  # listed by regime

    def add(
        self, sheet: str, data: pa.RecordBatch, mapping: Mapping[str, str], answers: pa.RecordBatch
    ) -> None:
        """Keep those of a batch.

        Args:
            sheet: where they stand.
            data: the user's columns, a line for each vehicle.
            mapping: field -> column name.
            answers: those added, likewise.
        """
        verdicts, regimes = (
            as_text(answers.column(f"vin_{name}")) for name in ("verdict", "regime")
        )
        needs = pc.equal(verdicts, pa.scalar(str(Verdict.CONTROLLED)))
        codes: list[Any] = pc.unique(regimes.filter(needs)).to_pylist()
        for code in codes:
            self._add_of(
                code,
                sheet,
                data,
                mapping,
                answers,
                pc.and_(needs, pc.equal(regimes, pa.scalar(code))),
            )

    def _add_of(  # noqa: PLR0913, PLR0917 - the same of one regime: those of others take no room of it
        self,
        regime: str,
        sheet: str,
        data: pa.RecordBatch,
        mapping: Mapping[str, str],
        answers: pa.RecordBatch,
        needs: pa.BooleanArray,
    ) -> None:
        of_batch = answers.filter(needs)
        self._rows += of_batch.num_rows
        if not (room := min(NEEDED_ROWS - self._listed[regime], of_batch.num_rows)):
            return
        self._listed[regime] += room
        of_user = data.filter(needs).slice(0, room)
        declared = {
            field: as_text(of_user.column(column)).to_pylist()
            for field, stand_in in _DECLARED.items()
            if (column := mapping.get(field) or mapping.get(stand_in))
        }
        first = of_batch.slice(0, room)
        rows: list[Any] = first.column("vin_row").to_pylist()
        ours = (texts(first.column(name)).to_pylist() for name in _ANSWERS)
        for n, (row, text, vin, brand, by_vin) in enumerate(zip(rows, *ours, strict=True)):
            said = {field: (cells[n] or "").strip() for field, cells in declared.items()}
            key = _Key(regime, said.get("bl_no", ""), said.get("exporter", ""))
            group = self._groups.setdefault(key, _Group())
            group.rows += 1
            model = by_vin or said.get("model", "")
            group.models[" ".join(filter(None, (brand, model)))] += 1
            if vin:
                group.vins[vin] = None
            else:
                place = f"{sheet} {row}".strip()
                group.without_vin.append(f"{place}: {text or ''}".rstrip(": "))

    def needed(self) -> Needed:
        """All of them, by regime, and then in the order in which their groups begin in the file."""
        groups = sorted(self._groups.items(), key=lambda item: REGIMES.index(item[0].regime))
        return Needed(
            rows=self._rows,
            listed=self._listed.total(),
            groups=tuple(
                NeedGroup(
                    regime=key.regime, bl_no=key.bl_no, exporter=key.exporter, rows=group.rows,
                    vins=tuple(group.vins), without_vin=tuple(group.without_vin), models=dict(group.models),
                )
                for key, group in groups
            ),
        )  # fmt: skip


_ANSWERS = ("vin_text", "vin", "vin_brand", "vin_model")
