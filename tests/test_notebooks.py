"""Every lesson keeps the house rules, and every rule is shown to find what it looks for."""

import csv
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import notebook_rules as rules

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
sys.path.insert(0, str(FOLDER))
import build  # noqa: E402

LESSONS = [source.stem for source in build.sources()]
NOTEBOOKS = {name: nbformat.read(FOLDER / f"{name}.ipynb", as_version=4) for name in LESSONS}
with (ROOT / "data" / "reference" / "glossary.csv").open(encoding="utf-8", newline="") as file:
    GLOSSARY = {row["term"]: row["meaning"] for row in csv.DictReader(file)}


@pytest.fixture(params=LESSONS)
def lesson(request):
    return request.param


# -- the lessons ---------------------------------------------------------------------------------------------


def test_every_source_has_its_notebook_and_every_notebook_its_source():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == LESSONS
    assert LESSONS[:3] == ["00_start_here", "01_follow_one_claim", "02_aging"]


def test_size(lesson):
    words = rules.WORDS_AT_START if lesson.startswith("00") else rules.WORDS
    assert rules.wrong_size(NOTEBOOKS[lesson], words=words) == []


@pytest.mark.parametrize(
    "rule",
    [
        rules.long_code,
        rules.forbidden_text,
        rules.unstable_outputs,
        rules.charts_without_words,
        rules.unshown_numbers,
    ],
)
def test_house_rules(lesson, rule):
    assert rule(NOTEBOOKS[lesson]) == []


def test_parts(lesson):
    assert rules.missing_parts(NOTEBOOKS[lesson], glossary=GLOSSARY) == []


def test_links_lead_somewhere(lesson):
    assert rules.dead_links(NOTEBOOKS[lesson], folder=FOLDER) == []


def test_source_equals_notebook(lesson):
    source = build.read_source(build.SOURCE / f"{lesson}.py")
    assert rules.unlike_source(NOTEBOOKS[lesson], source) == []


@pytest.mark.parametrize("lesson", LESSONS[:2])
def test_a_rebuilt_notebook_is_the_same_byte_for_byte(lesson):
    check_rebuilt(lesson)


@pytest.mark.slow
def test_every_rebuilt_notebook_is_the_same_byte_for_byte(lesson):
    """In the usual run nbval computes the others again, and compares what they show."""
    check_rebuilt(lesson)


def check_rebuilt(lesson):
    rebuilt = build.notebook_text(build.build_notebook(build.SOURCE / f"{lesson}.py"))
    assert rebuilt.encode() == (FOLDER / f"{lesson}.ipynb").read_bytes()


def test_every_exercise_is_asked_in_its_lesson(lesson):
    from arlab.course import EXERCISES

    code = "\n".join(cell.source for cell in rules.code_cells(NOTEBOOKS[lesson]))
    prose = "\n".join(cell.source for cell in rules.prose_cells(NOTEBOOKS[lesson]))
    of_lesson = [exercise for name, exercise in EXERCISES.items() if name.startswith(lesson[:2])]
    assert len(of_lesson) >= 3
    for exercise in of_lesson:
        assert f'check("{exercise.id}", ' in code
        if not exercise.id.endswith("-try"):
            assert f"**{exercise.id[-1]}.** {exercise.question}\n" in prose + "\n"


def test_lessons_name_no_answer(lesson):
    """An answer in the source would be found by looking; only the data may hold it."""
    for cell in rules.code_cells(NOTEBOOKS[lesson]):
        for output in cell.outputs:
            assert ": right. " not in rules.output_text(output)


# -- the rules -----------------------------------------------------------------------------------------------


def text(source):
    return new_markdown_cell(source)


def code(source, *outputs, count=1):
    return new_code_cell(source, outputs=list(outputs), execution_count=count)


def printed(words):
    return new_output("stream", name="stdout", text=words)


def shown(words, **more):
    return new_output("execute_result", data={"text/plain": words, **more}, execution_count=1)


CHART = new_output("display_data", data={"image/png": "iVBO", "text/plain": "<Image>"})
SEEN = "**What you see.** "


