"""The house rules that no other test holds: import levels, the map, safe expressions, a light import."""

import ast
import doctest
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "arlab"

# A module imports only from lines above its own; inside a package the same holds for its files.
LEVELS = [
    ["errors"],
    ["reference", "frames", "workspace"],
    ["tables"],
    ["ledger", "importers", "policies", "protect"],
    ["synth", "aging", "denials", "worklog", "snapshots"],
    ["metrics", "recovery", "movement"],
    ["variance"],
    ["forecast", "priority"],
    ["simulate"],
    ["scoring"],
    ["plots"],
    ["report"],
    ["review", "course"],
    ["cli"],
]
LEVEL = {name: number for number, names in enumerate(LEVELS, start=1) for name in names}
TRUTH_READERS = {"simulate", "scoring", "course", "synth"}


def modules():
    return sorted(
        path for path in SOURCE.rglob("*.py") if path.parent != SOURCE or path.name != "__init__.py"
    )


def top(path):
    """Return the part of the house that a file belongs to."""
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(source, package):
    """Return every arlab module that a source imports, as dotted names without ``arlab.``."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] == "arlab"}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                base = ".".join(
                    ["arlab", *package][: len(package) + 2 - node.level] + ([base] if base else [])
                )
            if base.split(".")[0] == "arlab":
                found |= {f"{base}.{alias.name}" for alias in node.names} | {base}
    return {name.removeprefix("arlab").lstrip(".") for name in found} - {""}


def broken(path, source):
    """Return the imports of a file that the levels forbid."""
    own = top(path)
    package = path.relative_to(SOURCE).parts[:-1]
    wrong = []
    for name in imported(source, package):
        part = name.split(".")[0]
        if part == own or part not in LEVEL:
            continue
        if LEVEL[part] >= LEVEL[own]:
            wrong.append(f"{own} imports {name}")
        if name.startswith("synth.truth") and own not in TRUTH_READERS:
            wrong.append(f"{own} reads the answer key")
    return wrong


def test_every_module_has_a_level():
    assert {top(path) for path in modules()} <= set(LEVEL)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_come_from_the_lines_above(path):
    assert broken(path, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("where", "source"),
    [
        ("ledger/items.py", "from arlab.aging import add_age"),
        ("frames.py", "import arlab.tables"),
        ("aging.py", "from arlab import plots"),
        ("aging.py", "from arlab.synth import truth"),
        ("aging.py", "def f():\n    from arlab.synth.truth import outcome"),
        ("report/html.py", "from ..cli import main"),
        ("errors.py", "from arlab.frames import cents"),
    ],
)
def test_a_forbidden_import_is_found(where, source):
    assert broken(SOURCE / where, source)


def test_files_of_a_package_do_not_import_in_a_circle():
    for package in {path.parent for path in modules() if path.parent != SOURCE}:
        name = ".".join(package.relative_to(SOURCE).parts)
        graph = {}
        for path in package.glob("*.py"):
            if path.name == "__init__.py":
                continue
            inside = imported(path.read_text(encoding="utf-8"), package.relative_to(SOURCE).parts)
            graph[path.stem] = {
                other.removeprefix(f"{name}.").split(".")[0]
                for other in inside
                if other.startswith(f"{name}.")
            }
        while graph:
            free = {stem for stem, needs in graph.items() if not needs & set(graph) - {stem}}
            assert free, f"files of {name} import in a circle: {sorted(graph)}"
            graph = {stem: needs for stem, needs in graph.items() if stem not in free}


def readme_map():
    """Return the paths that the map in the README names."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- map -->\s*```\n(.*?)```\s*<!-- /map -->", text, flags=re.S)
    assert block, "README.md has no map between <!-- map --> and <!-- /map -->"
    named, folder = set(), ""
    for line in block[1].splitlines():
        path = line.split()[0] if line.split() else ""
        if not path:
            continue
        if line.startswith(" "):
            named.add(folder + path.rstrip("/"))
        else:
            named.add(path.rstrip("/"))
            folder = path if path.endswith("/") else ""
    return named


