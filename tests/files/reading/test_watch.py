"""A file that changes while it is read is no answer."""

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.manifests import json_lines, put, put_arrow, put_csv
from support.readers import VINS, only

from vintool.files.reading.manifest import open_manifest


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "arrow", "csv.gz"])
def test_a_file_that_changes_while_it_is_read(tmp_path, ending):
    path = tmp_path / f"a.{ending}"
    rows = [["VIN"], *([vin] for vin in VINS)]
    if ending == "jsonl":
        put(path, json_lines(*({"VIN": vin} for vin in VINS)))
    elif ending == "parquet":
        pq.write_table(pa.table({"VIN": VINS}), path)
    elif ending == "arrow":
        put_arrow(path, pa.table({"VIN": VINS}))
    else:
        put_csv(path, rows)
        if ending == "csv.gz":
            put(path, gzip.compress(path.read_bytes()))
    manifest = open_manifest(path)
    batches = only(manifest).batches()
    next(batches)
    with path.open("ab") as file:
        file.write(b"\n" + VINS[0].encode())
    with pytest.raises(Exception, match="changed while it was read"):
        list(batches)
    path.unlink()
    with pytest.raises(Exception, match="changed while it was read"):
        list(only(manifest).batches())
