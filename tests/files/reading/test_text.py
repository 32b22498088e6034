"""Text that is no table: the VINs in it are rows, and what is no row is counted."""

import pytest
from support import ON
from support.manifests import put, put_csv
from support.readers import TABLE, VINS, cells, numbers, only, refusal

from vintool.errors import NoVinColumn
from vintool.files.reading import limits
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file
from vintool.vin.scan import vin_places

MAIL = f"""Subject: shipment, Vessel: MV EXAMPLE

Dear all, see below: the cars, as agreed.
1) {VINS[0]} blue and {VINS[1].lower()}, sold
VIN: *{VINS[2]}*
chassis LRW 3E7FAXLC 000000 ("19" rims")
LRW3E7FA1LC00000 has one too few
lrw 3e7fa4lc 000000 fails its check digit
{VINS[0]}

order 12345678901234567, tel. +86 10 1234 5678 901 23
"""


def test_a_mail(tmp_path):
    manifest = open_manifest(put(tmp_path / "mail.txt", MAIL))
    sheet = only(manifest)
    assert (manifest.format, manifest.copied_as) == ("text", "csv")
    assert sheet.columns == ("vin", "line", "text")
    rows = cells(sheet)
    assert [row[0] for row in rows] == [VINS[0], VINS[1].lower(), VINS[2], "LRW 3E7FAXLC 000000", VINS[0][:8] + "1LC00000", VINS[0]]  # fmt: skip
    assert [row[1] for row in rows] == ["4", "4", "5", "6", "7", "9"]
    assert numbers(sheet) == [4, 4, 5, 6, 7, 9]
    assert rows[3][2] == 'chassis LRW 3E7FAXLC 000000 ("19" rims")'
    assert manifest.notes == (
        "This is text and no table: 6 possible VIN(s) were found in 5 of 11 line(s); each is a row.",
        "4 line(s) with text and without a VIN are no rows.",
        "1 line(s) hold something like a VIN besides, of 16 or 18 characters or in pieces: look at them.",
    )
    summary = screen_file(tmp_path / "mail.txt", ON, tmp_path / "out")
    assert summary.rows_out == 6
    kept = only(open_manifest(tmp_path / "out" / "annotated.csv"))
    assert kept.columns[:3] == ("vin", "line", "text")


@pytest.mark.parametrize(
    "text",
    [
        f"UNA:+.? 'UNB+UNOA:1'FTX+AAA+++{VINS[0]}'RFF+VN:{VINS[1]}'UNT+3'",
        f"  1   {VINS[0]}   Tesla Model 3\r\n  2   {VINS[1]}   Tesla Model Y\r\n",
        f"See {VINS[0]}, {VINS[1]}",
        f"ＶＩＮ：{VINS[0]}\n\n车架号{VINS[1]}等",
        f"VIN: see below\n{VINS[0]} / {VINS[1]}",
    ],
)
def test_other_texts(tmp_path, text):
    sheet = only(open_manifest(put(tmp_path / "a.txt", text)))
    assert [row[0] for row in cells(sheet)] == VINS[:2]
    gbk = only(open_manifest(put(tmp_path / "b.txt", text.encode("gb18030"))))
    assert [row[0] for row in cells(gbk)] == VINS[:2]


def test_masked_vins_and_frame_numbers_of_a_mail_are_rows(tmp_path):
    lines = [
        "Hi, the following ship on Thursday, in full:",
        " 1) LRW3E7FA1LC000001 white",
        " 2) LGXCE4CB6******** blue, and ZVW50-8012345",
        " 3) lrw3e7fs2xxxxxxxx (rest follows); 4) 5YJ3E1EAXHF00031",
        " 5) LRW3E7FS2LC......, LGXCE4CB??? and LRW3E7FA1LC000002... thanks",
        "order 12345678-1234567, container TCNU1234567",
    ]
    manifest = open_manifest(put(tmp_path / "mail.txt", "\n".join(lines)))
    assert manifest.format == "text"
    vins = [row["vin"] for batch in only(manifest).batches() for row in batch.data.to_pylist()]
    assert vins == [
        "LRW3E7FA1LC000001",
        "LGXCE4CB6********",
        "ZVW50-8012345",
        "lrw3e7fs2xxxxxxxx",
        "5YJ3E1EAXHF00031",
        "LRW3E7FS2LC......",
        "LGXCE4CB???",
        "LRW3E7FA1LC000002",
    ]


def test_a_short_vin_with_marks_behind_it_is_one_row(tmp_path):
    text = "Hi,\nsee 5YJ3E1EAXHF00031..., the rest follows\nand 5YJ3E1EAXHF00031 again"
    sheet = only(open_manifest(put(tmp_path / "a.txt", text)))
    assert [row[0] for row in cells(sheet)] == ["5YJ3E1EAXHF00031...", "5YJ3E1EAXHF00031"]


