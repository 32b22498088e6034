"""Mails and archives: every list in them is read, and what is not is told."""

import json

import pytest
from support import ON, handmade
from support.commands import run
from support.letters import archive, html_table, mail, message
from support.manifests import put, put_xlsx
from support.readers import TABLE, VINS, cells, refusal

from vintool.files.reading import limits
from vintool.files.reading.manifest import open_manifest
from vintool.files.screen import screen_file

CSV = b"VIN,Fuel\n" + "".join(f"{vin},Electric\n" for vin in VINS[:6]).encode()
LINES = "".join(f"{at}) Tesla, grün, chassis no. {vin} , new\n" for at, vin in enumerate(VINS[:6]))


def sheets(path, **options):
    manifest = open_manifest(path, **options)
    return {sheet.name: [row[0] for row in cells(sheet)] for sheet in manifest.sheets}, manifest


@pytest.mark.parametrize("name", ["a.eml", "a.txt"])
def test_the_workbook_attached_to_a_mail_is_read(tmp_path, name):
    book = put_xlsx(tmp_path / "list.xlsx", {"S": [["VIN"], *([vin] for vin in VINS[:6])]})
    message = mail("see attached\n", ("list.xlsx", book.read_bytes()), ("p.png", b"\x89PNG\r\n"))
    read, manifest = sheets(put(tmp_path / name, message.as_bytes()))
    assert read == {"list.xlsx": VINS[:6]}
    assert [what for what, _ in manifest.skipped] == ["p.png", "body"]
    assert (manifest.unread, manifest.copied_as) == ((), "xlsx")


def test_two_forms_of_a_body_are_one_list(tmp_path):
    page = html_table([[str(at), vin] for at, vin in enumerate(VINS[:6])])
    read, _ = sheets(put(tmp_path / "a.eml", mail(LINES, html=page).as_bytes()))
    assert read == {"body": VINS[:6]}
    more = html_table([[vin] for vin in VINS[:7]])
    read, _ = sheets(put(tmp_path / "b.eml", mail(LINES, html=more).as_bytes()))
    assert read == {"body (HTML)": VINS[:7]}
    known = html_table([["VIN", "Fuel type"], *([vin, "petrol"] for vin in VINS[:6])])
    _, manifest = sheets(put(tmp_path / "c.eml", mail(LINES, html=known).as_bytes()))
    assert [sheet.columns for sheet in manifest.sheets] == [("VIN", "Fuel type")]
    other = html_table([[vin] for vin in VINS[3:9]])
    read, _ = sheets(put(tmp_path / "d.eml", mail(LINES, html=other).as_bytes()))
    assert read == {"body": VINS[:6], "body (HTML)": VINS[3:9]}


def test_a_body_in_a_code_page_and_a_subject_that_names_a_car(tmp_path):
    message = mail(f"车架号 {VINS[0]}\n", subject=f"车 {VINS[1]}", charset="gb2312")
    _, manifest = sheets(put(tmp_path / "a.eml", message.as_bytes()))
    texts = [row for sheet in manifest.sheets for row in cells(sheet)]
    assert [(row[0], row[2]) for row in texts] == [(VINS[1], f"车 {VINS[1]}"), (VINS[0], f"车架号 {VINS[0]}")]  # fmt: skip


def test_files_in_files_are_read_and_those_that_cannot_be_are_named(tmp_path):
    zipped = archive(tmp_path / "a.zip", **{"x/one.csv": CSV, "two.csv": CSV, "torn.xlsx": b"PK\3\4torn", "__MACOSX/x": b"?"})  # fmt: skip
    inner = mail("see attached\n", ("清单.zip", zipped.read_bytes()), subject="inner")
    outer = mail("forwarded\n")
    outer.add_attachment(inner)
    path = put(tmp_path / "fw.eml", outer.as_bytes())
    read, manifest = sheets(path)
    assert read == {f"inner: 清单.zip: {name}": VINS[:6] for name in ("x/one.csv", "two.csv")}
    assert [name for name, _ in manifest.unread] == ["inner: 清单.zip: torn.xlsx"]
    result = run("screen", path, "--on", ON, "--format", "json", "--out", tmp_path / "out")
    assert result.exit_code == 3
    summary = json.loads(result.stdout)
    assert summary["rows_read"] == summary["rows_out"] == 12
    assert summary["notes"][0].startswith("NOT READ, and vehicles may stand in it: inner: 清单.zip: torn.xlsx")  # fmt: skip
    assert [sheet["name"] for sheet in summary["sheets"] if sheet["unread"]] == ["inner: 清单.zip: torn.xlsx"]  # fmt: skip
    assert (tmp_path / "out" / "annotated.csv").exists()


