"""Which code page a text is in that is no Unicode: chardet proposes, what its readings look like and words that we know confirm.

A manifest holds little but figures and Latin letters, so only cells that hold something else are looked at: often a few
names. Of so few bytes chardet's order alone was right for 97 in 100 of the lists in ``tests/support/lists.py``, that of
charset-normalizer for 55; it is weighed by whether the words could have been written, which no statistics of letters tell.
The whole file is still to be decoded.
"""

import re
import unicodedata
from functools import partial
from pathlib import Path
from typing import NamedTuple

import chardet

from vintool.declaration import headers
from vintool.declaration.lexicon import meaning

# Those that senders of manifests use; of several that fit as well, the one that comes first.
_CODE_PAGES = (
    "gb18030", "big5", "cp950", "big5hkscs", "cp932", "euc_jis_2004", "cp949", "cp1251", "koi8-r", "koi8-u", "cp866", "cp1252",
    "cp1250", "iso8859-2", "cp1254", "cp1253", "cp1257", "cp1256", "iso8859-6", "cp1255", "cp874", "cp1258", "iso8859-5",
)  # fmt: skip
_TWO_BYTES = ("gb18030", "big5hkscs", "cp932", "euc_jis_2004", "cp949")
_SPOKEN = ("fuel", "condition", "vehicle_type", "make")  # fields whose words tell a code page
_LONGEST = 80  # characters of a cell that may be a known word

_LINE = 1 << 20
_SAMPLE = 1 << 14  # bytes of cells
# What parts cells and is part of no character in any of the code pages; a vertical bar is one in many.
_PARTS = re.compile(r"[\s!-&(-/:-@\[-`{-~]+")  # between words; an apostrophe is in them
_BETWEEN = re.compile(rb"[\r\n\t,;:\"<>]+")

# chardet's confidence in what may be no text at all
_LEAST = 0.004
# How much more likely a code page is than chardet can know: most lists are from China or Western Europe.
_PRIOR = {"gb18030": 2.0, "cp1252": 2.0, "iso8859-5": 0.5}
_ITALIAN = 2.5  # how much more likely a reading is in which accents stand at the end of all words
_ALTERNATIVES = 2  # that a note names
_SHOWN = 20  # characters of a word in a note
_WORD = 8.0  # how much more likely a reading is by a word that we know
_CLOSE = 0.25  # of the best score: another reading that the user is shown
# Letters beyond ASCII of the languages that are written in one of several Latin code pages; of Italian they end words.
_ALPHABETS = {
    "cp1252": ("äöüß", "åäöé", "æøåéü", "äöå", "áðéíóúýþæö", "àâçéèêëîïôûùüœæ", "áéíóúüñªº", "áàâãçéêíóôõúªº", "àèéìòù$", "ëïéèöüç", "àéèíïòóúüç"),
    "cp1250": ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß", "ëç"),
    "cp1254": ("çğıöşüâîûi\u0307", "əçğıöşü"),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"),
    "cp1258": ("àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ\u0300\u0301\u0303\u0309\u0323",),
}  # fmt: skip
_ALPHABETS["iso8859-2"] = _ALPHABETS["cp1250"]
# Signs that stand in cells beside letters; all others come of a wrong reading.
# Characters of family names, given names, cities, companies, colours and what else stands in lists.
_COMMON = {
    "gb18030": frozenset(
        "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏"
        "韦付方邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤乔伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂建国志文华"
        "玉红春梅海燕波辉鹏飞斌宇浩凯健俊帆雪婷琳欣佳嘉思雨晨诗涵梓轩子一小大中永成福贵东亮新立天德庆祥珍进光云峰利生学冬上北京津重广州深"
        "圳南宁青岛连阳长哈尔滨家庄济汉都西安昆杭合肥厦门山河湖浙川省市区县港口路号有限公司责贸易出汽车供应链物流际科技集团股份商务销售服"
        "白黑蓝灰银色绿珠纯电动油混旧款型台辆名称品牌架发机规格单价数量备注人日期目的地燃料种类柴"
    ),
    "big5": frozenset(
        "王李張劉陳楊黃趙周吳徐孫馬朱胡郭何高林羅鄭梁謝宋唐許韓馮鄧曹彭曾蕭田董袁潘于蔣蔡余杜葉程蘇魏呂丁任沈姚盧姜崔鍾譚陸汪范金石廖賈夏"
        "韋方鄒孟熊秦邱江尹薛閻段雷侯龍史陶黎賀顧毛郝龔邵萬錢嚴武戴莫孔湯偉芳秀英敏靜麗強磊軍洋勇艷傑娟濤明超蘭霞平剛桂建國志文華玉紅春梅"
        "海燕波輝鵬飛斌宇浩凱健俊帆雪婷琳欣佳嘉思雨晨詩涵軒子一小大中永成福貴東亮新立天德慶祥珍進光雲峰利生學美淑宏同惠怡雅慧上北京津重廣"
        "州深圳南寧青島連陽長台臺雄基隆桃園竹彰化義屏花蓮港九界山河湖浙川省市區縣口路號有限公司責貿易出汽車供應鏈物流際科技集團股份商務銷"
        "售服白黑藍灰銀色綠純電動油混舊款型輛名稱品牌廠架發機規格單價數量備註人日期目的地燃料種類柴身碼"
    ),
    "euc_jis_2004": frozenset(
        "田中藤佐鈴木高橋渡辺伊山本小林加吉村松井野口原島川岡石清水崎森池阿部前長谷近後坂上遠青西福太三浦岸内宮竹今武工杉千葉大塚平久保金"
        "子安酒新一郎二男美恵健翔陽花由真直樹裕智明和雄正義弘誠次東京横浜名古屋神戸阪港博多市県区町株式会社商事自動車輸出貿易有限合同白黒"
        "赤銀灰色電気軽油燃料型年台号番日北海道広仙札幌沖縄州者仕向地外装"
    ),
    "cp949": frozenset(
        "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민철수영희지현준호진경미선은숙순자옥울부산인천대광"
        "평택항동시도군회사식무역상입출검완료흰색빨파휘발기브리드연명번량모델제국가일본중년월아포목청원"
    ),
}
_COMMON["cp950"] = _COMMON["big5hkscs"] = _COMMON["big5"]
_COMMON["cp932"] = _COMMON["euc_jis_2004"]
_ICELANDIC = frozenset("ðþý")
_SIGNS = frozenset("№°«»“”„‘’–—…€£·ªº¡¿×、。（）：；，！？～・ー々【】《》「」／＋－\u3000\xa0")
_AT_END = frozenset("ªº°®™©²³")
_EAST = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")


