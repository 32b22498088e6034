"""Write the packaged sample manifest and the lists it is held against: the same bytes each time.

    python benchmarks/sample.py > vintool/cli/samples/manifest.csv
    python benchmarks/sample.py exporters > vintool/cli/samples/exporters.csv
    python benchmarks/sample.py licences > vintool/cli/samples/licences.csv

A yard list as an exporter's spreadsheet saves it: GB18030, CRLF, a title above the header, totals
below the rows. The start of each VIN (positions 1-8) is that of a real model; serial numbers,
companies, bills of lading and licence numbers are invented. Every kind of damage that a customs
desk meets stands at a fixed row, listed in ``DIRT``. Row n of the list (column 序号) is line n + 2
of the file.
"""

import csv
import io
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from stdnum.cn import uscc

SEED = 54
TITLE = "2026年出口整车装运清单（样例：序列号、企业、提单号、许可证号均为虚构）"
HEADER = [
    "序号",
    "提单号",
    "车架号",
    "品牌",
    "车型",
    "燃料种类",
    "商品编号",
    "座位数",
    "新旧",
    "单价(USD)",
    "数量",
    "目的港",
    "境内发货人",
    "统一社会信用代码",
    "出口许可证号",
    "申报日期",
    "开船日期",
]
FIRST_DAY, LAST_DAY, RULE_START = date(2025, 11, 3), date(2026, 7, 24), date(2026, 1, 1)


class Line(NamedTuple):
    """One kind of vehicle on the list."""

    pattern: str  # VIN positions 1-9; "?" is the check digit
    years: str  # position 10, one of these
    plant: str  # position 11
    brand: str
    model: str
    group: str  # key of FUEL_WORDS
    hs: str
    seats: str
    price: int
    units: int
    condition: str


