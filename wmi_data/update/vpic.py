r"""NHTSA's vPIC tables as a SQLite file, from the data file inside the package ``ultravin``.

Usage: ``python vpic.py ultravin-3.0.2.tar.gz vpic.sqlite``, then
``vintool data build --vpic vpic.sqlite --out wmi_data/vpic``.

The source distribution on PyPI carries NHTSA's tables as one binary file; the data is a work of the
United States government and in the public domain. This script reads that file alone and runs
nothing of the package. Whoever has NHTSA's own monthly release (SQLite, or the PostgreSQL dump) gives that to
``vintool data build`` and needs no script.

The file: a head of 64 bytes, then arrays of fixed-size records, and at the end a directory, for
each array its distance from the entry (4 bytes, signed) and its length (4 bytes). Texts are numbers
into one long text.
"""

import json
import sqlite3
import struct
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from _common import ensure

MAGIC, FORMAT, HEAD = b"ULTRAVIN", 1, 64
NULL_NUMBER, NULL_TIME = -(2**31), -(2**63)

# The arrays in the order of the directory; a letter a field: i number, s text, t time, b flag,
# h short number; x is not used. Records are aligned as C aligns them.
ARRAYS = {
    "arena_bytes": "",
    "arena_offsets": "",
    "Wmi": "isiiiitt",
    "Wmi_VinSchema": "iiiii",
    "VinSchema": "ib",
    "Pattern": "iisxistxx",
    "Element": "issbsssbi",
    "Make_Model": "ii",
    "Wmi_Make": "ii",
    "EngineModel": "is",
    "EngineModelPattern": "iiist",
    "DefaultValue": "iiisbt",
    "VinException": "sb",
    "Conversion": "iiis",
    "lookups": "his",
    "cover": "",
    "VehicleSpecSchema": "iiib",
    "VSpecSchemaPattern": "ii",
    "VehicleSpecPattern": "iibist",
    "VehicleSpecSchema_Model": "ii",
    "VehicleSpecSchema_Year": "ii",
}
COLUMNS = {
    "Wmi": "Id Wmi ManufacturerId MakeId VehicleTypeId TruckTypeId PublicAvailabilityDate CreatedOn",
    "Wmi_VinSchema": "Id WmiId VinSchemaId YearFrom YearTo",
    "VinSchema": "Id TobeQCed",
    "Pattern": "Id VinSchemaId Keys - ElementId AttributeId CreatedOn - -",
    "Element": "Id Name Code IsPrivate GroupName DataType Decode - weight",
    "Make_Model": "MakeId ModelId",
    "Wmi_Make": "WmiId MakeId",
    "EngineModel": "Id Name",
    "EngineModelPattern": "Id EngineModelId ElementId AttributeId CreatedOn",
    "DefaultValue": "Id ElementId VehicleTypeId DefaultValue - CreatedOn",
    "Conversion": "Id FromElementId ToElementId Formula",
    "VehicleSpecSchema": "Id MakeId VehicleTypeId TobeQCed",
    "VSpecSchemaPattern": "Id SchemaId",
    "VehicleSpecPattern": "Id VSpecSchemaPatternId IsKey ElementId AttributeId CreatedOn",
    "VehicleSpecSchema_Model": "VehicleSpecSchemaId ModelId",
    "VehicleSpecSchema_Year": "VehicleSpecSchemaId Year",
}
"""Columns as vPIC names them; ``-`` is left out. VinException, a list of real VINs, is too."""

# The lookup tables behind the tags of ``lookups``, in their order, and the elements that name them.
LOOKUPS = {
    "BatteryType": (2,),
    "BedType": (3,),
    "BodyCab": (4,),
    "BodyStyle": (5,),
    "DestinationMarket": (10,),
    "DriveType": (15,),
    "EntertainmentSystem": (23,),
    "FuelType": (24, 66),
    "GrossVehicleWeightRating": (25, 184, 185, 190),
    "Make": (26,),
    "Manufacturer": (27,),
    "Model": (28,),
    "Steering": (36,),
    "Transmission": (37,),
    "VehicleType": (39,),
    "BrakeSystem": (42,),
    "AirBagLocations": (55, 56, 107),
    "WheelBaseType": (60,),
    "ValvetrainDesign": (62,),
    "EngineConfiguration": (64,),
    "AirBagLocFront": (65,),
    "FuelDeliveryType": (67,),
    "AirBagLocKnee": (69,),
    "EVDriveUnit": (72,),
    "Country": (75,),
    "Pretensioner": (78,),
    "SeatBeltsAll": (79,),
    "AdaptiveCruiseControl": (81,),
    "ABS": (86,),
    "AutoBrake": (87,),
    "BlindSpotMonitoring": (88,),
    "ECS": (99,),
    "TractionControl": (100,),
    "ForwardCollisionWarning": (101,),
    "LaneDepartureWarning": (102,),
    "LaneKeepSystem": (103,),
    "RearVisibilityCamera": (104,),
    "ParkAssist": (105,),
    "TrailerType": (116,),
    "TrailerBodyType": (117,),
    "CoolingType": (122,),
    "ElectrificationLevel": (126,),
    "ChargerLevel": (127,),
    "Turbo": (135,),
    "ErrorCode": (),
    "AxleConfiguration": (145,),
    "BusFloorConfigType": (148,),
    "BusType": (149,),
    "CustomMotorcycleType": (151,),
    "MotorcycleSuspensionType": (152,),
    "MotorcycleChassisType": (153,),
    "TPMS": (168,),
    "DynamicBrakeSupport": (170,),
    "PedestrianAutomaticEmergencyBraking": (171,),
    "AutoReverseSystem": (172,),
    "AutomaticPedestrainAlertingSound": (173,),
    "CAN_AACN": (174,),
    "EDR": (175,),
    "KeylessIgnition": (176,),
    "DaytimeRunningLight": (177,),
    "LowerBeamHeadlampLightSource": (178,),
    "SemiautomaticHeadlampBeamSwitching": (179,),
    "AdaptiveDrivingBeam": (180,),
    "RearCrossTrafficAlert": (183,),
    "RearAutomaticEmergencyBraking": (192,),
    "BlindSpotIntervention": (193,),
    "LaneCenteringAssistance": (194,),
    "NonLandUse": (195,),
    "FuelTankType": (200,),
    "FuelTankMaterial": (201,),
    "CombinedBrakingSystem": (202,),
    "WheelieMitigation": (203,),
}
LOOKUP_OF = {element: table for table, elements in LOOKUPS.items() for element in elements}

