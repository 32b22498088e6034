"""The rooms of `vintool/`, drawn and listed from what the modules import and say of themselves."""

import ast
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent
WIDTH, LEFT, BOX, HEIGHT, GAP = 620, 90, 440, 44, 30


def floors() -> list[list[str]]:
    """The rooms as the first contract has them: from the top, those of one floor side by side."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    layers = tool["importlinter"]["contracts"][0]["layers"]
    return [
        [part.strip().removeprefix("vintool.") for part in layer.split("|")] for layer in layers
    ]


def imports() -> dict[str, set[str]]:
    """Which rooms each room imports."""
    graph = grimp.build_graph("vintool", cache_dir=None)
    rooms = {room: f"vintool.{room}" for floor in floors() for room in floor}
    for module in rooms.values():
        if graph.find_children(module):
            graph.squash_module(module)
    return {
        room: {
            other
            for other, at in rooms.items()
            if other != room and at in graph.find_modules_directly_imported_by(module)
        }
        for room, module in rooms.items()
    }


def needed(uses: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    """The imports that do not follow from others: to draw these is to draw all."""
    below: dict[str, set[str]] = {}

    def reach(room: str) -> set[str]:
        if room not in below:
            below[room] = set(uses[room]).union(*map(reach, uses[room]))
        return below[room]

    for room, used in uses.items():
        for other in used:
            if not any(other in reach(third) for third in used - {other}):
                yield room, other


def about(path: Path) -> str:
    """The first line of a module's docstring."""
    if path.is_dir():
        path /= "__init__.py"
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]


def place(room: str) -> Path:
    """The folder or the module of a room."""
    folder = ROOT / "vintool" / room
    return folder if folder.is_dir() else folder.with_suffix(".py")


def listing() -> str:
    """Every room and what is in it, from the top."""
    lines = []
    for floor in floors():
        for room in floor:
            lines += [f"- **{place(room).name}**: {about(place(room))}"]
            if place(room).is_dir():
                lines += _inside(place(room), 1)
    return "\n".join(lines)


def _inside(folder: Path, depth: int) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        package = path.is_dir() and (path / "__init__.py").exists()
        if package or (path.suffix == ".py" and path.stem != "__init__"):
            yield f"{'  ' * depth}- `{path.name}{'/' if package else ''}` {about(path)}"
            if package:
                yield from _inside(path, depth + 1)


def picture() -> str:
    """The map: a floor a line, an arrow where a room imports one below it."""
    uses, rows = imports(), floors()
    at: dict[str, tuple[float, float, float]] = {}
    for number, floor in enumerate(rows):
        width = (BOX - 12 * (len(floor) - 1)) / len(floor)
        for place_, room in enumerate(floor):
            at[room] = (LEFT + place_ * (width + 12), 10 + number * (HEIGHT + GAP), width)
    height = 10 + len(rows) * (HEIGHT + GAP)
    parts = [
        (
            f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="The rooms of vintool and what they import"'
            ' style="width:100%;max-width:620px;font-family:inherit" xmlns="http://www.w3.org/2000/svg">'
        ),
        (
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
            '<path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>'
        ),
    ]
    level = {room: number for number, floor in enumerate(rows) for room in floor}
    lanes = [0, 0]
    for room, other in sorted(needed(uses), key=lambda pair: level[pair[1]] - level[pair[0]]):
        (x, y, width), (left, top, wide) = at[room], at[other]
        if level[other] - level[room] == 1:
            path = f"M{x + width / 2} {y + HEIGHT}L{left + wide / 2} {top}"
        else:  # round the floors between, on the side where the other room stands
            right = left > LEFT or (wide == BOX and lanes[1] <= lanes[0])
            lanes[right] += 1
            lane = lanes[right]
            bend = LEFT + BOX + 16 * lane if right else LEFT - 16 * lane
            start = f"M{x + width / 2 + (20 if right else -20)} {y + HEIGHT}v{GAP / 2 - 2 * lane}H{bend}"
            if left > LEFT and left + wide < LEFT + BOX:  # between two others: from above
                path = f"{start}V{top - GAP / 2 + 3 * lane}H{left + wide / 2}V{top}"
            else:
                path = f"{start}V{top + HEIGHT / 2 - 5 + 4 * lane}H{left + wide if right else left}"
        parts.append(
            f'<path d="{path}" fill="none" stroke="currentColor" stroke-opacity=".6" marker-end="url(#tip)">'
            f"<title>{room} imports {other}</title></path>"
        )
    for room, (x, y, width) in at.items():
        says = about(place(room))
        parts.append(
            f'<g><title>{escape(says)}</title><rect x="{x}" y="{y}" width="{width}" height="{HEIGHT}" rx="6"'
            ' fill="var(--color-background-secondary, #f4f4f4)" stroke="currentColor"/>'
            f'<g text-anchor="middle" fill="currentColor"><text x="{x + width / 2}" y="{y + 19}" font-size="15">{room}</text>'
            f'<text x="{x + width / 2}" y="{y + 35}" font-size="11">{escape(_short(says, int(width / 6)))}</text></g></g>'
        )
    return "\n".join((*parts, "</svg>"))


def _short(text: str, most: int) -> str:
    text = text.replace("`", "").partition(": ")[0].removesuffix(".")
    return text if len(text) <= most else text[: most - 1].rpartition(" ")[0] + " …"