# A bus of a real maker, whose positions 4-8 alone are invented, closes the table.
TABLE = """\
LRW3E7EK?,ST,C,特斯拉,Model 3,BEV,8703801090,5,26800,10,新
LRWYGCFJ?,ST,C,特斯拉,Model Y,BEV,8703801090,5,31500,12,新
LRW3E7EA?,L,C,特斯拉,Model 3,BEV,8703801010,5,14200,4,旧
LGXCE4CB?,ST,2,比亚迪,元PLUS,BEV,8703801090,5,17900,14,新
LGXCH4CD?,S,2,比亚迪,海狮07EV,BEV,8703801090,5,24300,7,新
LGXCE4CC?,S,0,比亚迪,海鸥,BEV,8703801090,4,10400,8,新
LC0CE6CD?,RS,7,比亚迪,汉EV,BEV,8703801090,5,28900,6,新
LC0DF4CD?,R,6,腾势,N7,BEV,8703801090,5,36100,3,新
LSJWH409?,RT,N,名爵,MG4,BEV,8703801090,5,16200,12,新
L6T79NCE?,RS,N,极氪,7X,BEV,8703801090,5,32700,6,新
L6T79ZCE?,RS,P,极氪,001,BEV,8703801090,5,35200,6,新
HLX14B17?,S,1,理想,MEGA,BEV,8703801090,7,66800,3,新
HLX12B15?,S,1,理想,i6,BEV,8703801090,5,33900,4,新
L1NNSGHA?,RS,B,小鹏,G6,BEV,8703801090,5,27600,7,新
LJ1E6A2U?,RS,7,蔚来,EC6,BEV,8703801090,5,45300,4,新
LJ1EEAUU?,J,7,蔚来,ES8,BEV,8703801010,7,19800,2,旧
LNBSC1WK?,R,B,小米,SU7,BEV,8703801090,5,33100,6,新
HXML2A04?,S,A,小米,YU7,BEV,8703801090,5,37400,4,新
LNNABDBF?,RS,C,欧萌达,OMODA E5,BEV,8703801090,5,18700,6,新
LVUGTBAD?,S,D,捷酷,JAECOO J5 EV,BEV,8703801090,5,19500,4,新
LGWEEUA5?,J,E,欧拉,iQ,BEV,8703801010,5,6900,2,旧
LS6A3E0E?,R,A,长安,逸动ET,BEV,8703801090,5,15400,4,新
LFVVB9E6?,PR,5,大众,ID.4 CROZZ,BEV,8703801090,5,19900,7,新
LSVFB6E9?,P,2,大众,ID.3,BEV,8703801010,5,14600,3,旧
HVWJA1ER?,S,1,大众,ID.与众,BEV,8703801090,5,22800,4,新
LPSVSEDE?,P,L,极星,Polestar 2,BEV,8703801090,5,34800,4,新
HESXA2C4?,PR,S,smart,精灵#1,BEV,8703801090,5,25100,3,新
LNAA2AA1?,K,5,埃安,Aion S,BEV,8703801010,5,8300,2,旧
LHGRM882?,S,8,本田,e:NP2,BEV,8703801090,5,21200,3,新
LVHRS185?,P,5,本田,e:NS1,BEV,8703801090,5,17100,4,新
LFMKP14T?,P,0,丰田,bZ4X,BEV,8703801090,5,23900,4,新
LFPHC7CE?,N,2,红旗,E-QM5,BEV,8703801010,5,9700,2,旧
5YJ3E1EA?,S,F,特斯拉,Model 3,BEV,8703801010,5,22400,2,旧
7SAYGDEE?,R,A,特斯拉,Model Y,BEV,8703801010,5,27700,2,旧
WVGZZZE2Z,N,P,大众,ID.4,BEV,8703801010,5,21600,2,旧
JTMABACA?,R,A,丰田,bZ4X,BEV,8703801010,5,24800,2,旧
KNDC34LA?,N,5,起亚,EV6,BEV,8703801010,5,23300,2,旧
LGXC74C4?,ST,0,比亚迪,宋PLUS DM-i,PHEV,8703602300,5,19600,20,新
LC0C74C4?,ST,4,比亚迪,元Pro DM-i,PHEV,8703602300,5,15800,12,新
LC0CD4C4?,T,7,比亚迪,唐DM-i,PHEV,8703602300,7,27200,7,新
LNNBBDEE?,S,C,奇瑞,瑞虎8 PHEV,PHEV,8703602300,7,20900,8,新
LS6C3G0K?,R,A,长安,CS75 PHEV,PHEV,8703602300,5,18300,5,新
HLX33B12?,RS,1,理想,L7,EREV,8703602200,5,41800,12,新
HLX33B12?,R,0,理想,L9,EREV,8703602200,6,52600,6,新
LW433B11?,M,1,理想,ONE,EREV,8703602200,6,23500,2,旧
LM8F7E89?,RS,A,问界,M7,EREV,8703602300,5,36900,8,新
LGWEF6A5?,S,H,哈弗,H6,petrol,8703234310,5,15100,10,新
LGWEEUA5?,S,K,哈弗,初恋 HEV,HEV,8703402310,5,17600,6,新
LNNBBDEG?,S,C,奇瑞,瑞虎4 HEV,HEV,8703402310,5,16900,5,新
LVVDB11B?,R,D,奇瑞,瑞虎4,petrol,8703225010,5,10700,8,新
LVVDD21B?,S,D,捷酷,JAECOO J7,petrol,8703234310,5,17300,8,新
LS5A3DKE?,S,A,长安,UNI-T,petrol,8703225010,5,14300,8,新
LB37852Z?,S,L,吉利,星越L,petrol,8703234310,5,19200,9,新
LSJA24U6?,RS,N,名爵,HS,petrol,8703234310,5,15600,8,新
LFV3B2DN?,S,7,大众,探岳,petrol,8703234310,5,23700,6,新
LFV2A215?,S,2,大众,速腾,petrol,8703223010,5,15900,6,新
LYV102RM?,S,B,沃尔沃,XC60,petrol,8703234210,5,38200,4,新
LSFA431J?,R,A,大通,D90,diesel,8703321310,7,24100,6,新
LGXC16AF?,D,0,比亚迪,F3,petrol,8703223010,5,2600,2,旧
LGWDCF19?,R,A,长城,炮,diesel,8704210000,5,20300,1,新
LA6R1HSA?,S,A,金龙,XMQ6106BEV,BEV,8702402000,35,148000,1,新
"""
LINES = [
    Line(*fields[:8], int(fields[8]), int(fields[9]), fields[10])
    for fields in csv.reader(TABLE.splitlines())
]

