"""Lists of exporters and licences for a manifest of ``benchmarks.manifest``, for timing.

Every row names an exporter, a licence of its brand and the country on it. The licences of a brand
are used one after another, ``RUN`` rows each; names and numbers are invented.
"""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from stdnum.cn import uscc

EXPORTERS, LICENCES, QUANTITY, RUN = 60, 5_000, 200, 900
COUNTRIES = ("德国", "巴西", "俄罗斯", "墨西哥", "英国", "比利时", "澳大利亚", "挪威")
LIST = ("企业名称", "统一社会信用代码", "品牌", "企业类型", "年度")
FACE = ("许可证号", "出口商", "统一社会信用代码", "商品编码", "品牌", "数量", "单位", "进口国", "有效期起", "有效期至")  # fmt: skip
ADDED = ("许可证号", "出口商", "统一社会信用代码", "目的国")


class Lists(NamedTuple):
    """A manifest and the lists that it is held against."""

    manifest: Path
    exporters: Path
    licences: Path


def _write(path: Path, header: tuple[str, ...], lines: list[tuple[object, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *lines])
    return path


def write_desk(folder: Path, manifest: Path) -> Lists:
    """Write the lists, and the manifest with the columns that they are compared with."""
    table = pa_csv.read_csv(
        manifest, convert_options=pa_csv.ConvertOptions(column_types={"商品编号": pa.string()})
    )
    rng = np.random.default_rng(5)
    of_row = table.column("品牌").combine_chunks().dictionary_encode()
    brands = of_row.dictionary.to_pylist()
    bases = [f"91310115MA{number:07d}" for number in range(EXPORTERS)]
    who = [(f"第{n}汽车进出口有限公司", b + uscc.calc_check_digit(b)) for n, b in enumerate(bases)]
    exporters = [(*one, ";".join(filter(None, brands)), "授权出口企业", 2026) for one in who]
    faces = [
        (f"26-AA-{100000 + n}", *who[rng.integers(EXPORTERS)], rng.choice(COUNTRIES))
        for n in range(LICENCES)
    ]
    licences = [
        (number, name, code, 8703801090, brands[n % len(brands)], QUANTITY, "辆", country, "2026-01-01", "2026-12-31")
        for n, (number, name, code, country) in enumerate(faces)
    ]  # fmt: skip
    own = of_row.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    turns = np.arange(table.num_rows) // RUN % (LICENCES // len(brands))
    used = pa.array(turns * len(brands) + own)
    for name, cells in zip(ADDED, zip(*faces, strict=True), strict=True):
        table = table.append_column(name, pa.array(map(str, cells)).take(used))
    path = folder / "desk.csv"
    pa_csv.write_csv(table, path)
    return Lists(
        path,
        _write(folder / "exporters.csv", LIST, exporters),
        _write(folder / "licences.csv", FACE, licences),
    )