def test_a_mailbox_holds_several_mails(tmp_path):
    box = b"".join(
        b"From a@example.cn Thu Jan  1 00:00:00 2026\n" + mail(f"one {vin}\n").as_bytes() + b"\n"
        for vin in VINS[:3]
    )
    read, _ = sheets(put(tmp_path / "box", box))
    assert read == {f"mail {at}: body": [vin] for at, vin in enumerate(VINS[:3], 1)}
    assert sheets(tmp_path / "box", sheet="mail 2: body")[0] == {"mail 2: body": [VINS[1]]}


def test_a_mail_that_is_cut_short_or_whose_attachment_is_damaged_says_so(tmp_path):
    whole = mail(LINES, ("list.csv", CSV)).as_bytes()
    _, manifest = sheets(put(tmp_path / "a.eml", whole[: whole.rindex(b"--=") - 3]))
    assert any("cut short" in why for _, why in manifest.unread)
    torn = whole.replace(b"VklO", b"Vkl")
    _, manifest = sheets(put(tmp_path / "b.eml", torn))
    assert [name for name, _ in manifest.unread] == ["list.csv"]


def test_files_in_files_are_bounded(tmp_path, monkeypatch):
    nested = CSV
    for at in range(limits.NESTED + 1):
        nested = archive(tmp_path / f"{at}.zip", inner=nested).read_bytes()
    assert "deeper than 4 times" in refusal(put(tmp_path / "deep.zip", nested)).what
    monkeypatch.setattr(limits, "UNPACKED", 1 << 20)
    monkeypatch.setattr(limits, "RATIO", 20)
    bomb = archive(tmp_path / "bomb.zip", **{f"{at}.csv": CSV + b" " * (1 << 19) for at in range(9)})  # fmt: skip
    assert "unpacks to more" in refusal(bomb).what
    monkeypatch.setattr(limits, "MEMBERS", 3)
    assert "more than 3 files" in refusal(archive(tmp_path / "many.zip", a=CSV, b=CSV, c=CSV, d=CSV)).what  # fmt: skip
    monkeypatch.setattr(limits, "MULTIPARTS", 3)
    message = mail("x")
    for _ in range(4):
        outer = mail("x")
        outer.add_attachment(message)
        message = outer
    assert "parts that hold parts" in refusal(put(tmp_path / "deep.eml", message.as_bytes())).what


def test_the_cases_have_all_their_cars(tmp_path):
    book = put_xlsx(tmp_path / "list.xlsx", {"S": TABLE})
    path = put(tmp_path / "a.eml", mail("hi\n", ("list.xlsx", book.read_bytes())).as_bytes())
    summary = screen_file(path, ON, tmp_path / "out")
    assert summary.verdicts["controlled"] == summary.rows_out == 20
    assert (tmp_path / "out" / "annotated.xlsx").exists()


def test_a_message_of_outlook(tmp_path):
    page = html_table([["VIN"], *([vin] for vin in VINS[:6])]).encode()
    inner = message("inner", f"one {VINS[7]}\n")
    tree = message(f"car {VINS[8]}", LINES, ("list.csv", CSV), ("fw", inner), ("x", {}), _10130102=page)  # fmt: skip
    tree = {name.replace("_10130102", "10130102"): data for name, data in tree.items()}
    path = handmade.compound_tree(tmp_path / "a.msg", tree)
    read, manifest = sheets(path)
    assert read == {"subject": [VINS[8]], "body (HTML)": VINS[:6], "list.csv": VINS[:6], "fw: body": [VINS[7]]}  # fmt: skip
    assert [name for name, _ in manifest.unread] == ["x"]
    cut = put(tmp_path / "b.msg", path.read_bytes()[:-5000])
    assert "damaged" in refusal(cut).what
    rtf = handmade.compound_tree(tmp_path / "c.msg", {"__properties_version1.0": bytes(32), "__substg1.0_10090102": b"x", "__attach_version1.0_#0": {"__substg1.0_37010102": CSV}})  # fmt: skip
    assert [name for name, _ in open_manifest(rtf).unread] == ["body"]


def test_a_file_without_a_name_in_an_archive_is_refused_or_read(tmp_path):
    data = bytearray(archive(tmp_path / "a.zip", **{"a.csv": CSV}).read_bytes())
    head = data.rindex(b"PK\1\2")
    data[head + 28 : head + 34] = b"\0\0\0\0\5\0"  # no name, and a remark of five bytes
    assert "damaged" in str(refusal(put(tmp_path / "b.zip", bytes(data))))


def test_an_attachment_of_a_message_that_is_damaged_is_named_and_the_others_are_read(tmp_path):
    tree = message("cars", "see attached", ("a.csv", CSV), ("b.csv", CSV))
    data = bytearray(handmade.compound_tree(tmp_path / "a.msg", tree).read_bytes())
    entry = data.rindex("__substg1.0_37010102".encode("utf-16-le"))
    data[entry + 120 : entry + 124] = b"\xff\xff\xff\0"  # bytes that it says it has
    read, manifest = sheets(put(tmp_path / "b.msg", bytes(data)))
    assert read == {"a.csv": VINS[:6]}
    assert [name for name, _ in manifest.unread] == ["b.csv"]