def lesson_of(*cells):
    return new_notebook(cells=list(cells))


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ([text("word " * 1000) for _ in range(10)], ["10 cells", "0 code cells", "10000 words"]),
        (
            [text("word") for _ in range(20)] + [code("1") for _ in range(16)],
            ["36 cells", "16 code cells", "20 words"],
        ),
    ],
)
def test_a_wrong_size_is_found(cells, found):
    sentences = rules.wrong_size(lesson_of(*cells))
    assert [sentence.partition(", not")[0] for sentence in sentences] == found


def test_words_are_counted_without_the_addresses_of_links():
    assert rules.word_count(lesson_of(text("# One [two three](a_b_c.ipynb) | four |\n|---|"))) == 4


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("\n".join(["x = 1"] * 12), 0),
        ("\n".join(["x = 1"] * 13), 1),
        ("def f():\n    a = 1\n    b = 2\n    c = 3\n    return a", 0),
        ("def f():\n    a = 1\n    b = 2\n    c = 3\n    d = 4\n    return a", 1),
        ("class A:\n    a = 1\n    b = 2\n    c = 3\n    d = 4\n    e = 5", 1),
    ],
)
def test_long_code_is_found(source, found):
    assert len(rules.long_code(lesson_of(code(source)))) == found


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (code("x = 1;"), "semicolon"),
        (code("x = 1;  \ny = 2"), "semicolon"),
        (code("import datetime\nd = datetime.date.today()"), "present day"),
        (code("pd.Timestamp.now()"), "present day"),
        (code('read("/home/me/export.csv")'), "absolute path"),
        (code('read("C:\\\\export.csv")'), "absolute path"),
        (code('read("~/export.csv")'), "absolute path"),
        (code("%pip install arlab"), "installs"),
        (code("!ls"), "installs"),
        (text("Run `pip install arlab` first."), "installs"),
        (text("From $10 to $20."), "dollar signs"),
    ],
)
def test_forbidden_text_is_found(cell, found):
    (sentence,) = rules.forbidden_text(lesson_of(cell))
    assert found in sentence


@pytest.mark.parametrize(
    "cell",
    [
        code('x = "a; b"\ny = total / items'),
        code("day = practice.as_of"),
        text("It costs $10. `$1` and `$2` are code, \\$3 and \\$4 are escaped."),
    ],
)
def test_allowed_text_passes(cell):
    assert rules.forbidden_text(lesson_of(cell)) == []


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (code("1", count=None), "not run in order"),
        (code("1", count=7), "not run in order"),
        (code("1", new_output("stream", name="stderr", text="careful")), "warning"),
        (code("1", new_output("error", ename="E", evalue="", traceback=[])), "error"),
        (code("1", printed("read /home/me/a.csv")), "path"),
        (code("1", shown("<Axes at 0x7f3a5c2b1d90>")), "address"),
        (code("1", shown("ok", **{"text/html": "<td>C:\\data</td>"})), "path"),
    ],
)
def test_unstable_outputs_are_found(cell, found):
    (sentence,) = rules.unstable_outputs(lesson_of(cell))
    assert found in sentence


def test_stable_outputs_pass():
    table = shown("and/or 1/2", **{"text/html": "<table><tr><td>https://example.org/a/b</td></tr></table>"})
    assert rules.unstable_outputs(lesson_of(code("1", table), text("x"), code("2", count=2))) == []


@pytest.mark.parametrize(
    ("outputs", "found"),
    [
        ([CHART], 1),
        ([CHART, printed("Nice picture.")], 1),
        ([CHART, printed("Most of the money is young.")], 1),  # no number
        ([printed("10 dollars are older than 90 days."), CHART], 1),  # before it, not under it
        ([CHART, printed("10 dollars are older than 90 days.")], 0),
        ([CHART, shown("10 dollars are older than 90 days.")], 0),
        ([CHART, printed("10 dollars are older than 90 days."), CHART], 1),
    ],
)
def test_charts_without_words_are_found(outputs, found):
    assert len(rules.charts_without_words(lesson_of(code("plot()", *outputs)))) == found


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("40 dollars and 1,234.50 and 12 %.", 0),
        ("The bucket 31-60 holds 2 items.", 0),
        ("On 2026-02-28 it was 40.", 0),
        ("See lesson 9 and section 8; the 1st of them, and A3.", 0),
        ("It holds four items.", 0),
        ("41 dollars.", 1),
        ("The bucket 61-90 and 0-30.", 2),
        ("It holds five items.", 1),
        ("On 2026-02-27 it was 12.5.", 2),
        ("1,234.51", 1),
    ],
)
def test_numbers_that_are_not_shown_are_found(prose, found):
    above = code("1", printed("40.00 of 1234.5 is 12.0% in 31-60 on 2026-02-28: 2 items, 4 claims"))
    assert len(rules.unshown_numbers(lesson_of(text("## A"), above, text(SEEN + prose)))) == found


