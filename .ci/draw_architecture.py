#!/usr/bin/env python3
"""Draw the map of the package from its real imports, and list its modules with their first docstring lines.

python .ci/draw_architecture.py           rewrite docs/figures/architecture.svg and the lists in docs/architecture.md
python .ci/draw_architecture.py --check   exit with 1 if they are out of date
"""

from __future__ import annotations

import ast
import sys
import textwrap
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "atomglass"
PAGE, PICTURE = ROOT / "docs" / "architecture.md", ROOT / "docs" / "figures" / "architecture.svg"
BEGIN, END = "<!-- modules: written by .ci/draw_architecture.py -->", "<!-- end of modules -->"
#: Sizes in the picture, in pixels.
BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN = 184, 70, 16, 44, 20
#: Characters a line that fit into a box.
LINE = 33


def main() -> int:
    """Write, or compare, the picture and the page."""
    graph = room_imports()
    wanted = {PICTURE: picture(layers(), graph), PAGE: page(PAGE.read_text())}
    if "--check" in sys.argv[1:]:
        old = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
        for path in old:
            print(f"{path.relative_to(ROOT)} is out of date: run python .ci/draw_architecture.py")
        return 1 if old else 0
    for path, text in wanted.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return 0


def layers() -> list[list[str]]:
    """Return the rooms by layer, the highest first, as the import contract in pyproject.toml has them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    contract = next(one for one in contracts if one.get("containers") == ["atomglass"])
    return [[room.strip() for room in line.replace(":", "|").split("|")] for line in contract["layers"]]


def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name below `atomglass`."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if not parts[-1].startswith("__") or parts == ("__about__",):
            found[".".join(parts)] = path
    return found


def purpose(path: Path) -> str:
    """Return the first line of a module's docstring, without its full stop."""
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    return text.split("\n\n")[0].replace("\n", " ").rstrip(".")


def room_purpose(room: str) -> str:
    """Return what a room, or a module at the root, is for."""
    folder = PACKAGE / room
    return purpose(folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py"))


def room_imports() -> dict[str, set[str]]:
    """Return which rooms each room imports, wherever in a module the import stands."""
    graph: dict[str, set[str]] = {}
    for name, path in modules().items():
        room = name.split(".")[0]
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("atomglass"):
                continue
            parts = (node.module or "").split(".")
            others = {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
            graph.setdefault(room, set()).update(others - {room})
    return graph


def reduced(graph: dict[str, set[str]]) -> set[tuple[str, str]]:
    """Return the imports that no chain of other imports implies."""

    def reach(room: str) -> set[str]:
        found, left = {room}, [room]
        while left:
            new = graph.get(left.pop(), set()) - found
            found |= new
            left += new
        return found

    return {
        (room, other)
        for room, others in graph.items()
        for other in others
        if not any(other in reach(third) for third in others - {other})
    }


def picture(rows: list[list[str]], graph: dict[str, set[str]]) -> str:
    """Return the picture: a row a layer, an arrow an import that no other arrows imply."""
    widest = max(len(row) for row in rows)
    width = 2 * MARGIN + widest * (BOX_WIDTH + GAP_X) - GAP_X
    height = 2 * MARGIN + len(rows) * (BOX_HEIGHT + GAP_Y) - GAP_Y
    corners = {}
    for level, row in enumerate(rows):
        left = (width - len(row) * (BOX_WIDTH + GAP_X) + GAP_X) / 2
        for place, room in enumerate(row):
            corners[room] = (left + place * (BOX_WIDTH + GAP_X), MARGIN + level * (BOX_HEIGHT + GAP_Y))
    arrows = [arrow(corners[a], corners[b]) for a, b in sorted(reduced(graph)) if a in corners and b in corners]
    boxes = [box(room, corner) for room, corner in corners.items()]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
            f'width="{width:g}" height="{height:g}" font-family="DejaVu Sans, Helvetica, Arial, sans-serif">',
            "<title>Rooms of atomglass and what they import</title>",
            '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto">'
            '<path d="M0 0 L8 4 L0 8 z" fill="#7a7a7a"/></marker></defs>',
            f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>',
            *arrows,
            *boxes,
            "</svg>\n",
        ]
    )


def arrow(tail: tuple[float, float], head: tuple[float, float]) -> str:
    """Return a curve from the lower edge of one box to the upper edge of another, around the boxes between them."""
    x0, y0 = tail[0] + BOX_WIDTH / 2, tail[1] + BOX_HEIGHT
    x1, y1 = head[0] + BOX_WIDTH / 2, head[1]
    bend = (y1 - y0) / 2
    aside = 0.9 * BOX_WIDTH if y1 - y0 > GAP_Y and abs(x1 - x0) < BOX_WIDTH / 2 else 0.0
    curve = f"M{x0:.1f} {y0:.1f} C{x0 + aside:.1f} {y0 + bend:.1f} {x1 + aside:.1f} {y1 - bend:.1f} {x1:.1f} {y1:.1f}"
    return f'<path d="{curve}" fill="none" stroke="#9a9a9a" stroke-width="1.3" marker-end="url(#head)"/>'


def box(room: str, corner: tuple[float, float]) -> str:
    """Return a box with a room's name and its purpose in two short lines."""
    x, y = corner
    middle = x + BOX_WIDTH / 2
    lines = wrapped(room_purpose(room))
    texts = "".join(
        f'<text x="{middle:.1f}" y="{y + 33 + 12 * k:.1f}" font-size="9" text-anchor="middle" fill="#444444">'
        f"{escape(line)}</text>"
        for k, line in enumerate(lines)
    )
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="5" fill="#f3f6fa" '
        f'stroke="#44617b"/><text x="{middle:.1f}" y="{y + 18:.1f}" font-size="13" font-weight="bold" '
        f'text-anchor="middle" fill="#1d3143">{escape(room)}</text>{texts}'
    )


def wrapped(text: str) -> list[str]:
    """Return the beginning of a text in at most three lines that fit a box."""
    lines = textwrap.wrap(text, LINE)
    return lines if len(lines) <= 3 else [*lines[:2], textwrap.shorten(" ".join(lines[2:]), LINE, placeholder=" ...")]


def page(text: str) -> str:
    """Return the page with its list of modules written again."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{module_list()}\n{END}{tail}"


def module_list() -> str:
    """Return one line a module, by room, the highest layer first."""
    lines = []
    for room in (room for layer in layers() for room in layer):
        lines.append(f"\n**`{room}`**: {room_purpose(room)}.\n")
        for name, path in modules().items():
            if name.startswith(f"{room}."):
                lines.append(f"- `{name.removeprefix(f'{room}.').replace('.', '/')}`: {purpose(path)}.")
    return "\n".join(lines).strip()


if __name__ == "__main__":
    sys.exit(main())