# The spellings that exporters use, the common ones oftener.
FUEL_WORDS = {
    "BEV": ["纯电动", "纯电动", "BEV", "纯电", "纯电动", "EV", "电动", "纯电动", "Electric"],
    "PHEV": ["插电式混合动力", "PHEV", "插电式混合动力"],
    "EREV": ["增程式", "REEV", "增程式"],
    "HEV": ["油电混合", "HEV"],
    "petrol": ["汽油", "汽油", "Petrol"],
    "diesel": ["柴油"],
}
DATE_FORMS: tuple[Callable[[date], str], ...] = (
    lambda day: day.isoformat(),
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: day.isoformat(),
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day:%Y%m%d}",
)
COMPANIES = (
    ("上海某汽车进出口有限公司", "310115"),
    ("重庆某国际贸易有限公司", "500112"),
    ("宁波某供应链管理有限公司", "330206"),
    ("深圳某新能源汽车出口有限公司", "440305"),
    ("芜湖某汽车销售有限公司", "340202"),
    ("天津某二手车出口有限公司", "120116"),
    ("广州某国际物流有限公司", "440115"),
)
PORTS = (
    "泽布吕赫 Zeebrugge",
    "杰贝阿里 Jebel Ali",
    "林查班 Laem Chabang",
    "桑托斯 Santos",
    "布里斯班 Brisbane",
    "符拉迪沃斯托克 Vladivostok",
    "Veracruz",
    "Southampton",
    "Barcelona, ES",
    "亚喀巴 Aqaba",
)
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

VIN_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True)),
}
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def with_check_digit(vin: str) -> str:
    """The VIN with the right ISO 3779 check digit at position 9, whatever stood there."""
    pairs = zip(vin[:8] + "0" + vin[9:], VIN_WEIGHTS, strict=True)
    remainder = sum(VIN_VALUES[char] * weight for char, weight in pairs) % 11
    return vin[:8] + "0123456789X"[remainder] + vin[9:]


def sibling(vin: str) -> str:
    """The next VIN off the line: one serial number further."""
    return with_check_digit(f"{vin[:11]}{(int(vin[11:]) + 1) % 1_000_000:06d}")


def swap_adjacent(vin: str) -> str:
    """Two differing neighbours of the serial number exchanged."""
    for at in range(15, 10, -1):
        if vin[at] != vin[at + 1]:
            return vin[:at] + vin[at + 1] + vin[at] + vin[at + 2 :]
    return vin


CYRILLIC = str.maketrans("ABCEHKMPTX", "АВСЕНКМРТХ")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

# What can happen to the text of a VIN between the windscreen and the list.
VIN_DAMAGE: dict[str, Callable[[str], str]] = {
    "lower_case": str.lower,
    "inner_spaces": lambda vin: f"{vin[:3]} {vin[3:9]} {vin[9:]}",
    "hyphens": lambda vin: f"{vin[:3]}-{vin[3:9]}-{vin[9:]}",
    "full_width": lambda vin: vin.translate(FULL_WIDTH),
    "no_break_space": lambda vin: f"{vin[:9]}\u00a0{vin[9:]}\u00a0",
    "zero_width_space": lambda vin: f"{vin[:8]}\u200b{vin[8:]}",
    "asterisks": lambda vin: f"*{vin}*",
    "vin_label": lambda vin: f"VIN:{vin}",
    "cyrillic": lambda vin: vin.translate(CYRILLIC),
    "letter_o": lambda vin: vin.replace("0", "O"),
    "letter_i": lambda vin: vin.replace("1", "I"),
    "adjacent_swap": swap_adjacent,
    "wrong_check_digit": lambda vin: vin[:8] + ("1" if vin[8] != "1" else "7") + vin[9:],
    "sixteen": lambda vin: vin[:-1],
    "eighteen": lambda vin: vin[:12] + vin[11] + vin[12:],
    "barcode_i": lambda vin: "I" + vin,
    "placeholder": lambda _: "1" * 17,
    "tba": lambda _: "TBA",
    "empty": lambda _: "",
    "frame_number": lambda _: "GJ7-104238",
    "two_vins": lambda vin: f"{vin} / {sibling(vin)}",
    "in_text": lambda vin: f"白色 车架号{vin} 随附合格证",
    "scientific": lambda _: "5.03E+02",
    "serial_letter": lambda vin: with_check_digit(f"{vin[:12]}A{vin[13:]}"),
}


