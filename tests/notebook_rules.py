"""The house rules of a lesson: each function takes a notebook and returns what is wrong with it, in sentences."""

from __future__ import annotations

import ast
import html
import re
from decimal import Decimal
from pathlib import Path

CELLS = (20, 35)
CODE_CELLS = (8, 14)
CODE_LINES = 12
FUNCTION_LINES = 5
WORDS = (700, 1200)
# The start page explains the lab itself and has no subject of its own to unfold.
WORDS_AT_START = (500, 1200)
CHART_WORDS = 5
_FROM_THREE = ["three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
NUMBER_WORDS = {word: number for number, word in enumerate(_FROM_THREE, start=3)}

_PATH = re.compile(r"(?<![\w/.:<])(?:/(?:[\w.-]+/)+[\w.-]*|[A-Za-z]:\\\\?\w|~/\w)")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
_CLOCK = re.compile(r"\b(?:today|now)\s*\(")
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
_LABEL = re.compile(r"(?<![\w.-])\d+(?:-\d+)+(?![\w])")
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\d]|st\b|nd\b|rd\b|th\b)")
_PLACE = re.compile(r"\b(?:lessons?|sections?)\s+\d+", re.IGNORECASE)


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def cell_name(notebook, cell) -> str:
    return f"cell {notebook.cells.index(cell)}"


def output_text(output) -> str:
    """Return what a reader sees of an output, without tags."""
    if output.output_type == "stream":
        return output.text
    data = output.get("data", {})
    rich = re.sub(r"<[^>]+>", " ", data["text/html"]) if "text/html" in data else data.get("text/plain", "")
    return html.unescape(rich)


def word_count(notebook) -> int:
    text = "\n".join(_LINK.sub(r"\1", cell.source) for cell in prose_cells(notebook))
    return len(re.findall(r"[A-Za-z0-9][\w'.,-]*", text))


def wrong_size(notebook, *, words=WORDS) -> list[str]:
    found = []
    for what, number, (least, most) in [
        ("cells", len(notebook.cells), CELLS),
        ("code cells", len(code_cells(notebook)), CODE_CELLS),
        ("words", word_count(notebook), words),
    ]:
        if not least <= number <= most:
            found.append(f"{number} {what}, not {least} to {most}")
    return found


def long_code(notebook) -> list[str]:
    found = []
    for cell in code_cells(notebook):
        if len(cell.source.splitlines()) > CODE_LINES:
            found.append(f"{cell_name(notebook, cell)} has more than {CODE_LINES} lines of code")
        for node in ast.walk(ast.parse(re.sub(r"(?m)^[%!].*$", "pass", cell.source))):
            if (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and node.end_lineno - node.lineno >= FUNCTION_LINES
            ):
                found.append(f"{cell_name(notebook, cell)} defines '{node.name}' on many lines")
    return found


def forbidden_text(notebook) -> list[str]:
    found = []
    for cell in notebook.cells:
        where = cell_name(notebook, cell)
        if "pip install" in cell.source or re.search(r"(?m)^\s*[!%]", cell.source):
            found.append(f"{where} installs something or calls the system")
        if cell.cell_type == "code":
            if re.search(r"(?m);[ \t]*$", cell.source):
                found.append(f"{where} has a trailing semicolon")
            if _CLOCK.search(cell.source):
                found.append(f"{where} asks for the present day")
            if _PATH.search(cell.source):
                found.append(f"{where} has an absolute path")
        elif re.sub(r"`[^`]*`", "", cell.source).replace(r"\$", "").count("$") > 1:
            found.append(f"{where} has a pair of dollar signs, which turns into a formula")
    return found


def unstable_outputs(notebook) -> list[str]:
    """Return outputs that another machine or run would not show, and cells without a run."""
    found = []
    for number, cell in enumerate(code_cells(notebook), start=1):
        where = cell_name(notebook, cell)
        if cell.execution_count != number:
            found.append(f"{where} was not run in order")
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                found.append(f"{where} shows an error or a warning")
                continue
            text = output_text(output) + output.get("data", {}).get("text/plain", "")
            if _PATH.search(text):
                found.append(f"{where} shows a path of the machine")
            if _ADDRESS.search(text):
                found.append(f"{where} shows a memory address")
    return found


def charts_without_words(notebook) -> list[str]:
    """Return charts that no sentence with a number follows in the same cell's output."""
    found = []
    for cell in code_cells(notebook):
        for place, output in enumerate(cell.outputs):
            if not {"image/png", "image/svg+xml", "image/jpeg"} & set(output.get("data", {})):
                continue
            after = " ".join(output_text(later) for later in cell.outputs[place + 1 :])
            if len(re.findall(r"[A-Za-z]+", after)) < CHART_WORDS or not re.search(r"\d", after):
                found.append(f"{cell_name(notebook, cell)} has a chart without words under it")
    return found


