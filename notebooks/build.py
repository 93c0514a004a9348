"""How does a lesson's source become a notebook with its outputs, the same on every machine?

``python notebooks/build.py [--check] [NAME ...]`` runs each ``source/NN_name.py`` and writes ``NN_name.ipynb``
beside it. ``--check`` writes nothing and says which notebooks differ. It judges no prose: see
``tests/test_notebooks.py``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source"
SECONDS_PER_CELL = 120
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# Of a cell's settings only these reach the notebook; the rest depends on who built it.
KEPT_SETTINGS = ("tags", "jupyter")
# A learner's own IPython and Jupyter settings must not reach a lesson.
OWN_FOLDERS = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")


class BuildError(Exception):
    """A lesson cannot be built; the text says which one, which cell and why."""


def read_source(source: Path) -> NotebookNode:
    """Return a lesson's source as a notebook without outputs: cells, tags, fixed ids.

    A cell tagged ``hide-input`` is folded; the learner opens it with a click.
    """
    read = jupytext.read(source, fmt="py:percent")
    cells = []
    for number, cell in enumerate(read.cells):
        settings = {name: cell.metadata[name] for name in KEPT_SETTINGS if name in cell.metadata}
        if "hide-input" in settings.get("tags", []):
            settings["jupyter"] = {"source_hidden": True}
        make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
        cells.append(make(cell.source, id=f"cell-{number:02d}", metadata=settings))
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def build_notebook(source: Path) -> NotebookNode:
    """Return the lesson of a source file, run from top to bottom, with its outputs.

    Raises
    ------
    BuildError
        when a cell fails, or writes a warning (it would show a path of this machine).
    """
    notebook = read_source(source)
    with _clean_place() as folder:
        client = NotebookClient(
            notebook,
            timeout=SECONDS_PER_CELL,
            kernel_name="python3",
            record_timing=False,
            store_widget_state=False,
            coalesce_streams=True,
            extra_arguments=["--IPKernelApp.log_level=40"],
            resources={"metadata": {"path": folder}},
        )
        try:
            client.execute(env=_environment())
        except CellExecutionError as problem:
            raise BuildError(
                f"{source.name}: {problem.ename}: {problem.evalue}\n{problem.traceback}"
            ) from None
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    runs = 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            runs += 1
            cell.execution_count = runs
            cell.outputs = [_plain(output, f"{source.name}, {cell.id}", runs) for output in cell.outputs]
    return notebook


def _environment() -> dict[str, str]:
    """Return the kernel's environment: this checkout's library first, no start-up file, no window for charts."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONSTARTUP"}
    paths = [str(HERE.parent / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "MPLBACKEND": "agg"}


def _plain(output: NotebookNode, where: str, runs: int) -> NotebookNode:
    """Return an output without what changes from run to run."""
    if output.output_type == "stream" and output.name == "stderr":
        raise BuildError(f"{where} writes a warning: {output.text}")
    output.pop("transient", None)
    if output.output_type == "execute_result":
        output.execution_count = runs
    return output


@contextmanager
def _clean_place() -> Iterator[str]:
    """Give the kernel an empty folder to work in and empty folders for its settings."""
    before = {name: os.environ.get(name) for name in OWN_FOLDERS}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for name in OWN_FOLDERS:
            os.environ[name] = str(Path(folder) / name.lower())
        work = Path(folder) / "lesson"
        work.mkdir()
        try:
            yield str(work)
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def notebook_text(notebook: NotebookNode) -> str:
    """Return the notebook as the text of its file: keys in order, one line feed at the end."""
    text: str = nbformat.writes(nbformat.from_dict(_sorted(notebook)), version=4)
    return text.rstrip("\n") + "\n"


def _sorted(value: Any) -> Any:
    """Return nested settings with their keys in order."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def sources(names: Sequence[str] = ()) -> list[Path]:
    """Return the source files of the named lessons (``02`` or ``02_aging``), or of all.

    Raises
    ------
    BuildError
        when a name fits no lesson.
    """
    every = sorted(SOURCE.glob("[0-9][0-9]_*.py"))
    if not names:
        return every
    found = []
    for name in names:
        stem = Path(name).stem
        fitting = [source for source in every if source.stem == stem or source.stem[:2] == stem]
        if not fitting:
            known = ", ".join(source.stem for source in every)
            raise BuildError(f"There is no lesson '{name}': choose from {known}.")
        found += fitting
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the lessons, or with ``--check`` compare them with their files; return the exit code."""
    parser = argparse.ArgumentParser(
        description="Build the lessons from notebooks/source with their outputs."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="lessons to build, such as 02; all when left out"
    )
    parser.add_argument("--check", action="store_true", help="write nothing, say which notebooks differ")
    chosen = parser.parse_args(arguments)
    different = 0
    try:
        for source in sources(chosen.names):
            target = HERE / f"{source.stem}.ipynb"
            text = notebook_text(build_notebook(source))
            same = target.is_file() and target.read_text(encoding="utf-8") == text
            different += not same
            if not chosen.check and not same:
                target.write_text(text, encoding="utf-8", newline="\n")
            verdict = "unchanged" if same else "differs from its source" if chosen.check else "written"
            print(f"{target.name}: {verdict}")  # noqa: T201 - a command's answer
    except BuildError as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - a command's answer
        return 1
    return 1 if chosen.check and different else 0


if __name__ == "__main__":
    raise SystemExit(main())