_CODES = {"i": "i", "s": "I", "t": "q", "b": "B", "h": "H"}


class Array(NamedTuple):
    """Where the records of one array stand."""

    start: int
    length: int


def layout(fields: str) -> struct.Struct:
    """The record of one array, aligned: every field at a multiple of its size."""
    # The two unused flags at the end of Pattern are bytes, its unused text number is four.
    codes = "".join(_CODES.get(field, "I") for field in fields)
    if fields == ARRAYS["Pattern"]:
        codes = codes[:-2] + "BB"
    widest = "q" if "q" in codes else "I"
    aligned = struct.Struct("@" + codes + "0" + widest)
    ensure(struct.calcsize("@q") == 8 and sys.byteorder == "little", "an unusual machine")
    return aligned


class Artifact:
    """The data file, its arrays found."""

    def __init__(self, content: bytes) -> None:
        ensure(content[:8] == MAGIC, "the data file does not begin as expected")
        ensure(
            int.from_bytes(content[8:10], "little") == FORMAT, "the data file has another format"
        )
        self._body = content[HEAD:]
        root = len(self._body) - 8 * len(ARRAYS)
        self._arrays = {}
        for number, name in enumerate(ARRAYS):
            at = root + 8 * number
            distance, length = struct.unpack_from("<iI", self._body, at)
            self._arrays[name] = Array(at + distance, length)
        offsets = self._arrays["arena_offsets"]
        self._offsets = struct.unpack_from(f"<{offsets.length}I", self._body, offsets.start)
        self._arena = self._arrays["arena_bytes"].start

    def text(self, number: int) -> str:
        """The text with this number."""
        first, last = self._offsets[number : number + 2]
        return self._body[self._arena + first : self._arena + last].decode()

    def rows(self, name: str) -> Iterator[tuple[Any, ...]]:
        """The records of one array, nulls and texts put in."""
        array, record = self._arrays[name], layout(ARRAYS[name])
        stop = array.start + array.length * record.size
        for values in record.iter_unpack(self._body[array.start : stop]):
            yield tuple(map(self._value, ARRAYS[name], values))

    def _value(self, field: str, value: int) -> Any:
        if field == "s":
            return self.text(value)
        if field == "t":
            return None if value == NULL_TIME else moment(value)
        return None if value == NULL_NUMBER else value


def moment(microseconds: int) -> str:
    """A time as SQLite writes it."""
    seconds, rest = divmod(microseconds, 1_000_000)
    day = datetime.fromtimestamp(seconds, UTC)
    return f"{day:%Y-%m-%d %H:%M:%S}.{rest:06}"


def write(artifact: Artifact, manifest: dict[str, Any], path: Path) -> None:
    """Every table into a new SQLite file."""
    with sqlite3.connect(path) as database:

        def table(name: str, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
            database.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            marks = ", ".join("?" for _ in columns)
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)  # noqa: S608

        for name, text in COLUMNS.items():
            columns = text.split()
            kept = [at for at, column in enumerate(columns) if column != "-"]
            rows: Iterator[tuple[Any, ...]] = (
                tuple(row[at] for at in kept) for row in artifact.rows(name)
            )
            if name == "DefaultValue":  # its flag says whether there is a value
                rows = (
                    (*row[:3], row[3] if row[4] else None, row[5]) for row in artifact.rows(name)
                )
            named = [columns[at] for at in kept]
            if name == "Element":
                named.append("LookupTable")
                rows = ((*row, LOOKUP_OF.get(row[0])) for row in rows)
            table(name, named, rows)
        names: dict[int, list[tuple[int, str]]] = {}
        for tag, number, name in artifact.rows("lookups"):
            names.setdefault(tag, []).append((number, name))
        for tag, name in enumerate(LOOKUPS):
            table(name, ["Id", "Name"], iter(names.get(tag, ())))
        table("Release", ["month", "url", "sha256"], iter([release(manifest)]))


def release(manifest: dict[str, Any]) -> tuple[str, str, str]:
    """Which release of vPIC the file was made from: month, address, SHA-256 of NHTSA's dump."""
    return manifest["month"].replace("_", "-"), manifest["source_url"], manifest["dump_sha256"]


def main() -> None:
    """Read the package, write the SQLite file."""
    ensure(len(sys.argv) == 3, "usage: vpic.py SOURCE_DISTRIBUTION SQLITE_FILE")
    package, path = map(Path, sys.argv[1:])
    ensure(not path.exists(), f"{path} exists")
    found = {}
    with tarfile.open(package) as members:
        for member in members:
            name = Path(member.name).name
            if name in {"vpic.rkyv", "manifest.json"} and (file := members.extractfile(member)):
                found[name] = file.read()
    ensure(len(found) == 2, f"{package}: no data file in it")
    write(Artifact(found["vpic.rkyv"]), json.loads(found["manifest.json"]), path)


if __name__ == "__main__":
    main()
