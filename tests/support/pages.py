"""A report page with one text wherever a cell of the user can stand, and what a browser makes of it."""

from datetime import date
from html.parser import HTMLParser

from vintool.report.needed import NeedGroup
from vintool.report.page import Citation, ReportContext, Row
from vintool.report.summary import BrandCount, SheetInfo, Summary

SENTENCES = {
    "vin_pure_electric": "The VIN itself tells a pure electric vehicle.",
    "powertrain_unknown": "Neither the VIN nor the manifest tells the powertrain.",
    "no_identity": "No usable vehicle identity can be read; supply the VIN.",
}

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "end of script": "</script></style></title><img src=https://evil.example/x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)" style="position:fixed',
    "apostrophe": "' onfocus='alert(1)' autofocus='",
    "formula": "=cmd|'/c calc'!A1",
    "link": "javascript:alert(1)",
    "style": "<style>*{background:url(https://evil.example/y)}</style>",
    "template": "{{ 7 * 7 }}{% for x in () %}",
    "entity": "&lt;script&gt;&#60;svg onload=alert(1)&#62;",
    "comment": "<!-- ",
    "long": "W" * 5000,
    "direction": "LRW\u202e3E7FA1LC000001\u2066",
    "control": "a\x00b\x1b[2Jc\r\nd",
    "surrogate": "\ud800",
    "marks": "a" + "\u0301" * 300,
    "chinese": "仅装有驱动电动机的其他载人车辆",
}


def summary(text="ordinary", **changes):
    data = {
        "file": text,
        "rows_read": 13,
        "rows_out": 10,
        "blank_rows": 3,
        "verdicts": {"controlled": 4, "review": 3, "out_of_scope": 2, "invalid": 1},
        "reasons": {"vin_pure_electric": 4, "powertrain_unknown": 3, "no_identity": 1, text: 2},
        "powertrains": {"BEV": 4, "ICE": 2, "unknown": 4},
        "by_brand": (
            BrandCount(brand=text, rows=6, verdicts={"controlled": 4, "review": 2}),
            BrandCount(brand="比亚迪", rows=3, verdicts={"out_of_scope": 2, "review": 1}),
        ),
        "mapping": {"vin": text, text: "品牌"},
        "encoding": text,
        "sheets": (
            SheetInfo(name=text, rows=10, blank_rows=3, mapping={"vin": text, text: "品牌"}),
            SheetInfo(name="汇总", rows=2, mapping={}, skipped=text),
            SheetInfo(name="other", rows=0, mapping={"vin": text}),
        ),
        "regime": "cn-2025-54",
        "on": text,
        "data_release": "2026.11",
        "rule_version": "1",
        "seconds": 0.25,
        "outputs": ("out/annotated.xlsx", text),
        "notes": (text,),
    }
    return Summary(**(data | changes))


def context(text="ordinary"):
    return ReportContext(
        title="Announcement 54 of 2025",
        goods="pure electric passenger cars",
        goods_original="纯电动乘用车",
        other_rules=("used vehicles: Announcement 6 of 2024",),
        in_force_from=date(2026, 1, 1),
        citations=(
            Citation(text="公告2025年第54号", url="https://law.example/54"),
            Citation(text="a text without an address"),
        ),
        tool_version="0.1.0",
        reason_sentences=SENTENCES,
        brand_powertrain={text: {"BEV": 4, "unknown": 2}, "比亚迪": {"ICE": 2}},
    )


def row(text="ordinary", number=7, verdict="review"):
    return Row(
        row=number,
        sheet=text,
        vin_text=text,
        vin=f"{text[:9]}!",
        brand=text,
        powertrain=text,
        verdict=verdict,
        reasons=("powertrain_unknown", text),
        evidence=(text, "UN 3556"),
        suggestion=text,
    )


def need_group(text="ordinary", **changes):
    said = {"regime": "cn-2025-54", "bl_no": text, "exporter": text, "rows": 1, "vins": (text,), "without_vin": (text,), "models": {text: 1}}  # fmt: skip
    return NeedGroup(**(said | changes))


class Page(HTMLParser):
    """What a browser would build: elements, attributes and the text between them."""

    def __init__(self, source):
        super().__init__()
        self.elements, self.texts, self.open = [], {}, []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.open.append((tag, dict(attrs).get("id")))

    def handle_endtag(self, tag):
        while self.open and self.open[-1][0] != tag:
            self.open.pop()  # void elements have no end
        if self.open:
            self.open.pop()

    def handle_data(self, data):
        for tag, name in self.open:
            for key in {tag, name} - {None}:
                self.texts.setdefault(key, []).append(data)

    @property
    def shape(self):
        return [(tag, tuple(sorted(attrs))) for tag, attrs in self.elements]

    def attributes(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    def words(self, key):
        return " ".join(" ".join(self.texts.get(key, ())).split())

    def source(self, tag):
        return "".join(self.texts[tag])
