#!/usr/bin/env python3
"""Check what linters cannot: kernels, parameter counts, documented parameters, import circles, what may print.

python .ci/check_code.py            every violation, one a line; exit status 1 if there is any
python .ci/check_code.py sampling   only those whose file or message holds this text
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "atomglass"
#: Decorators of compiled functions, and those of pair-level functions, which may take more parameters.
COMPILED, PAIR_LEVEL = {"kernel", "leaf", "device", "inline"}, {"device"}
MAX_PARAMETERS, MAX_KERNEL_LINES, MAX_ROOT_ENTRIES = 8, 60, 20
#: Longest module in lines; `analysis` is held to less.
MAX_MODULE_LINES = {"analysis": 250, "": 350}
#: The only module of the command line that prints: there, control characters in names are escaped.
PRINTING = Path("atomglass/cli/printing.py")
#: From so many parameters on, a public function documents each.
DOCUMENTED_FROM = 3

Function = ast.FunctionDef | ast.AsyncFunctionDef


def main() -> int:
    """Print the violations and return the exit status."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    found = [line for line in violations() if wanted in line]
    print("\n".join(found) or "no violation")
    return 1 if found else 0


def violations() -> Iterator[str]:
    """Yield every violation in the package."""
    modules = {module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}
    trees = {name: ast.parse(path.read_text()) for name, path in modules.items()}
    yield from root_entries()
    for name, path in modules.items():
        place = path.relative_to(PACKAGE.parent)
        yield from module_size(place, path)
        for function, owner in functions(trees[name]):
            yield from compiled_function(place, function)
            yield from parameters(place, function, owner)
        yield from late_imports(place, trees[name])
        yield from printing(place, trees[name])
    for circle in circles(imports(trees)):
        yield f"circular imports: {' > '.join(circle)}"


def module_name(path: Path) -> str:
    """Return the dotted name of a module."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def root_entries() -> Iterator[str]:
    """Yield a line if the package's root has too many entries."""
    entries = [path.name for path in PACKAGE.iterdir() if not path.name.startswith(("__", "."))]
    if len(entries) > MAX_ROOT_ENTRIES:
        yield f"atomglass: {len(entries)} entries at the root, at most {MAX_ROOT_ENTRIES}"


def module_size(place: Path, path: Path) -> Iterator[str]:
    """Yield a line for a module that is too long, and one for each formatting switched off."""
    lines = path.read_text().splitlines()
    most = MAX_MODULE_LINES.get(place.parts[1], MAX_MODULE_LINES[""])
    if len(lines) > most:
        yield f"{place}: {len(lines)} lines, at most {most}"
    for number, line in enumerate(lines, 1):
        if re.search(r"#\s*fmt:\s*(skip|off)", line):
            yield f"{place}:{number}: formatting switched off"


def functions(tree: ast.Module) -> Iterator[tuple[Function, str]]:
    """Yield the functions and methods of a module, each with the name of its class or an empty text."""
    for node in tree.body:
        if isinstance(node, Function):
            yield node, ""
        elif isinstance(node, ast.ClassDef):
            yield from ((inner, node.name) for inner in node.body if isinstance(inner, Function))


def decorators(function: Function) -> set[str]:
    """Return the names of a function's decorators."""
    return {ast.unparse(d.func if isinstance(d, ast.Call) else d).split(".")[-1] for d in function.decorator_list}


def arguments(function: Function) -> list[ast.arg]:
    """Return the parameters of a function but `self` and `cls`."""
    given = function.args
    everything = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return [argument for argument in everything if argument.arg not in ("self", "cls")]


def compiled_function(place: Path, function: Function) -> Iterator[str]:
    """Yield lines for a compiled function that is too long or not annotated."""
    if not decorators(function) & COMPILED:
        return
    where = f"{place}:{function.lineno}: {function.name}"
    text = function.body[0] if ast.get_docstring(function) else None
    lines = (function.end_lineno or 0) - function.lineno + 1
    lines -= (text.end_lineno or 0) - text.lineno + 1 if text else 0
    if lines > MAX_KERNEL_LINES:
        yield f"{where}: {lines} lines in a kernel, at most {MAX_KERNEL_LINES}"
    bare = [argument.arg for argument in arguments(function) if argument.annotation is None]
    if bare or function.returns is None:
        yield f"{where}: no annotation of {', '.join([*bare, *([] if function.returns else ['the result'])])}"


def parameters(place: Path, function: Function, owner: str) -> Iterator[str]:
    """Yield lines for a function with too many parameters, or with parameters that its docstring does not name."""
    found, marks = arguments(function), decorators(function)
    where = f"{place}:{function.lineno}: {owner + '.' if owner else ''}{function.name}"
    command = place.parts[1] == "cli" and marks  # typer's commands: a parameter is an option
    public = not function.name.startswith("_") and not owner.startswith("_")
    if len(found) > MAX_PARAMETERS and not command and not marks & PAIR_LEVEL and (public or marks & COMPILED):
        yield f"{where}: {len(found)} parameters, at most {MAX_PARAMETERS}"
    text = ast.get_docstring(function) or ""
    if public and not command and len(found) >= DOCUMENTED_FROM and "overload" not in marks:
        missing = [argument.arg for argument in found if not documented(argument.arg, text)]
        if missing:
            yield f"{where}: not documented: {', '.join(missing)}"


def documented(name: str, text: str) -> bool:
    """Whether a numpydoc section of a docstring lists a parameter."""
    return re.search(rf"(?m)^\s*(?:[\w*]+, )*\*{{0,2}}{re.escape(name)}(?:, [\w*]+)* ?(?::|$)", text) is not None


def late_imports(place: Path, tree: ast.Module) -> Iterator[str]:
    """Yield lines for imports of the package's own modules inside functions, where no lazy loading is meant."""
    if place.parts[1] == "cli" or place.name in ("__init__.py", "__main__.py"):
        return
    for node in ast.walk(tree):
        if isinstance(node, Function | ast.Lambda):
            for inner in ast.walk(node):
                if isinstance(inner, ast.ImportFrom) and (inner.module or "").startswith("atomglass"):
                    yield f"{place}:{inner.lineno}: import of {inner.module} inside a function"


def printing(place: Path, tree: ast.Module) -> Iterator[str]:
    """Yield lines for calls in the command line that print past its one module for it."""
    if place.parts[1] != "cli" or place == PRINTING:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in ("print", "echo", "secho"):
            yield f"{place}:{node.lineno}: {ast.unparse(node.func)} prints: use say of {PRINTING}"


def imports(trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Return which modules each module imports, wherever in it the import stands."""
    graph: dict[str, set[str]] = {name: set() for name in trees}
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("atomglass"):
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                graph[name] |= {module for module in inner if module in trees} or {node.module or ""} & set(trees)
    return graph


def circles(graph: dict[str, set[str]]) -> Iterator[list[str]]:
    """Yield a path round each circle that a depth-first search meets."""
    done: set[str] = set()

    def follow(name: str, path: list[str]) -> Iterator[list[str]]:
        if name in path:
            yield [*path[path.index(name) :], name]
        elif name not in done:
            for other in sorted(graph[name]):
                yield from follow(other, [*path, name])
            done.add(name)

    for name in sorted(graph):
        yield from follow(name, [])


if __name__ == "__main__":
    sys.exit(main())
