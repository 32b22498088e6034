"""Declarations of the Single Window, element by element."""

from vintool.files.reading.manifest import open_manifest
from vintool.files.reading.single_window import NAMESPACE

TESLA = [
    "LRW3E7FA1LC000001",
    "LRW3E7FA3LC000002",
    "LRW3E7FA5LC000003",
    "LRW3E7FA7LC000004",
    "LRW3E7FA9LC000005",
    "LRW3E7FA0LC000006",
]
BYD = "LGXC74C48P0320453"
HEAD = (
    "<DecHead><IEFlag>E</IEFlag><TradeCoScc>91330206MAHJGFW84U</TradeCoScc><TradeName>某汽车公司</TradeName>"
    "<IEDate>20260301</IEDate><TradeMode>0110</TradeMode><BillNo>COSU1</BillNo><TrafName>GLOVIS</TrafName></DecHead>"
)


def vehicle(**cells):
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in cells.items())
    return f"<DecGoodsLimitVin>{inner}</DecGoodsLimitVin>"


def line(number, code, *vehicles):
    """A goods line; the block stands before some of its cells and after others."""
    limits = f"<DecGoodsLimits><DecGoodsLimit><LicTypeCode>QA</LicTypeCode><LicenceNo>26-AA-000001</LicenceNo>{''.join(vehicles)}</DecGoodsLimit></DecGoodsLimits>"
    return f"<DecList><GNo>{number}</GNo>{limits if vehicles else ''}<CodeTS>{code}</CodeTS><TradeCurr>USD</TradeCurr><DestinationCountry>RUS</DestinationCountry></DecList>"


def message(*lines, head=HEAD):
    return (
        f'<DecMessage xmlns="{NAMESPACE}">{head}<DecLists>{"".join(lines)}</DecLists></DecMessage>'
    )


DECLARATION = message(
    line(
        1,
        "8703801090",
        vehicle(
            VinNo=1,
            MotorNo="M1",
            VinCode=TESLA[0],
            ChassisNo=TESLA[0],
            ModelEn="Model 3",
            PricePerUnit="30000",
        ),
        vehicle(LicenceNo="26-AA-000002", VinNo=2, VinCode=TESLA[1], ChassisNo=BYD),
    ),
    line(2, "8708999990", vehicle()),
    line(3, "8703801090"),
)


def rows_of(path, **options):
    """The rows of a declaration, without the cells that are empty."""
    (sheet,) = open_manifest(path, **options).sheets
    rows = [row for batch in sheet.batches() for row in batch.data.to_pylist()]
    return [{name: text for name, text in row.items() if text} for row in rows]
