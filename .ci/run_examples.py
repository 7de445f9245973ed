#!/usr/bin/env python3
"""Execute the notebooks in `examples/`, each in a process of its own; the exit status says whether all ran.

python .ci/run_examples.py           execute them, and leave the files as they are
python .ci/run_examples.py --write   store the outputs, which the documentation shows
python .ci/run_examples.py 2_        only those whose name holds this text
"""

from __future__ import annotations

import base64
import io
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
#: Seconds that a cell may take, kernels compiled meanwhile.
CELL_LIMIT = 400
#: Largest notebook with outputs, in bytes: it is part of the repository.
MAX_SIZE = 500_000


def main() -> int:
    """Execute the notebooks that are asked for, and return the exit status."""
    options = [text for text in sys.argv[1:] if text.startswith("--")]
    wanted = [text for text in sys.argv[1:] if text not in options]
    notebooks = [path for path in sorted(EXAMPLES.glob("*.ipynb")) if all(text in path.name for text in wanted)]
    failed = [path.name for path in notebooks if not execute(path, write="--write" in options)]
    print(f"{len(notebooks) - len(failed)} of {len(notebooks)} notebooks ran" + f"; failed: {failed}" * bool(failed))
    return 1 if failed or not notebooks else 0


def execute(path: Path, write: bool) -> bool:
    """Execute one notebook, and store its outputs if asked to; return whether it ran."""
    start = time.perf_counter()
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(EXAMPLES)}}
    client = NotebookClient(notebook, timeout=CELL_LIMIT, kernel_name="python3", resources=place)
    try:
        client.execute()
    except CellExecutionError as error:
        print(f"{path.name}: {error}")
        return False
    warned = [cell["id"] for cell in notebook.cells for out in cell.get("outputs", []) if out.get("name") == "stderr"]
    print(f"{path.name}: {time.perf_counter() - start:.1f} s" + f"; something on stderr in {warned}" * bool(warned))
    if write:
        for cell in notebook.cells:
            cell["metadata"].pop("execution", None)
            for output in cell.get("outputs", []):
                shrink_picture(output.get("data", {}))
        notebook.metadata["language_info"] = {"name": "python"}  # without the version of this Python
        text = nbformat.writes(notebook)
        if len(text) > MAX_SIZE:
            print(f"{path.name}: {len(text)} bytes with its outputs, more than {MAX_SIZE}")
            return False
        path.write_text(text + "\n", encoding="utf-8")
    return True


def shrink_picture(data: dict[str, str]) -> None:
    """Give a picture among the outputs a palette of 64 colors, which takes a third of the bytes."""
    if "image/png" in data:
        picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGB")
        buffer = io.BytesIO()
        picture.quantize(64).save(buffer, format="PNG", optimize=True)
        data["image/png"] = base64.b64encode(buffer.getvalue()).decode()


if __name__ == "__main__":
    sys.exit(main())