def tracked():
    """Return every file of the project, by git where there is a checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("the project is not in a git checkout")
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def test_the_map_in_the_readme_is_the_tree_on_disk():
    named = readme_map()
    files = tracked()
    top_level = {name.split("/")[0] for name in files}
    inside = [name.split("/") for name in files if name.startswith("src/arlab/")]
    library = {"/".join(parts[:3]) for parts in inside if parts[2] not in ("__init__.py", "py.typed")}
    on_disk = {name for name in top_level if name not in (".gitignore", ".gitattributes")} | library
    missing = {name for name in named if not (ROOT / name).exists()}
    assert not missing, f"the map names what is not there: {sorted(missing)}"
    unnamed = {name for name in on_disk if not any(n == name or n.startswith(f"{name}/") for n in named)}
    assert not unnamed, f"the map does not name: {sorted(unnamed)}"


# Expressions that some engine gets wrong or does not have (see frames.py): none inside agg, some not at all.
FORBIDDEN = {
    "pivot",
    "unpivot",
    "join_asof",
    "top_k",
    "quantile",
    "truncate",
    "total_minutes",
}
FORBIDDEN_IN_AGG = {"when", "filter", "otherwise", "then"}


def unsafe(source):
    """Return the calls of a source that do not mean the same on every engine."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if node.func.attr in FORBIDDEN:
            found.append(node.func.attr)
        # Engines that are SQL have it with a value for everything else alone.
        if node.func.attr == "replace_strict" and "default" not in {word.arg for word in node.keywords}:
            found.append("replace_strict without default")
        if node.func.attr == "agg":
            for inner in [*node.args, *(keyword.value for keyword in node.keywords)]:
                found += [
                    f"{call.func.attr} in agg"
                    for call in ast.walk(inner)
                    if isinstance(call, ast.Call)
                    and isinstance(call.func, ast.Attribute)
                    and call.func.attr in FORBIDDEN_IN_AGG
                ]
    return found


def test_table_functions_use_the_safe_subset():
    users = [path for path in modules() if "import narwhals" in path.read_text(encoding="utf-8")]
    assert len(users) >= 4
    for path in users:
        assert unsafe(path.read_text(encoding="utf-8")) == [], path


@pytest.mark.parametrize(
    "source",
    [
        "f.group_by('a').agg(nw.when(nw.col('b')).then(1).sum())",
        "f.group_by('a').agg(x=nw.col('b').filter(nw.col('c')).sum())",
        "f.pivot('a')",
        "f.select(nw.col('a').replace_strict([1], [2]))",
        "f.select(nw.col('a').quantile(0.5))",
    ],
)
def test_an_unsafe_expression_is_found(source):
    assert unsafe(source)


def test_import_and_help_load_nothing_heavy():
    code = (
        "import sys, arlab, arlab.cli\n"
        "heavy = {'pandas', 'matplotlib', 'sklearn', 'lifelines', 'duckdb', 'narwhals', 'pandera'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_public_names_are_there_and_pinned():
    arlab = importlib.import_module("arlab")
    assert arlab.__all__ == sorted(set(arlab.__all__), key=arlab.__all__.index)
    pinned = (Path(__file__).parent / "data" / "public_names.txt").read_text(encoding="utf-8").split()
    assert sorted(arlab.__all__) == pinned
    for name in arlab.__all__:
        assert getattr(arlab, name) is not None, name
    with pytest.raises(AttributeError):
        _ = arlab.nothing_of_this_name


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_examples_in_docstrings_are_true(path):
    name = ".".join(["arlab", *path.relative_to(SOURCE).with_suffix("").parts]).removesuffix(".__init__")
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


def test_public_functions_are_annotated():
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            bare = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
            assert not bare, f"{path.name}: {node.name} does not annotate {bare}"
            assert node.returns is not None, f"{path.name}: {node.name} does not annotate what it returns"


# What must not be in any committed text: this machine's folders and hosts that serve packages.
PLACES = re.compile(r"(?:^|[\"'\s=(:])/(?:root|work|tmp)/[A-Za-z]")
HOSTS = re.compile(
    "|".join(re.escape(host) for host in ("pypi." + "org", "python" + "hosted", "npmjs." + "org"))
)


def test_no_text_names_a_machine_or_a_registry():
    for name in tracked():
        path = ROOT / name
        if path.suffix not in {
            ".py",
            ".md",
            ".toml",
            ".yml",
            ".csv",
            ".ipynb",
            ".lock",
            ".json",
            ".cfg",
            ".txt",
            "",
        }:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not HOSTS.search(text), name
        if name != "tests/test_house.py":
            assert not PLACES.search(text), f"{name}: {PLACES.search(text)}"
