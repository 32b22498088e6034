"""``ledger.csv``: what was drawn on each licence, what is left, and what did not fit."""

import csv
from collections.abc import Sequence
from pathlib import Path

from vintool.desk.ledger import Account, Ledger
from vintool.desk.licences import COUNTED
from vintool.escaping import spreadsheet_cell
from vintool.files.run import LEDGER_CSV
from vintool.report.summary import LicenceLine


def licence_lines(ledger: Ledger | None) -> tuple[LicenceLine, ...]:
    """The ledger, a line for each licence, each unknown number, and the rows without one."""
    return () if ledger is None else tuple(map(_line, ledger.lines()))


def _line(account: Account) -> LicenceLine:
    licence = account.licence
    return LicenceLine(
        licence_no=account.number,
        state=account.state,
        exporter=licence.exporter or licence.exporter_code if licence else "",
        hs_code=", ".join(licence.codes) if licence else "",
        destination=licence.destination if licence else "",
        valid_from=licence.start if licence else None,
        valid_until=licence.until if licence else None,
        quantity=licence.quantity if licence else None,
        drawn=account.drawn,
        left=account.left,
        rows_named=account.named,
        rows_in_review=account.in_review,
        counted_before=account.counted_before,
        declarations=len(account.declarations),
        ports=len(account.ports),
        regime=account.regime,
        findings={str(reason): count for reason, count in sorted(account.findings.items())},
        place=licence.place if licence else "",
    )


def write_ledger(stage: Path, lines: Sequence[LicenceLine], delimiter: str = ",") -> None:
    """Write ``ledger.csv``, a line a licence."""
    counted = {str(reason): reason.value.removeprefix("licence_") for reason in COUNTED}
    names = [
        name for name in LicenceLine.model_fields if name not in {"findings", "regime", "place"}
    ]
    with (stage / LEDGER_CSV).open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        table.writerow([*names, *counted.values(), "other_findings", "regime", "place"])
        for line in lines:
            values = line.model_dump(mode="json")
            others = (f"{code} {n}" for code, n in line.findings.items() if code not in counted)
            cells = [
                *(values[name] for name in names),
                *(line.findings.get(code, 0) for code in counted),
                ";".join(others),
                line.regime,
                line.place,
            ]
            table.writerow(
                spreadsheet_cell(cell, numbers=number > 0) if isinstance(cell, str) else cell
                for number, cell in enumerate(cells)
            )