def _field(column: str, change: Callable[[str], str]) -> Callable[[list[str]], None]:
    """A change of one cell."""
    at = HEADER.index(column)

    def apply(row: list[str]) -> None:
        row[at] = change(row[at])

    return apply


def _declare(**cells: str) -> Callable[[list[str]], None]:
    """Cells set to what someone else declared."""

    def apply(row: list[str]) -> None:
        for column, value in cells.items():
            row[HEADER.index(column)] = value

    return apply


def _cut_short(row: list[str]) -> None:
    """A line that ends after the price, without its last commas."""
    del row[HEADER.index("数量") :]


ROW_DAMAGE: dict[str, Callable[[list[str]], None]] = {
    "two_vins": _declare(数量="2"),
    "frame_number": _declare(品牌="本田", 车型="飞度"),
    "hs_float": _field("商品编号", lambda code: f"{code}.0"),
    "hs_dotted": _field("商品编号", lambda code: f"{code[:4]}.{code[4:6]}.{code[6:8]}.{code[8:]}"),
    "hs_13_digits": _field("商品编号", lambda code: f"{code}.999"),
    "hs_missing": _declare(商品编号=""),
    "fuel_missing": _declare(燃料种类=""),
    "date_missing": _declare(申报日期=""),
    "price_comma": _field("单价(USD)", lambda price: f"{int(price):,}"),
    "hs_without_vin": _declare(商品编号="8703809090"),
    "declared_petrol": _declare(燃料种类="汽油", 商品编号="8703234310"),
    "ragged_row": _cut_short,
}

# Row (序号) of each kind of damage. Other rows are clean, but for the spelling of fuels and dates.
DIRT: dict[str, tuple[int, ...]] = {
    "lower_case": (100, 200),
    "inner_spaces": (121, 223),
    "hyphens": (124,),
    "full_width": (130,),
    "no_break_space": (133,),
    "zero_width_space": (148,),
    "asterisks": (151,),
    "vin_label": (154,),
    "cyrillic": (158,),
    "letter_o": (156,),
    "letter_i": (162,),
    "adjacent_swap": (176, 343),
    "wrong_check_digit": (183, 260),
    "sixteen": (187, 292),
    "eighteen": (194,),
    "barcode_i": (214,),
    "placeholder": (219,),
    "tba": (190,),
    "empty": (172, 239),
    "frame_number": (181,),
    "two_vins": (252,),
    "in_text": (268,),
    "scientific": (272,),
    "serial_letter": (287,),
    "hs_float": (250,),
    "hs_dotted": (254,),
    "hs_13_digits": (266,),
    "hs_missing": (274, 338),
    "hs_without_vin": (128, 218, 333),  # the code of cars without a VIN, on cars with one
    "fuel_missing": (122, 208),
    "declared_petrol": (104, 174, 345),  # on cars whose VIN says pure electric
    "date_missing": (313,),
    "price_comma": (300,),
    "ragged_row": (289,),
}
BLANK_ROW = 180
DUPLICATE = (299, 324)  # the second row repeats the vehicle of the first


def _choose(rng: random.Random, items: Sequence[str]) -> str:
    """One of the items. Built on ``random()`` alone, which no Python release may change."""
    return items[int(rng.random() * len(items))]


def _number(rng: random.Random, digits: int) -> str:
    """A number of so many digits that does not begin with 0."""
    return str(10 ** (digits - 1) + int(rng.random() * 9 * 10 ** (digits - 1)))


def _credit_code(rng: random.Random, region: str) -> str:
    """An invented unified social credit code with the right check character (GB 32100)."""
    body = f"91{region}MA" + "".join(_choose(rng, USCC_ALPHABET) for _ in range(7))
    return body + uscc.calc_check_digit(body)