def test_a_number_of_another_section_does_not_count():
    above = code("1", printed("40"))
    assert rules.unshown_numbers(lesson_of(above, text("## B"), text(SEEN + "40"))) != []
    assert rules.unshown_numbers(lesson_of(text("40 is only read aloud in its own cell."))) == []


GOOD_TITLE = (
    "# 9. How?\n\n**For** all\n\n**Takes** 5 minutes\n\n**Before this** nothing\n\n"
    "**After this notebook you can**\n\n- read\n- name\n- say"
)
GOOD_END = "## Key points\n\n- one\n\n**On Monday** look.\n\n**Next** rest."
PARTS = {
    "title": text(GOOD_TITLE),
    "words": text(f"## Words used here\n\n- **bucket**: {GLOSSARY['bucket']}"),
    "seen": text(SEEN + "a"),
    "seen again": text(SEEN + "b"),
    "seen once more": text(SEEN + "c"),
    "caution": text("## One caution"),
    "try": text("## Try it"),
    "try code": code('check("09-try", 1)'),
    "check": text("## Check yourself"),
    "a": code('check("09-a", None)'),
    "b": code('check("09-b", None)'),
    "end": text(GOOD_END),
}


def missing(**changed):
    cells = {**PARTS, **changed}
    return rules.missing_parts(lesson_of(*(cell for cell in cells.values() if cell)), glossary=GLOSSARY)


def test_a_lesson_with_every_part_passes():
    assert missing() == []


@pytest.mark.parametrize(
    ("part", "cell", "found"),
    [
        ("title", text(GOOD_TITLE.replace("How?", "How")), "numbered question"),
        ("title", text(GOOD_TITLE.replace("**Takes** 5 minutes", "")), "Takes"),
        ("title", text(GOOD_TITLE.replace("**Takes** 5", "**Takes** some")), "how many minutes"),
        ("title", text(GOOD_TITLE.replace("**For**", "For")), "**For**"),
        ("title", text(GOOD_TITLE.replace("\n- say", "")), "exactly three"),
        ("words", None, "'## Words used here' is missing"),
        ("words", text("## Words used here\n\n- **blob**: x"), "not in the glossary"),
        ("words", text("## Words used here\n\n- **bucket**: A pail."), "other words"),
        ("words", text(PARTS["words"].source + f"\n- **bucket**: {GLOSSARY['bucket']}" * 5), "6 words"),
        ("words", text("## Words used here\n\nnone"), "0 words"),
        ("seen", None, "read aloud"),
        ("caution", None, "One caution"),
        ("try", None, "Try it"),
        ("try code", None, "has no check"),
        ("check", None, "Check yourself"),
        ("a", None, "1 questions"),
        ("end", text(GOOD_END.replace("## Key points", "")), "Key points"),
        ("end", text(GOOD_END.replace("**On Monday**", "")), "On Monday"),
        ("end", text(GOOD_END.replace("**Next**", "")), "Next"),
    ],
)
def test_a_missing_part_is_found(part, cell, found):
    sentences = missing(**{part: cell})
    assert any(found in sentence for sentence in sentences)


def test_a_dead_link_is_found(tmp_path):
    (tmp_path / "a.ipynb").write_text("{}", encoding="utf-8")
    assert rules.dead_links(lesson_of(text("[a](a.ipynb) [a](a.ipynb#part)")), folder=tmp_path) == []
    assert len(rules.dead_links(lesson_of(text("[b](b.ipynb)")), folder=tmp_path)) == 1


# -- the builder ---------------------------------------------------------------------------------------------

