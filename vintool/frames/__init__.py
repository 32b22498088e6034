"""Frames of other libraries in, the same kind out: pandas, polars, DuckDB, PyArrow, Ibis.

Columns go in and answers come out by Arrow's C interface; the user's own columns stay as they are wherever the library can
put columns beside them. No library is imported before the user has. Nothing is registered but by a call.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar

from vintool.codes import FieldName, MappingKey, RegimeCode
from vintool.columns import decode_table
from vintool.files.tables import screen_batches, screen_table
from vintool.frames.kinds import LAZILY_DECODED, LAZILY_SCREENED, answered, kind_of
from vintool.registry.reference import Reference, reference_in_use
from vintool.screening.dates import day_given
from vintool.screening.regimes import regimes_asked

__all__ = ["decode", "duckdb", "register_pandas", "register_polars", "screen"]

Frame = TypeVar("Frame")


def decode(
    frame: Frame,
    column: str | None = None,
    fields: "FieldName | Sequence[FieldName] | None" = None,
    *,
    reference: Reference | None = None,
) -> Frame:
    """Decode a column of a frame: ``decode_table``, and the kind of frame that came in comes back.

    A lazy frame stays lazy and streams, a reader stays a stream: then a column whose header does not say that it holds VINs
    must be named.

    Args:
        frame: a pandas or polars frame, a polars lazy frame, a DuckDB relation, an Ibis table, a table, batch, reader or dataset of
            PyArrow; a series, which comes back as a frame; of anything else that ``decode_table`` takes comes a table.
        column: the column of VINs; found if not given.
        fields: as for ``decode_table``.
        reference: the data that the answers rest on; by default that of the process, see ``Reference``.

    Returns:
        The same rows in the same order, with the columns of ``decode_table`` on the right. A pandas frame keeps its index; its new
        columns are Arrow's (``pandas.ArrowDtype``). To DuckDB ``vin`` beside ``VIN`` is one name: there it becomes ``vin_vin``.

    Raises:
        ValueError: an unknown field or column.
        TypeError: it is no table.
    """
    ask = partial(decode_table, fields=fields, reference=reference or reference_in_use())
    lazily = LAZILY_DECODED.get(kind_of(frame))
    answers: Frame = (
        lazily(frame, column, ask) if lazily else answered(frame, partial(ask, column=column))
    )
    return answers


def screen(  # noqa: PLR0913 - the options of a run
    frame: Frame,
    on: date | str | None = None,
    mapping: "Mapping[MappingKey, str | Sequence[str]] | None" = None,
    regime: "RegimeCode | None" = None,
    *,
    exporters: Any = None,
    licences: Any = None,
    confirmations: Any = None,
    decisions: Any = (),
    catalogue: Any = (),
    first_row: int = 1,
    reference: Reference | None = None,
) -> Frame:
    """Screen a frame: ``screen_table`` with the same arguments, and the kind of frame that came in comes back.

    A polars lazy frame stays lazy, and is judged as a whole when it is collected, since only all rows tell which VINs stand twice and
    what licences are left. A reader of PyArrow is judged as ``screen_batches`` judges a stream.

    Args:
        frame: as for ``decode``.
        on: the declaration date of all rows; None to read the mapped date column.
        mapping: field -> column name, where the header dictionary should not decide.
        regime: code of the regime; None or ``all`` for every one that is in question for a row.
        exporters: a list of qualified enterprises: a path, or a frame.
        licences: a list of export licences, likewise.
        confirmations: a list of VINs in makers' confirmations, likewise.
        decisions: filled ``exceptions.csv`` of earlier runs, likewise: one or several.
        catalogue: exports of type approvals, likewise: one or several.
        first_row: the number of the first row.
        reference: the data that the verdicts rest on; by default that of the process, see ``Reference``.

    Returns:
        The same rows in the same order, with the columns of ``screen_table`` on the right, as ``decode`` puts them.

    Raises:
        MappingError, NoVinColumn: which column is which must be told by ``mapping``.
        ManifestError: a list cannot be read.
        TypeError: it is no table, or an argument is of another kind.
        ValueError: no date is given, and there is no column of dates; or a mapped column is no text.
        KeyError: no such regime.
    """
    regimes_asked(regime)  # before anything is read, and not when a lazy frame is collected
    of_run = {
        "on": day_given(on),
        "mapping": mapping,
        "regime": regime,
        "exporters": exporters,
        "licences": licences,
        "confirmations": confirmations,
        "decisions": decisions,
        "catalogue": catalogue,
        "first_row": first_row,
        "reference": reference or reference_in_use(),
    }
    ask, lazily = partial(screen_table, **of_run), LAZILY_SCREENED.get(kind_of(frame))
    answers: Frame = (
        lazily(frame, ask, partial(screen_batches, **of_run)) if lazily else answered(frame, ask)
    )
    return answers


def register_polars() -> None:
    """Give expressions and series of polars the namespace ``vin``: ``decode``, ``is_valid``, ``check_digit``.

    They are elementwise, so they stream: ``pl.col("VIN").vin.decode("brand")`` is a column of that field's type, of several fields a
    struct. They rest on the reference that is in use when they are called. A second call changes nothing.
    """
    from vintool.frames.expressions import register  # noqa: PLC0415 - where polars is

    register()


def register_pandas() -> None:
    """Give series of pandas the accessor ``vin``: ``decode``, ``is_valid``, ``check_digit``.

    ``frame["VIN"].vin.decode("brand")`` is a series with the same index, of several fields a frame. A second call changes nothing.
    """
    from vintool.frames.accessor import register  # noqa: PLC0415 - where pandas is

    register()


def duckdb(
    con: Any,
    fields: "FieldName | Sequence[FieldName] | None" = None,
    *,
    reference: Reference | None = None,
) -> None:
    """Give a connection of DuckDB functions for its SQL; a second call puts new ones in their place.

    - ``vin_is_valid(vin)``: whether ``vintool.is_valid`` says so; BOOLEAN.
    - ``vin_decode(vin, field)``: one field as text, such as ``vin_decode(vin, 'brand')``; what is nested is JSON.
    - ``vin_vehicle(vin)``: a STRUCT of fields in their own types; only what is named by ``fields`` is computed.
    - ``vin_screen(vin, day, declared)``: a STRUCT of the columns of ``screen_table`` without ``vin_`` before them: the row by itself, as
      ``vintool.screen`` judges it. ``declared`` is a MAP of fields and cells, such as ``MAP {'fuel': fuel}``, or ``MAP {}``. What
      only all rows tell, such as VINs that stand twice, needs ``screen``.

    Args:
        con: the connection.
        fields: those of ``vin_vehicle``; all if not given.
        reference: the data that the answers rest on; by default that of the process, see ``Reference``.
    """
    from vintool.frames.sql import register  # noqa: PLC0415 - where DuckDB is

    register(con, fields, reference or reference_in_use())
