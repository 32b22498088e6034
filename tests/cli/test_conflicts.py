"""``vintool data conflicts`` shows both sides of what stands against something else in the data."""

import json

from support.commands import run


def test_conflicts_show_both_sides_and_why_one_is_not_believed():
    result = run("data", "conflicts")
    assert result.exit_code == 0
    assert "filing  Toyota Mirai 2023-2023: BEV | FCEV  [vpic, vpic.outliers.csv]" in result.stdout
    assert "place   chengdu: chengdu, zhejiang, cn | Chengdu, Sichuan, CN" in result.stdout
    assert result.stderr.endswith(" conflicts\n")


def test_conflicts_are_the_same_in_json():
    rows = json.loads(run("data", "conflicts", "--format", "json").stdout)
    assert {row["about"] for row in rows} == {"filing", "place", "plant", "kind", "brand"}
    assert all(row["one"] != row["other"] for row in rows)
    assert len(rows) == len(run("data", "conflicts").stdout.splitlines())