SOURCE = """# %% [markdown]
# # 9. How?

# %%
import os, pathlib
print(os.environ.get("PYTHONSTARTUP"), [path.name for path in pathlib.Path().iterdir()])

# %% tags=["hide-input", "nbval-ignore-output"]
{"sum": 10 + 20}
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "99_how.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_a_source_is_read_with_fixed_ids_and_tags(source):
    read = build.read_source(source)
    assert [cell.id for cell in read.cells] == ["cell-00", "cell-01", "cell-02"]
    assert read.cells[2].metadata == {
        "tags": ["hide-input", "nbval-ignore-output"],
        "jupyter": {"source_hidden": True},
    }
    assert read.metadata == {"kernelspec": build.KERNEL, "language_info": {"name": "python"}}


def test_a_difference_from_the_source_is_found(source):
    read = build.read_source(source)
    other = build.read_source(source)
    assert rules.unlike_source(other, read) == []
    other.cells[1].source += "\n1"
    del other.cells[2].metadata["tags"]
    assert rules.unlike_source(other, read) == [
        "cell 1 differs from the source",
        "cell 2 differs from the source",
    ]
    del other.cells[2]
    assert rules.unlike_source(other, read) == ["the notebook has 2 cells and its source 3"]


def test_a_notebook_is_built_without_what_changes_from_run_to_run(source, monkeypatch, tmp_path):
    startup = tmp_path / "startup.py"
    startup.write_text("print('mine')", encoding="utf-8")
    monkeypatch.setenv("PYTHONSTARTUP", str(startup))
    built = build.build_notebook(source)
    assert built.cells[1].outputs[0].text == "None []\n"
    assert built.cells[2].outputs[0].data == {"text/plain": "{'sum': 30}"}
    assert [cell.execution_count for cell in rules.code_cells(built)] == [1, 2]
    written = build.notebook_text(built)
    assert "version" not in written.replace("nbformat", "") and 'execution":' not in written
    assert nbformat.reads(written, as_version=4) == built


@pytest.mark.parametrize(
    ("line", "found"),
    [("1 / 0", "ZeroDivisionError"), ("import warnings; warnings.warn('old')", "writes a warning")],
)
def test_a_lesson_that_fails_or_warns_is_not_built(source, line, found, monkeypatch, capsys):
    source.write_text(SOURCE + f"\n# %%\n{line}\n", encoding="utf-8")
    monkeypatch.setattr(build, "SOURCE", source.parent)
    monkeypatch.setattr(build, "HERE", source.parent)
    assert build.main(["99"]) == 1
    told = capsys.readouterr()
    assert found in told.err and "99_how.py" in told.err
    assert not (source.parent / "99_how.ipynb").exists()


def test_a_mistake_of_the_learner_is_one_sentence_and_a_table_is_readable(source):
    cell = (
        "# %%\nimport pandas as pd\nfrom arlab import course\npractice = course.start()\n"
        "pd.DataFrame({'balance': [1234.5]}, index=[7])\n\n"
        '# %% tags=["raises-exception"]\ncourse.check("99-z", 1)\n\n'
        '# %%\ncourse.check("00-b")\n'
    )
    source.write_text(cell, encoding="utf-8")
    table, error, feedback = build.build_notebook(source).cells
    assert table.outputs[0].data["text/plain"] == " balance\n1,234.50"
    assert error.outputs[0].ename == "SettingsError"
    (sentence,) = error.outputs[0].traceback
    assert sentence.startswith("There is no exercise '99-z': choose one of 00-try, ")
    assert feedback.outputs[0].data["text/plain"] == (
        "00-b: no answer yet. Put a whole number in the place of None."
    )
    assert feedback.outputs[0].data["text/html"].endswith("in the place of None.</p>")


def test_check_writes_nothing_and_tells_what_differs(source, monkeypatch, capsys):
    monkeypatch.setattr(build, "SOURCE", source.parent)
    monkeypatch.setattr(build, "HERE", source.parent)
    assert build.main(["--check"]) == 1
    assert not (source.parent / "99_how.ipynb").exists()
    assert build.main(["99_how"]) == 0
    assert build.main(["--check", "99"]) == 0
    assert [line.partition(": ")[2] for line in capsys.readouterr().out.splitlines()] == [
        "differs from its source",
        "written",
        "unchanged",
    ]


def test_an_unknown_lesson_is_one_sentence(capsys):
    assert build.main(["77"]) == 1
    assert capsys.readouterr().err.startswith("There is no lesson '77': choose from 00_start_here, ")