def _vin(rng: random.Random, line: Line) -> str:
    """One invented vehicle of this kind."""
    vin = f"{line.pattern}{_choose(rng, line.years)}{line.plant}{_number(rng, 6)}"
    return with_check_digit(vin) if line.pattern.endswith("?") else vin


def _lots() -> list[tuple[Line, int]]:
    """The vehicles in lots of at most eight: what one exporter puts on one ship."""
    return [
        (line, min(8, line.units - start)) for line in LINES for start in range(0, line.units, 8)
    ]


def _licence(rng: random.Random, line: Line, day: date) -> str:
    """An export licence number, or none: new pure-electric cars need none before 2026."""
    needed = line.group != "BEV" or line.condition == "旧" or day >= RULE_START
    number = f"{day:%y}-{_choose(rng, 'ABCDGHJ')}{_choose(rng, 'ABCXYZ')}-{_number(rng, 6)}"
    return number if rng.random() < (0.8 if needed else 0.0) else ""


def clean_rows() -> list[list[str]]:
    """The list before any damage, in the order of the declaration dates."""
    rng = random.Random(SEED)  # noqa: S311  # reproducible, no secret
    exporters = [(name, _credit_code(rng, region)) for name, region in COMPANIES]
    rows: list[list[str]] = []
    lots = sorted(_lots(), key=lambda _: rng.random())
    seen = dict.fromkeys(FUEL_WORDS, 0)
    for place, (line, units) in enumerate(lots):
        days = int((place + rng.random()) / len(lots) * (LAST_DAY - FIRST_DAY).days)
        day = FIRST_DAY + timedelta(days=days)
        words = FUEL_WORDS[line.group]
        fuel = words[seen[line.group] % len(words)]
        seen[line.group] += 1
        exporter, credit_code = exporters[int(rng.random() * len(exporters))]
        bill = _choose(rng, ("COSU", "OOLU", "EUKO", "WALH")) + _number(rng, 9)
        port, licence = _choose(rng, PORTS), _licence(rng, line, day)
        price = round(line.price * (0.93 + 0.14 * rng.random()), -1)
        form, sails = DATE_FORMS[place % 5], day + timedelta(days=1 + place % 4)
        shipment = [port, exporter, credit_code, licence, form(day), form(sails)]
        for _ in range(units):
            vehicle = [_vin(rng, line), line.brand, line.model, fuel, line.hs, line.seats]
            terms = [line.condition, f"{price:.0f}", "1"]
            rows.append([str(len(rows) + 1), bill, *vehicle, *terms, *shipment])
            if len(rows) + 1 == BLANK_ROW:
                rows.append([""] * len(HEADER))
    return rows


def damaged_rows() -> list[list[str]]:
    """The list as it is sent."""
    rows = clean_rows()
    first, second = DUPLICATE
    vehicle = slice(HEADER.index("车架号"), HEADER.index("数量"))
    rows[second - 1][vehicle] = rows[first - 1][vehicle]
    for kind, numbers in DIRT.items():
        for number in numbers:
            row = rows[number - 1]
            before = list(row)
            if kind in VIN_DAMAGE:
                _field("车架号", VIN_DAMAGE[kind])(row)
            if kind in ROW_DAMAGE:
                ROW_DAMAGE[kind](row)
            if row == before:
                raise ValueError(f"{kind} leaves row {number} as it was")
    return rows


def _total(rows: list[list[str]], column: str) -> str:
    """The sum of a column that holds numbers, thousands separators and gaps."""
    at = HEADER.index(column)
    cells = (row[at] for row in rows if len(row) > at)
    return str(sum(int(cell.replace(",", "")) for cell in cells if cell))


def manifest_lines() -> Iterator[list[str]]:
    """Every line of the file: title, header, rows, totals."""
    rows = damaged_rows()
    width = len(HEADER)
    yield [TITLE, *[""] * (width - 1)]
    yield HEADER
    yield from rows
    totals = {"序号": "合计", **{name: _total(rows, name) for name in ("单价(USD)", "数量")}}
    yield [totals.get(name, "") for name in HEADER]


