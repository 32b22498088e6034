"""What stands in a workbook beside its cells, and is not read: comments, and the text of boxes. VINs and words for electric cars in it are told."""

import re

from vintool.declaration.lexicon.remarks import speaks
from vintool.declaration.vins_in_text import vins_in_text
from vintool.files.reading.workbooks.parts import Parts

_PARTS = re.compile(
    r"xl/(?:comments[^/]*|comments/[^/]+|threadedcomments/[^/]+|drawings/drawing[^/]*|ctrlprops/[^/]+)\.xml"
)
_BREAK = re.compile(r"</(?:\w+:)?(?:p|text|comment|txBody)\s*>")
_TAG = re.compile(r"<[^<>]*>")


def notes_of_vins_beside(parts: Parts) -> list[str]:
    """Notes on the VINs that stand in comments and boxes, and on what speaks of electric cars there."""
    texts = list[str]()
    for name in parts.named(_PARTS):
        xml = b"".join(parts.chunks(name)).decode("utf-8", "replace")
        texts += _TAG.sub("", _BREAK.sub("\n", xml)).split("\n")
    notes = list[str]()
    if vins := vins_in_text(texts).vins:
        notes.append(
            f"{vins} VIN(s) stand in comments and text boxes, which were not read: look at them there."
        )
    if spoken := sum(bool(speaks(text)) for text in texts):
        notes.append(
            f"{spoken} comment(s) or text box(es) speak of electric cars, and were not read: look at them there."
        )
    return notes