def cells_beyond_ascii(path: Path) -> list[bytes]:
    """The first different cells of a file that are not ASCII."""
    cells, size = dict[bytes, None](), 0
    with path.open("rb") as file:
        for line in iter(partial(file.readline, _LINE), b""):
            for cell in _BETWEEN.split(line) if not line.isascii() else ():
                if not cell.isascii() and cell not in cells:
                    cells[cell] = None
                    size += len(cell)
            if size > _SAMPLE:
                break
    return list(cells)


class Likely(NamedTuple):
    """What a sample of cells tells of their code page.

    Attributes:
        names: the likeliest code page, and others that read the cells as well, should one not read the whole file.
        notes: what readings that are nearly as likely would make of a word.
    """

    names: list[str]
    notes: tuple[str, ...]


def likely_code_pages(cells: list[bytes]) -> Likely:
    """The code page of cells.

    A code page that reads whatever bytes there are is none of them: damage must be seen.

    Args:
        cells: not ASCII, and not UTF-8 all of them.
    """
    sample = b"\n".join(_sound(cells))
    scores, known = _scores(sample), dict[str, int]()
    for name in (*scores, *_CODE_PAGES):
        if (words := _known_words(sample, name)) >= 0:
            known[name] = words
    weights = {name: scores.get(name, 0.0) * _WORD ** min(known[name], 9) for name in known}
    best = max(weights, key=weights.__getitem__, default=_CODE_PAGES[0])
    text = _text(sample, best)
    same = [name for name in _CODE_PAGES if _text(sample, name) == text]
    others = [name for name in known if 2 * known[name] >= known[best] > 0 and name not in same]
    readings = dict[str, str]()
    for name in sorted(weights, key=weights.__getitem__, reverse=True):
        other = _text(sample, name)
        if other not in {None, text} and weights[name] > _CLOSE * weights[best]:
            readings.setdefault(other or "", name)
    notes = list[str]()
    for other, name in list(readings.items())[:_ALTERNATIVES]:
        one, another = _difference(text or "", other)
        notes.append(f"{name.upper()} would read {another!r} for {one!r}.")
    return Likely([*(same or [best]), *others], tuple(notes))


def _difference(text: str, other: str) -> tuple[str, str]:
    """The first word that differs, in both readings."""
    pairs = zip(_PARTS.split(text), _PARTS.split(other), strict=False)
    one, another = next(((one, another) for one, another in pairs if one != another), ("", ""))
    return one[:_SHOWN], another[:_SHOWN]


def _scores(sample: bytes) -> dict[str, float]:
    """The code pages that read a sample, the likeliest first, before words are looked for."""
    found = chardet.detect_all(
        sample,
        ignore_threshold=True,
        include_encodings=_CODE_PAGES,
        no_match_encoding=_CODE_PAGES[0],
        compat_names=False,
    )
    confidences = {one["encoding"]: one["confidence"] for one in found}
    scores = dict[str, float]()
    for name in _CODE_PAGES:
        if (text := _text(sample, name)) is not None:
            confidence = max(confidences.get(name, 0.0), _LEAST) * _PRIOR.get(name, 1.0)
            spelled = _in_one_language(name, text) * _of_common_characters(name, text)
            scores[name] = confidence * _plausible(text) * spelled
    return dict(sorted(scores.items(), key=lambda item: -item[1])) or {_CODE_PAGES[0]: 0.0}