def test_a_damaged_vin_beside_whole_ones_in_one_line_is_a_row(tmp_path):
    segments = [f"RFF+VN:{vin}'" for vin in (*VINS[:3], VINS[3][:16], VINS[4], VINS[5] + "5")]
    sheet = only(open_manifest(put(tmp_path / "a.edi", "UNA:+.? 'UNB+UNOA:1'" + "".join(segments))))
    assert [row[0] for row in cells(sheet)] == [*VINS[:3], VINS[3][:16], VINS[4], VINS[5] + "5"]
    beside = f"{VINS[0]} and QQQ3E7FA1LC00000"
    assert any("1 line(s) hold something like a VIN" in note for note in open_manifest(put(tmp_path / "b.txt", beside)).notes)  # fmt: skip


@pytest.mark.parametrize(
    "line", ["LRW3E7FA 9LC000000", "lrw3e7fa-1lc00000", "*LRW  3E7FA1LC00000O1*"]
)
def test_a_line_that_is_nothing_but_a_damaged_vin_is_a_row(tmp_path, line):
    text = f"Export list 2026\nExport list 2026\nUnit\n{line}\n{VINS[1]}\nGuangzhou, 2026\n"
    sheet = only(open_manifest(put(tmp_path / "a.txt", text)))
    assert [row[0] for row in cells(sheet)] == [line, VINS[1]]


def test_of_a_long_line_each_row_has_a_part(tmp_path):
    text = " ".join(f"item {n} {vin}" for n, vin in enumerate(VINS))
    sheet = only(open_manifest(put(tmp_path / "a.txt", text)))
    rows = cells(sheet)
    assert [row[0] for row in rows] == VINS
    assert all(row[0] in row[2] and len(row[2]) <= 402 for row in rows)


def test_tables_and_lists_stay_what_they_are(tmp_path):
    for rows in (
        TABLE,
        [[vin] for vin in VINS],
        [["please ship:"], *([vin] for vin in VINS[:5]), ["regards"]],
        [["VIN"], [VINS[0] + " BYD"]],
        [["Xyzzy", "Plugh"], *([vin, "a"] for vin in VINS[:3])],
    ):
        assert open_manifest(put_csv(tmp_path / "a.csv", rows)).format == "csv"
    remarks = [["Ref", "Remark"], *([str(n), f"{vin} red"] for n, vin in enumerate(VINS[:9]))]
    assert screen_file(put_csv(tmp_path / "a.csv", remarks), ON, mapping={"vin": "Remark"}).rows_out == 9  # fmt: skip


def test_a_text_without_vins_is_refused_as_a_table_is(tmp_path):
    path = put(tmp_path / "a.txt", "Dear all,\nthe list follows tomorrow.\n")
    with pytest.raises(NoVinColumn):
        screen_file(path, ON)


def test_a_line_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "LINE", 1 << 12)
    assert "line is longer" in refusal(put(tmp_path / "a.txt", "see " * 2000 + VINS[0])).what


@pytest.mark.parametrize(
    ("text", "vins"),
    [
        ("", []),
        (VINS[0], [VINS[0]]),
        (VINS[0] + "X", []),
        ("INTERNATIONALISTS", []),
        ("LRW3E7FA1LCO00001", ["LRW3E7FA1LCO00001"]),
        ("straße " + VINS[0], [VINS[0]]),
        ("LRW-3E7F-AXLC-000000", ["LRW-3E7F-AXLC-000000"]),
        ("LRW  3E7FAXLC 000000", []),
        ("see LRW 3E7FAXLC 000000 LRW 3E7FA1LC 000001", ["LRW 3E7FAXLC 000000", "LRW 3E7FA1LC 000001"]),
    ],
)  # fmt: skip
def test_candidates(text, vins):
    places = vin_places(text)
    assert [text[start:end].upper() for start, end in places] == vins


def test_a_vin_in_two_segments_of_a_group_is_one_vehicle(tmp_path):
    groups = "".join(f"GID+{at}+1'RFF+VN:{vin}'PCI++{vin}'" for at, vin in enumerate(VINS[:3]))
    again = f"GID+9+1'RFF+VN:{VINS[0]}'"
    for end in ("", "\n"):
        text = ("UNA:+.? 'UNB+UNOA:1'UNH+1'" + groups + again).replace("'", f"'{end}")
        manifest = open_manifest(put(tmp_path / "a.edi", text))
        assert [row[0] for row in cells(only(manifest))] == [*VINS[:3], VINS[0]]
        assert any("3 VIN(s) stand again in another segment" in note for note in manifest.notes)


@pytest.mark.parametrize("label", ["VIN ", "VIN: ", "chassis no. ", "车架号"])
def test_two_rows_with_a_label_before_a_vin_are_a_table(tmp_path, label):
    path = put(tmp_path / "a.csv", f"JN1AZ0AA 5RA700000,petrol\n{label}LGXC74C40PJ820259,PHEV\n")
    assert [len(row) for row in cells(only(open_manifest(path)))] == [2, 2]
    words = put(
        tmp_path / "b.csv", "Dear all, see below\nchassis LGXC74C40PJ820259 leaves today, thanks\n"
    )
    assert open_manifest(words).format == "text"