def missing_parts(notebook, *, glossary: dict[str, str]) -> list[str]:
    """Return the parts of a lesson that are not there or not in their form."""
    prose = prose_cells(notebook)
    whole = "\n\n".join(cell.source for cell in prose)
    first = notebook.cells[0].source if notebook.cells[0].cell_type == "markdown" else ""
    found = []
    if not re.match(r"# \d+\. [^\n]*\?\n", first):
        found.append("the title is not a numbered question")
    for part in ("**For** ", "**Takes** ", "**Before this** ", "**After this notebook you can**"):
        if part not in first:
            found.append(f"the first cell lacks {part.strip()}")
    if not re.search(r"\*\*Takes\*\* \d+ minutes", first):
        found.append("the first cell does not say how many minutes it takes")
    if len(re.findall(r"(?m)^- \S", first.partition("**After this notebook you can**")[2])) != 3:
        found.append("the first cell does not name exactly three things one can do")
    for part in ("## Words used here", "## One caution", "## Try it", "## Check yourself", "## Key points"):
        if not re.search(rf"(?m)^{part}", whole):
            found.append(f"'{part}' is missing")
    for part in ("**On Monday** ", "**Next** "):
        if part not in whole:
            found.append(f"{part.strip()} is missing")
    seen = sum(cell.source.startswith("**What you see.** ") for cell in prose)
    if seen < 3:
        found.append(f"only {seen} results are read aloud")
    return found + _words_used(prose, glossary) + _exercises(notebook)


def _words_used(prose, glossary: dict[str, str]) -> list[str]:
    cell = next((cell for cell in prose if cell.source.startswith("## Words used here")), None)
    if cell is None:
        return []
    words = re.findall(r"(?m)^- \*\*(.+?)\*\*: (.+)$", cell.source)
    found = [] if 1 <= len(words) <= 5 else [f"{len(words)} words are explained, not 1 to 5"]
    for word, meaning in words:
        if word not in glossary:
            found.append(f"'{word}' is not in the glossary")
        elif glossary[word] != meaning:
            found.append(f"'{word}' is explained in other words than in the glossary")
    return found


def _exercises(notebook) -> list[str]:
    code = "\n".join(cell.source for cell in code_cells(notebook))
    asked = re.findall(r'(?m)^check\("(\d\d-\w+)"', code)
    found = [] if any(name.endswith("-try") for name in asked) else ["'Try it' has no check"]
    questions = [name for name in asked if not name.endswith("-try")]
    return found if 2 <= len(questions) <= 3 else [*found, f"{len(questions)} questions, not two or three"]


def unshown_numbers(notebook) -> list[str]:
    """Return numbers in "What you see." cells that no output above, in the same section, shows."""
    found, shown = [], ""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            shown += "\n".join(output_text(output) for output in cell.outputs) + "\n"
            continue
        if cell.source.startswith("**What you see.**"):
            found += [
                f"{cell_name(notebook, cell)} says {number}, which the cells above it do not show"
                for number in _not_in(cell.source, shown)
            ]
        if re.search(r"(?m)^## ", cell.source):
            shown = ""
    return found


def _not_in(prose: str, shown: str) -> list[str]:
    prose = _PLACE.sub(" ", _LINK.sub(r"\1", prose)).replace("\N{EN DASH}", "-")
    labels = _LABEL.findall(prose)
    known = {_plain(number) for number in _NUMBER.findall(re.sub(r"[-/:]", " ", shown))}
    said = [(number, _plain(number)) for number in _NUMBER.findall(_LABEL.sub(" ", prose))]
    said += [(w, Decimal(n)) for w, n in NUMBER_WORDS.items() if re.search(rf"\b{w}\b", prose, re.IGNORECASE)]
    missing = [label for label in labels if not re.search(rf"(?<![\d-]){label}(?![\d-])", shown)]
    return missing + [text for text, value in said if value not in known]


def _plain(number: str) -> Decimal:
    return Decimal(number.replace(",", "")).normalize()


def dead_links(notebook, *, folder: Path) -> list[str]:
    found = []
    for cell in prose_cells(notebook):
        for _, target in _LINK.findall(cell.source):
            if not (folder / target.partition("#")[0]).is_file():
                found.append(f"{cell_name(notebook, cell)} links to '{target}', which is not there")
    return found


def unlike_source(notebook, source) -> list[str]:
    """Return where a notebook and its source, read as a notebook, differ cell by cell."""
    if len(notebook.cells) != len(source.cells):
        return [f"the notebook has {len(notebook.cells)} cells and its source {len(source.cells)}"]
    return [
        f"cell {number} differs from the source"
        for number, (built, written) in enumerate(zip(notebook.cells, source.cells, strict=True))
        if (built.cell_type, built.source, built.id, built.metadata)
        != (written.cell_type, written.source, written.id, written.metadata)
    ]