def _words(text: str) -> list[str]:
    """The words of a text that are not ASCII."""
    return [word for word in _PARTS.split(text) if not word.isascii()]


def _plausible(text: str) -> float:
    """From 0 to 1: the share of words that somebody could have written, with what is rare counting for more."""
    words = _words(text)
    sound = sum(map(_could_be_written, words))
    return max((sound / len(words)) ** 4 if words else 1.0, 1e-4)


def _could_be_written(word: str) -> bool:
    """Whether a word has no signs of a wrong reading: two scripts in it, capitals behind small letters, odd signs."""
    for before, letter, after in zip(" " + word, word, word[1:] + " ", strict=False):
        if letter.isascii():
            continue
        kind = unicodedata.category(letter)
        if kind[0] not in "LM" and letter not in _SIGNS and letter not in _AT_END:
            return False
        if (letter in _AT_END and after.isalpha()) or (letter in "¿¡×" and before.isalpha()):
            return False
        if letter in "”“„»«" and before.isalpha() and after.isalpha():
            return False
        if kind == "Lu" and before.islower():
            return False
        beside = [one for one in (before, after) if one.isascii() and one.isalpha()]
        if _EAST.match(letter):
            others = [one for one in (before, after) if one.isalpha() and not _EAST.match(one)]
            if len(beside) == 2 or any(map(str.islower, others)):
                return False
        elif kind[0] == "L" and beside and not unicodedata.name(letter, "").startswith("LATIN"):
            return False
    return True


def _in_one_language(name: str, text: str) -> float:
    """How likely words are by their letters: those that one language of a Latin code page has."""
    alphabets, words = _ALPHABETS.get(name), _words(text.casefold())
    if alphabets is None or not words:
        return 1.0
    covered, alphabet = max(
        (sum(_is_spelled(word, alphabet) for word in words), alphabet) for alphabet in alphabets
    )
    if covered == len(words) and alphabet.endswith("$"):
        return _ITALIAN
    # Turkish in the code page of the West has letters that there only Iceland has.
    rare = name == "cp1252" and not _ICELANDIC.isdisjoint(text.casefold())
    share: float = covered / len(words)
    return max(share * share, 1e-2) / (_PRIOR["cp1252"] if rare else 1.0)


def _of_common_characters(name: str, text: str) -> float:
    """From 0.1 to 1: how many characters of a code page of East Asia are common ones; kana are."""
    common = _COMMON.get(name)
    letters: list[str] = _EAST.findall(text)
    if common is None or not letters:
        return 1.0
    share = sum(one in common or one < "\u3400" for one in letters) / len(letters)
    return 0.1 + 0.9 * share * share


def _is_spelled(word: str, alphabet: str) -> bool:
    """Whether a language has the letters of a word; of one marked with $ they stand at its end."""
    if alphabet.endswith("$"):
        word = word.rstrip("'’")
        return word[:-1].isascii() and word[-1:] in alphabet
    return all(letter.isascii() or letter in alphabet or letter in _SIGNS for letter in word)


def _sound(cells: list[bytes]) -> list[bytes]:
    """The cells without those, one in twenty at most, that seem to be damaged characters of two bytes."""
    sound = max(
        ([cell for cell in cells if _text(cell, name) is not None] for name in _TWO_BYTES), key=len
    )
    return sound if 20 * len(sound) >= 19 * len(cells) else cells


def _text(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _known_words(sample: bytes, encoding: str) -> int:
    """How many headers and words we know, were the cells in this encoding; -1 if they cannot be.

    A header counts for three words: it is longer, and nothing but a header says it.
    """
    text = _text(sample, encoding)
    if text is None:
        return -1
    cells = text.replace("|", "\n").split("\n")
    words = [
        cell
        for cell in cells
        if len(cell) < _LONGEST and _is_word(cell) and all(map(_could_be_written, _words(cell)))
    ]
    exact = sum(
        (named := headers.meaning(word)) is not None and named[1] == headers.EXACT for word in words
    )
    return 3 * exact + sum(any(meaning(field, word) for field in _SPOKEN) for word in words)


def _is_word(cell: str) -> bool:
    """Whether a cell is letters, as somebody would write them: no small ones between capitals."""
    return all(
        letter.isascii() or unicodedata.category(letter)[0] in "LM" for letter in cell
    ) and all(part.isupper() or part[1:] == part[1:].lower() for part in cell.split())
