"""What stands on a row beside its usual entries and speaks for an electric car: remarks, a drive motor, an electric range.

Remarks are heard for that alone: they clear nothing, and what they say of all else is left to the reader. Names of companies are
passed over, as many that trade in petrol cars are called after new energy.
"""

import re

from vintool.codes import Powertrain
from vintool.declaration.lexicon.electric_hints import energies, hint
from vintool.declaration.lexicon.goods import goods_name
from vintool.declaration.lexicon.goods_words import SOURCE
from vintool.declaration.lexicon.meanings import Meaning, quoted
from vintool.declaration.lexicon.words import fold

REMARKS, DRIVE_MOTOR, ELECTRIC_RANGE = "remarks", "drive_motor", "electric_range"
# Remarks are many, and each another: only those with such a piece of a word are parted into words.
_STEMS = re.compile(
    r"electr|el[ée]ctr|elétr|elettr|électr|elektr|электр|електр|ηλεκτρ|kwh|квт|bev|ev\b|nev|zev|emission|emisi|emissi|batter|batar|bater|batería|"
    r"аккум|батар|акум|akku|plug|stromer|ccs2|chademo|wltp|cltc|nedc|energ|энерги|enerji|elbil|eldr|elbi|sähkö|villany|[电電]|新能源|"
    r"新エネ|ゼロ|航続|千瓦|零排放|전기|배터리|에너지|ไฟฟ้า|พลังงาน|كهرب|طاقة|برق|חשמל|điện|chạy pin|năng lượng|listrik|baterai|şarj"
)
_COMPANY = re.compile(
    r"公司|集团|集團|株式会社|\b(?:co\.|ltd|llc|inc\b|corp|gmbh|s\.?a\.?r?\.?l\b|s\.a\.|b\.v\.|ооо|тоо|limited|company|trading|logistics)"
)
_SENTENCE = re.compile(r"[\n\r;；。]")
_LONGEST = 2_000
_NUMBER = re.compile(r"[0-9]{2,4}")
_SHORTEST, _FARTHEST = 20, 2_000  # km
_NOTHING = re.compile(
    r"[\W_0]*|n/?a|none|no|nil|无|無|没有|нет|keine?|non|ninguno|nessuno|yok|not applicable|不适用"
)


def names_a_company(text: str) -> bool:
    """Whether a text has the legal form of a company in it.

    >>> names_a_company("Foo New Energy Vehicle Co., Ltd."), names_a_company("new energy vehicle")
    (True, False)
    """
    return _COMPANY.search(fold(text)) is not None


def remarks(text: str) -> Meaning | None:
    """What a remark says for an electric car; nothing else is heard.

    >>> remarks("urgent; BEV, with charger").value, remarks("60 kWh").hint, remarks("petrol, with electric windows")
    ('BEV', '60 kwh', None)
    >>> remarks("Consignee: Foo New Energy Vehicle Co., Ltd.")
    """
    parts = _SENTENCE.split(fold(text[:_LONGEST]))
    rest = "\n".join(one for one in parts if _STEMS.search(one) and not _COMPANY.search(one))
    said = goods_name(rest) if rest else None
    if said is None:
        return None
    powertrains = {said.powertrain, *said.rivals}
    if said.powertrain is Powertrain.BEV:
        return Meaning(REMARKS, quoted(REMARKS, text), Powertrain.BEV, source=SOURCE)
    heard = said.hint or (said.display if Powertrain.BEV in powertrains else "") or hint(rest)
    return Meaning(REMARKS, quoted(REMARKS, text), source=SOURCE, hint=heard) if heard else None


def drive_motor(text: str) -> Meaning | None:
    """A drive motor that is named.

    >>> drive_motor("TZ220XS").hint, drive_motor("/"), drive_motor("无")
    ('drive motor', None, None)
    """
    if _NOTHING.fullmatch(text.strip().casefold()):
        return None
    return Meaning(DRIVE_MOTOR, quoted(DRIVE_MOTOR, text), source=SOURCE, hint="drive motor")


def electric_range(text: str) -> Meaning | None:
    """How far the battery takes a car.

    >>> electric_range("420 km (CLTC)").hint, electric_range("0"), electric_range("-")
    ('range of 420 km', None, None)
    """
    numbers = [int(one) for one in _NUMBER.findall(text)]
    if not numbers or not _SHORTEST <= numbers[0] <= _FARTHEST or energies(text):
        return None
    return Meaning(
        ELECTRIC_RANGE,
        quoted(ELECTRIC_RANGE, text),
        source=SOURCE,
        hint=f"range of {numbers[0]} km",
    )