def manifest_bytes() -> bytes:
    """The whole file."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(manifest_lines())
    return text.getvalue().encode("gb18030")


# The lists that the demo holds the manifest against, with something wrong in each way.

EXPORTERS_HEADER = ["企业名称", "统一社会信用代码", "品牌", "企业类型", "年度"]
NOT_LISTED, LISTED_BEFORE = "广州某国际物流有限公司", "芜湖某汽车销售有限公司"
NOT_AUTHORISED = {"上海某汽车进出口有限公司": "小鹏", "深圳某新能源汽车出口有限公司": "比亚迪"}
LICENCES_HEADER = [
    "许可证号",
    "出口商",
    "统一社会信用代码",
    "商品编码",
    "品牌",
    "数量",
    "单位",
    "进口国",
    "贸易方式",
    "有效期起",
    "有效期至",
]
COUNTRIES = dict(
    zip(
        PORTS,
        (
            "比利时",
            "阿联酋",
            "泰国",
            "巴西",
            "澳大利亚",
            "俄罗斯",
            "墨西哥",
            "英国",
            "西班牙",
            "约旦",
        ),
        strict=True,
    )
)
# Which licences, by their place among those of new electric cars, have what wrong with them.
UNKNOWN, TOO_SMALL, EXPIRED, OTHER_COUNTRY, OTHER_EXPORTER = 1, 3, 5, 8, 10


def _electric() -> list[dict[str, str]]:
    """The rows of new electric cars declared under the rule, as they were before any damage."""
    rows = [dict(zip(HEADER, row, strict=True)) for row in clean_rows() if row[0]]
    return [row for row in rows if row["商品编号"] == "8703801090" and row["出口许可证号"]]


def exporter_lines() -> Iterator[list[str]]:
    """Qualified enterprises: one is missing, one was listed the year before, two lack a brand."""
    yield EXPORTERS_HEADER
    rows = [dict(zip(HEADER, row, strict=True)) for row in clean_rows() if row[0]]
    codes = {row["境内发货人"]: row["统一社会信用代码"] for row in rows}
    for name, _ in COMPANIES:
        if name == NOT_LISTED:
            continue
        own = dict.fromkeys(row["品牌"] for row in rows if row["境内发货人"] == name)
        brands = [brand for brand in own if brand != NOT_AUTHORISED.get(name)]
        year = "2025" if name == LISTED_BEFORE else "2026"
        yield [name, codes[name], ";".join(brands), "授权出口企业", year]


def licence_lines() -> Iterator[list[str]]:
    """The licences that the manifest names, and one that nobody uses."""
    yield LICENCES_HEADER
    rows = _electric()
    numbers = dict.fromkeys(row["出口许可证号"] for row in rows)
    for place, number in enumerate(numbers):
        lot = [row for row in rows if row["出口许可证号"] == number]
        first = lot[0]
        exporter = COMPANIES[0][0] if place == OTHER_EXPORTER else first["境内发货人"]
        code = "" if place == OTHER_EXPORTER else first["统一社会信用代码"]
        country = "挪威" if place == OTHER_COUNTRY else COUNTRIES[first["目的港"]]
        count = len(lot) - (place == TOO_SMALL)
        until = "2026-01-15" if place == EXPIRED else "2026-12-31"
        cells = [exporter, code, first["商品编号"], first["品牌"], str(count), "辆", country]
        if place != UNKNOWN:
            yield [number, *cells, "一般贸易", "2026-01-01", until]
    name, _ = COMPANIES[1]
    yield [
        "26-AA-000001",
        name,
        "",
        "8703801090",
        "极氪",
        "20",
        "辆",
        "德国",
        "一般贸易",
        "2026-01-01",
        "2026-12-31",
    ]


def list_bytes(lines: Iterator[list[str]]) -> bytes:
    """A list as a spreadsheet saves it: UTF-8 with a byte order mark."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("utf-8-sig")


FILES: dict[str, Callable[[], bytes]] = {
    "manifest": manifest_bytes,
    "exporters": lambda: list_bytes(exporter_lines()),
    "licences": lambda: list_bytes(licence_lines()),
}


if __name__ == "__main__":
    sys.stdout.buffer.write(FILES[sys.argv[1] if len(sys.argv) > 1 else "manifest"]())
