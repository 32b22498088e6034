"""Spark's frames in, the same with the answers on their right out; PySpark 3.5 and 4, classic and by Spark Connect.

The rows stay on the cluster: whatever is asked of them runs in the Python of its executors, which must have the same release of
vintool and the same reference data, and say so if they have not.
"""

from collections.abc import Sequence
from typing import Any

from vintool.codes import FieldName
from vintool.registry.reference import Reference, reference_in_use
from vintool.spark.frames import decode, screen

__all__ = ["decode", "register_functions", "register_source", "screen"]


def register_functions(
    spark: Any,
    fields: FieldName | Sequence[FieldName] | None = None,
    *,
    reference: Reference | None = None,
) -> None:
    """Give a session functions for its SQL, those that ``vintool.frames.duckdb`` gives DuckDB; pandas must be there.

    - ``vin_is_valid(vin)``: whether ``vintool.is_valid`` says so.
    - ``vin_decode(vin, field)``: one field as text, such as ``vin_decode(vin, 'brand')``; what is nested is JSON.
    - ``vin_vehicle(vin)``: a struct of fields in their own types; only what is named by ``fields`` is computed.
    - ``vin_screen(vin, day, declared)``: a struct of the columns of ``screen_table`` without ``vin_`` before them: the row by itself, as
      ``vintool.screen`` judges it. ``declared`` is a map of fields and cells, such as ``map('fuel', fuel)``. What only all rows tell,
      such as VINs that stand twice, needs ``screen``.

    Args:
        spark: the session.
        fields: those of ``vin_vehicle``; all if not given.
        reference: the data that the answers rest on; by default that of the process, see ``vintool.Reference``.
    """
    from vintool.spark.sql import register  # noqa: PLC0415 - where pandas is

    register(spark, fields, reference or reference_in_use())


def register_source(spark: Any) -> None:
    """Let a session read dirty manifests: ``spark.read.format("vintool").load("manifest.xlsx")``, see ``ManifestSource``.

    The file must lie where driver and executors find it. One task reads it; ``repartition`` what it gives.

    Raises:
        NotImplementedError: PySpark is older than 4, which has no data sources in Python.
    """
    if not hasattr(spark, "dataSource"):
        raise NotImplementedError(
            "this PySpark has no data sources in Python: take PySpark 4, or read by vintool.read_manifest and spark.createDataFrame"
        )
    from vintool.spark.source import ManifestSource  # noqa: PLC0415 - where PySpark has them

    spark.dataSource.register(ManifestSource)
