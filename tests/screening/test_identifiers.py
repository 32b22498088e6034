"""Container, vessel and exporter numbers, and codes in force on a day."""

from datetime import date

import pytest

from vintool.screening.identifiers import code_in_force, container, exporter_code, vessel


@pytest.mark.parametrize(
    ("rule", "cell", "reasons"),
    [
        (container, "csqu 305438-3", 0), (container, "CSQU3054384", 1), (container, "CSQU3054383; CSQU3054384", 1),
        (container, "TBA", 0), (container, "CSQU305438", 1), (container, "12345678901", 1),
        (container, "N/A", 0), (container, "滚装船", 0), (container, "CSQU3054383/40HQ", 0),
        (vessel, "MORNING STAR / IMO9319466 / V.2601", 0), (vessel, "9319467.0", 1), (vessel, "GLOVIS 123", 0),
        (exporter_code, "91110000-600037341-l", 0), (exporter_code, "9111000060003734IL", 1),
        (exporter_code, "1102910001", 0), (exporter_code, "DE123456789", 0), (exporter_code, "N/A", 0),
    ],
)  # fmt: skip
def test_numbers_beside_the_vin(rule, cell, reasons):
    assert len(rule(cell)) == reasons


@pytest.mark.parametrize(
    ("code", "day", "reasons"),
    [
        ("8703800090", "2024-12-31", False), ("8703800090", "2025-01-01", True), ("8703.80.10.90", "2024-12-31", True),
        ("8703801090", "2025-01-01", False), ("8703801090", "2026-01-01", False), ("8703801010.0", "2026-01-01", False),
        ("8703234190", "2024-12-31", False), ("9999", "2026-01-01", False),
    ],
)  # fmt: skip
def test_codes_have_their_days(code, day, reasons):
    assert bool(code_in_force(code, date.fromisoformat(day))) is reasons
