"""Does every command answer on its last line, and every failure in one line with the right exit code?"""

import json
import os
import re
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from arlab import __version__
from arlab.cli import app, folders
from arlab.cli import run as ending
from arlab.errors import NotAvailable
from arlab.reference import data_path
from arlab.synth.truth_files import load_truth
from arlab.tables import load_practice

FIXTURES = Path(__file__).parents[1].parent / "shared/fixtures/csv"
HEAVY = ("pandas", "matplotlib", "seaborn", "sklearn", "lifelines", "duckdb", "narwhals")
EXPORT = (
    "Claim #,Payer,Date of Service,As Of Date,Balance\n"
    "1,Oak Health,2026-06-10,2026-06-30,160.00\n"
    "2,Oak Health,2026-03-20,2026-06-30,80.00\n"
    "3,Elm Mutual,2026-02-01,2026-06-30,40.00\n"
    "4,Elm Mutual,2026-05-15,2026-06-30,-10.00\n"
)


def arlab(*arguments, cwd=None, **environment):
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "arlab.cli", *map(str, arguments)],
        capture_output=True,
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        encoding="utf-8",
        timeout=300,
        check=False,
    )


@pytest.fixture
def inside(capsys):
    """Run the command line in this process: as `arlab`, without the second that a new process takes."""

    def call(*arguments):
        code = ending.run(list(map(str, arguments)))
        shown = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, shown.out, shown.err)

    return call


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "open claims.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


def last_path(run):
    assert run.returncode == 0, run.stderr
    path = Path(run.stdout.splitlines()[-1])
    assert path.is_file()
    return path


def rows_of(page, table):
    """Return the cells of one table of a report, row by row."""
    body = re.search(rf'<table id="{table}">(.*?)</table>', page, re.DOTALL).group(1)
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def one_line(run, code=2):
    """Return the only line on standard error of a run that failed as it should."""
    assert run.returncode == code, (run.stdout, run.stderr)
    assert "Traceback" not in run.stdout + run.stderr
    lines = run.stderr.splitlines()
    assert len(lines) == 1, run.stderr
    return lines[0]


def test_help_and_version_load_nothing_heavy():
    code = (
        "import sys, arlab\nfrom arlab.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as stop:\n    assert stop.code == 0\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    for arguments in (["--help"], ["--version"], [], ["report", "--help"], ["generate", "--help"]):
        run = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
        )
        assert run.stdout.splitlines()[-1] == "[]"
    assert arlab("--version").stdout == f"AR Lab {__version__}\n"
    shown = arlab("--help").stdout
    assert arlab().stdout == shown
    assert all(command in shown for command in ("report", "check", "generate"))


def test_report_of_an_export_says_that_it_ties_out_and_ends_with_the_path(export, tmp_path):
    run = arlab("report", export, "--out", tmp_path / "out")
    path = last_path(run)
    assert path == (tmp_path / "out" / "open-claims_ar_2026-06-30.html").resolve()
    beside = [f"{path.stem}.{name}" for name in ("findings.csv", "html", "map.toml", "quarantine.csv")]
    assert sorted(file.name for file in path.parent.iterdir()) == beside
    assert run.stderr == ""
    assert run.stdout.splitlines()[0] == "open claims.csv"
    said = " ".join(run.stdout.split())
    assert "The file ties out to the cent: 4 rows and $270.00 in = 4 rows and $270.00 accepted" in said
    assert "$280.00 is open on June 30, 2026, $120.00 of it (43%) for more than 90 days" in said
    page = path.read_text(encoding="utf-8")
    assert "Contains protected health information, internal use" in page
    assert rows_of(page, "aging-table")[-1][:3] == ["Total", "3", "$280.00"]
    assert rows_of(page, "credits-table")[-1] == ["Total", "1", "$10.00"]
    assert rows_of(page, "accepted-table")[-1] == ["Difference", "$0.00"]


def test_the_same_file_gives_the_same_report(export, tmp_path):
    first = last_path(arlab("report", export, "--out", tmp_path / "a", PYTHONHASHSEED="1")).read_bytes()
    again = last_path(arlab("report", export, "--out", tmp_path / "b", PYTHONHASHSEED="2")).read_bytes()
    assert first == again


def test_several_files_give_one_report_each(export, tmp_path):
    (tmp_path / "other").mkdir()
    same_name = tmp_path / "other" / "OPEN CLAIMS.csv"
    same_name.write_text(EXPORT, encoding="utf-8")
    run = arlab("report", export, same_name, "--out", tmp_path / "out")
    path = last_path(run)
    assert sorted(file.name for file in path.parent.glob("*.html")) == [
        "OPEN-CLAIMS_ar_2026-06-30-2.html",
        "open-claims_ar_2026-06-30.html",
    ]
    assert path.name == "OPEN-CLAIMS_ar_2026-06-30-2.html"


def test_one_refused_file_does_not_keep_the_others_from_their_report(export, tmp_path):
    run = arlab("report", tmp_path / "absent.csv", export, "--out", tmp_path / "out")
    assert "absent.csv" in one_line(run)
    assert Path(run.stdout.splitlines()[-1]).is_file()


def test_paths_with_spaces_and_other_letters(tmp_path):
    folder = tmp_path / "Отчёты 健康"
    folder.mkdir()
    path = folder / "Zaległości שלום.csv"
    path.write_text(EXPORT, encoding="utf-8")
    assert last_path(arlab("report", path, "--out", folder / "out dir")).stem.startswith("Zaległości-שלום")
    # A console that knows no such letters still gets its answer.
    plain = arlab("report", path, "--out", folder, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (plain.returncode, plain.stderr) == (0, "")
    assert plain.stdout.splitlines()[-1].endswith(".html")


def test_check_tells_how_a_file_is_read_and_writes_nothing(export, tmp_path):
    run = arlab("check", export, cwd=tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    assert "open claims.csv (csv), as of 2026-06-30" in run.stdout
    headings = ["Columns and what they are read as", "Reconciliation", "Findings", "What cannot be computed"]
    assert [line for line in run.stdout.splitlines() if line in headings] == headings
    assert "The file ties out to the cent" in run.stdout
    assert re.search(r"payer +Payer ", run.stdout)
    assert [file.name for file in tmp_path.iterdir()] == ["open claims.csv"]


def test_names_from_a_file_do_not_steer_the_terminal(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text(
        EXPORT.replace("Payer", "Payer,\x1b[31mRed\x1b[0m").replace("Oak Health", "Oak,x"), "utf-8"
    )
    for command in (["check", path], ["report", path, "--out", tmp_path]):
        assert "\x1b" not in arlab(*command).stdout


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("header.csv", b"Claim #,Payer,Date of Service,Balance\n"),
        ("empty.csv", b""),
        ("novel.csv", b"Chapter,Sentence\n1,It was a dark and stormy night\n"),
        ("noise.xlsx", bytes(range(256)) * 20),
        ("noise.parquet", b"PAR1 and then nothing"),
        ("noise.csv", b"\x00\xff\xfe\x01" * 99),
        ("folder.csv", None),
    ],
)
@pytest.mark.parametrize("command", ["report", "check"])
def test_a_file_that_is_no_export_is_refused_in_one_line(command, name, content, inside, tmp_path):
    path = tmp_path / name
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    line = one_line(inside(command, path, *(["--out", tmp_path / "out"] if command == "report" else [])))
    assert line.startswith("arlab: ")
    assert name in line
    assert line.endswith(".")
    assert not (tmp_path / "out").exists()


def test_a_missing_file_is_named(tmp_path):
    assert "nowhere.csv" in one_line(arlab("report", tmp_path / "nowhere.csv", "--out", tmp_path))
    assert list(tmp_path.iterdir()) == []


# As a user whom file permissions bind. Root gives its rights away after a first report has loaded everything:
# the library may lie where nobody else can read.
WITHOUT_RIGHTS = """
import os, sys
from arlab.cli import main
good, export, out = sys.argv[1:]
def call(*words):
    try:
        main(list(words))
    except SystemExit as stop:
        return stop.code
if os.geteuid() == 0:
    assert call("report", good, "--out", out + " warm") == 0
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
sys.stdout.flush()
sys.exit(call("report", export, "--out", out))
"""


@pytest.fixture
def tmp_path_open():
    """A folder that every user may enter; pytest closes its own, also while another run of it is going on."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system has no such permissions")
def test_a_file_without_permission_is_refused_in_one_line(tmp_path_open):
    tmp_path, export = tmp_path_open, tmp_path_open / "open claims.csv"
    export.write_text(EXPORT, encoding="utf-8")
    good = tmp_path / "good.csv"
    good.write_text(EXPORT, encoding="utf-8")

    def call(out):
        return subprocess.run(
            [sys.executable, "-c", WITHOUT_RIGHTS, good, export, out],
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )

    export.chmod(0)
    assert "open claims.csv" in one_line(call(tmp_path / "out"))
    export.chmod(0o644)
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    assert "choose another folder" in one_line(call(locked))
    export.parent.chmod(0)  # not even whether the file is there can be seen
    try:
        assert "may not be read" in one_line(call(tmp_path / "out"))
    finally:
        export.parent.chmod(0o755)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report", "--colour", "red"], "No such option: --colour"),
        (["rapport"], "No such command 'rapport'"),
        (["check"], "Missing argument 'PATH'"),
        (["generate"], "Missing option '--out'"),
        (["generate", "--claims", "many", "--out", "x"], "Invalid value for '--claims'"),
        (["report", "FILE", "--as-of", "yesterday"], "'yesterday' is not a day"),
        (["report", "FILE", "--clock", "cuckoo"], "There is no aging clock 'cuckoo': choose standard"),
        (["generate", "--preset", "perfect", "--out", "x"], "There is no preset 'perfect'"),
        (["generate", "--sample", "--seed", "9", "--out", "x"], "always the same practice: leave --seed out"),
        (["generate", "--claims", "999999999", "--out", "x"], "and 5,000 is the most: raise the scenario's"),
        (["generate", "--scenario", "FILE", "--out", "x"], "is not valid TOML"),
        (["generate", "--scenario", "none.toml", "--out", "x"], "'none.toml' cannot be read (no such file"),
        (
            ["generate", "--scenario", "a", "--preset", "typical", "--out", "x"],
            "give --preset or --scenario, not",
        ),
        (
            ["generate", "--export-layout", "poster", "--out", "x"],
            "There is no export layout 'poster': choose",
        ),
        (["generate", "--messy", "--out", "x"], "name at least one with --export-layout"),
        (["generate", "--workers", "0", "--out", "x"], "Invalid value for '--workers'"),
        (["generate", "--sample", "--csv", "--out", "x"], "always the same practice: leave --csv out"),
        (["generate", "--claims", "9", "--out", "FILE"], "choose another folder"),
    ],
)
def test_usage_errors_are_one_line_too(arguments, words, export, inside, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    arguments = [str(export) if word == "FILE" else word for word in arguments]
    assert words in one_line(inside(*arguments))
    assert [file.name for file in tmp_path.iterdir()] == [export.name]


def test_a_folder_that_is_a_file_is_said(export, inside):
    assert "choose another folder with --out" in one_line(inside("report", export, "--out", export))


def boom(problem):
    def call(*_, **__):
        raise problem

    return call


def test_the_unexpected_is_one_line_and_a_log_without_data(monkeypatch, capsys, tmp_path, export):
    monkeypatch.setattr("arlab.cli.run.work_folder", lambda: tmp_path / "work")
    cause = KeyError("Jane Doe 555-0100")
    problem = ValueError("Jane Doe owes 160.00")
    problem.__cause__ = cause
    monkeypatch.setattr("arlab.report.make_content", boom(problem))
    assert ending.run(["report", str(export)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    (log,) = (tmp_path / "work" / "logs").iterdir()
    assert line.startswith("arlab: Something unexpected went wrong (ValueError)")
    assert line.endswith(f"{log}.")
    text = log.read_text(encoding="utf-8")
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert re.search(r"commands\.py:\d+ in report", text)
    assert "Jane" not in text + line
    assert "160" not in text
    assert "open claims" not in text


def test_a_log_that_cannot_be_written_in_the_checkout_goes_elsewhere(monkeypatch, capsys, tmp_path, export):
    (tmp_path / "work").write_text("in the way", encoding="utf-8")
    monkeypatch.setattr("arlab.cli.run.work_folder", lambda: tmp_path / "work")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("arlab.report.make_content", boom(ValueError("x")))
    assert ending.run(["report", str(export)]) == 1
    (log,) = tmp_path.glob("arlab-error-*.log")
    assert str(log) in capsys.readouterr().err


def test_stopping_is_one_line_and_130(monkeypatch, capsys, export):
    monkeypatch.setattr("arlab.report.make_content", boom(KeyboardInterrupt()))
    assert ending.run(["report", str(export)]) == 130
    assert capsys.readouterr().err == "arlab: Stopped.\n"


def test_an_error_that_the_user_can_mend_is_its_sentence(monkeypatch, capsys, export):
    monkeypatch.setattr("arlab.report.make_content", boom(NotAvailable("Too few\nclaims: wait a month.")))
    assert ending.run(["report", str(export)]) == 2
    assert capsys.readouterr().err == "arlab: Too few claims: wait a month.\n"


@pytest.mark.skipif(os.name == "nt", reason="a closed pipe is told in another way there")
def test_a_reader_that_leaves_early_hears_nothing(export):
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [sys.executable, "-m", "arlab.cli", "check", str(export)],
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=300,
        check=False,
    )
    os.close(writing)
    assert run.stderr == b""


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
def test_progress_is_shown_on_a_terminal_only(export, tmp_path):
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "arlab.cli", "report", str(export), "--out", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    out, _ = process.communicate(timeout=300)
    os.close(ours)
    assert process.returncode == 0
    assert b"open claims.csv: reading" in shown
    assert b"drawing charts" in shown
    assert b"reading" not in out


def test_reports_go_to_the_checkout_or_beside_the_user(monkeypatch, tmp_path):
    (tmp_path / "src" / "arlab").mkdir(parents=True)
    monkeypatch.setattr(folders, "CHECKOUT", tmp_path)
    assert folders.reports_folder() == Path("arlab-reports")
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    assert folders.reports_folder() == tmp_path / "work" / "reports"


def test_the_runner_of_typer_sees_the_same_commands(export):
    result = CliRunner().invoke(app, ["check", str(export)])
    assert result.exit_code == 0
    assert "Reconciliation" in result.stdout


def fixture_file(name):
    found = sorted(FIXTURES.glob(name)) if FIXTURES.is_dir() else []
    if not found:
        pytest.skip("the folder of files that other people wrote is not on this machine")
    return found[0]


def real_report(name, tmp_path, *arguments):
    """Return the file, what was printed and the page of its report."""
    path = fixture_file(name)
    run = arlab("report", path, "--out", tmp_path / "out", *arguments)
    page = last_path(run).read_text(encoding="utf-8")
    assert len(list((tmp_path / "out").glob("*.html"))) == 1
    assert not re.findall(r'(?:src|href|srcset|action)="(?!data:|#)', page)
    said = " ".join(run.stdout.split())
    assert "The file ties out to the cent" in said
    for table in ("reconciliation-table", "accepted-table"):
        assert set(rows_of(page, table)[-1][1:]) <= {"0", "$0.00", "ILS\u00a00.00"}
    return path, said, page


def cents(text):
    return int(re.sub(r"[^\d-]", "", text))


def one(query):
    return duckdb.sql(query).fetchall()


def test_real_claims_that_wait_for_a_payer(tmp_path):
    path, said, page = real_report("UVI2k__*project__claims.csv", tmp_path)
    source = f"(select *, (claim_amount * 100)::decimal(18, 0)::bigint as c from read_csv('{path}'))"
    ((rows, whole),) = one(f"select count(*), sum(c) from {source}")
    assert f"{rows:,} rows and ${whole / 100:,.2f} in = {rows:,} rows" in said
    ((last_day,),) = one(
        f"select max(d) from (select unnest([service_date, submission_date, decision_date, payment_date]) as d"
        f" from {source})"
    )
    waiting = f"(select * from {source} where claim_status = 'Pending' and decision_date is null)"
    expected = one(
        f"""select case when age <= 30 then '0-30' when age <= 60 then '31-60' when age <= 90 then '61-90'
                 when age <= 120 then '91-120' else 'over 120' end as bucket, count(*), sum(c)
        from (select date '{last_day}' - submission_date as age, c from {waiting}) group by bucket"""
    )
    shown = {row[0]: (int(row[1]), cents(row[2])) for row in rows_of(page, "aging-table")[1:]}
    for bucket, count, amount in expected:
        assert shown.pop(bucket) == (count, amount)
    assert shown.pop("Total") == one(f"select count(*), sum(c)::bigint from {waiting}")[0]
    assert set(shown.values()) <= {(0, 0)}
    payers = {row[0]: cents(row[-2]) for row in rows_of(page, "payer-table")[1:-1]}
    assert payers == dict(one(f"select insurance_provider, sum(c)::bigint from {waiting} group by all"))
    ((aside,),) = one(f"select sum(c)::bigint from {source} where claim_status <> 'Pending'")
    assert sum(cents(row[2]) for row in rows_of(page, "aside-table")[1:]) == aside


def test_a_real_snapshot_with_its_own_buckets(tmp_path):
    path, _, page = real_report("Darshita-dp__*fact_ar_snapshot.csv", tmp_path)
    source = f"(select *, round(outstanding_amount * 100)::bigint as c from read_csv('{path}'))"
    latest = f"(select * from {source} where snapshot_date = (select max(snapshot_date) from {source}))"
    expected = one(f"select aging_bucket, count(*), sum(c)::bigint from {latest} group by all order by 1")
    shown = [(row[0], int(row[1]), cents(row[2])) for row in rows_of(page, "aging-table")[1:-1]]
    assert shown == expected
    ((whole,),) = one(f"select sum(c)::bigint from {source}")
    assert cents(rows_of(page, "reconciliation-table")[1][2]) == whole
    assert "the file has no payer names" in page


def test_a_real_workbook_with_bucket_columns_titles_and_a_totals_row(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    path, said, page = real_report("barbarzilay100*.xlsx", tmp_path)
    sheet = openpyxl.load_workbook(path, data_only=True)["Aging Report"]
    cells = list(sheet.iter_rows(values_only=True))
    header = next(n for n, row in enumerate(cells) if row[0] == "Customer")
    end = next(n for n, row in enumerate(cells) if row[0] and str(row[0]).startswith("Total"))
    duckdb.sql("create or replace temp table aging (customer text, bucket text, amount decimal(18, 2))")
    for row in cells[header + 1 : end]:
        for bucket, amount in zip(cells[header][1:-1], row[1:-1], strict=True):
            duckdb.execute("insert into aging values (?, ?, ?)", [row[0], bucket, amount])
    expected = dict(one("select bucket, (sum(amount) * 100)::bigint from aging group by all"))
    assert {row[0]: cents(row[2]) for row in rows_of(page, "aging-table")[1:-1]} == expected
    whole = sum(expected.values())
    assert whole == cells[end][-1] * 100
    assert cents(rows_of(page, "aging-table")[-1][2]) == whole
    customers = {row[0]: cents(row[-2]) for row in rows_of(page, "payer-table")[1:-1]}
    assert customers == dict(one("select customer, (sum(amount) * 100)::bigint from aging group by all"))
    assert f"ILS {whole / 100:,.2f} is open on July 16, 2026" in said


def test_real_synthea_claims_hold_nothing_open_and_the_report_says_so(tmp_path):
    path, said, page = real_report("OHDSI__dbt-synthea__claims.csv", tmp_path)
    ((rows, whole),) = one(
        f"select count(*), sum(coalesce(OUTSTANDING1, 0) + coalesce(OUTSTANDING2, 0) + coalesce(OUTSTANDINGP, 0))"
        f" from read_csv('{path}')"
    )
    assert whole == 0
    assert f"{rows:,} rows and $0.00 in = {rows:,} rows and $0.00 accepted" in said
    assert (
        f"The file shows no open balance on February 2, 2024: none of its {rows:,} accepted rows has one."
        in said
    )
    cannot = dict(rows_of(page, "cannot-table")[1:])
    assert cannot["aging of any balance"] == "every balance in the file is zero"
    assert "aging by payer" in cannot


def test_the_sample_practice_ties_out(tmp_path):
    run = arlab("report", "--out", tmp_path, "--as-of", "2026-03-31")
    page = last_path(run).read_text(encoding="utf-8")
    ledger = f"read_parquet('{data_path('sample') / 'transactions.parquet'}')"
    balances = (
        f"(select claim_id, responsible, sum((amount * 100)::decimal(18, 0)::bigint)::bigint as c from {ledger}"
        " where posted_date <= date '2026-03-31' group by all)"
    )
    ((items, balance),) = one(f"select count(*), sum(c)::bigint from {balances} where c > 0")
    ((owed_back,),) = one(f"select -sum(c)::bigint from {balances} where c < 0")
    total = rows_of(page, "aging-table")[-1]
    assert (int(total[1].replace(",", "")), cents(total[2])) == (items, balance)
    assert cents(rows_of(page, "credits-table")[-1][-1]) == owed_back
    assert {cents(cell) for cell in rows_of(page, "clock-table")[-1][1:]} == {balance}
    assert rows_of(page, "tie-out-table")[-1] == ["Difference", "$0.00"]
    assert "Contains protected health information" not in page


def test_generate_makes_a_practice_that_can_be_loaded(tmp_path):
    run = arlab("generate", "--claims", 120, "--months", 6, "--seed", 7, "--out", tmp_path / "made")
    assert (run.returncode, run.stderr) == (0, "")
    folder = Path(run.stdout.splitlines()[-1])
    practice = load_practice(folder)
    assert 100 <= len(practice.claims) <= 140
    span = practice.claims["service_date"].max() - practice.claims["service_date"].min()
    assert 120 < span.days < 190
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert about["about"]["seed"] == 7
    again = arlab("generate", "--claims", 120, "--months", 6, "--seed", 7, "--out", tmp_path / "again")
    other = arlab("generate", "--claims", 120, "--months", 6, "--seed", 8, "--out", tmp_path / "other")
    digests = [
        json.loads((Path(made.stdout.splitlines()[-1]) / "manifest.json").read_text(encoding="utf-8"))[
            "tables"
        ]
        for made in (run, again, other)
    ]
    assert digests[0] == digests[1] != digests[2]


def test_generate_from_a_scenario_file_with_csv_tables_and_exports(tmp_path):
    (tmp_path / "own.toml").write_text(
        'base = "healthy"\nclaims_per_year = 120\nmonths = 3\n', encoding="utf-8"
    )
    run = arlab(
        "generate", "--scenario", tmp_path / "own.toml", "--csv", "--out", tmp_path / "made",
        "--export-layout", "claims", "--export-layout", "aging", "--messy", "--x12",
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")
    folder = Path(run.stdout.splitlines()[-1])
    assert "exports" in run.stdout and "2 files" in run.stdout and "answer key" in run.stdout
    assert (folder / "claims.csv").is_file() and not list(folder.glob("*.parquet"))
    assert {path.stem for path in (folder / "exports").glob("*.csv")} == {"claims", "aging"}
    assert any((folder / "x12").iterdir())
    assert load_practice(folder).as_of.isoformat() == "2025-03-31"
    assert load_truth(folder).scenario.claims_per_year == 120


def test_generate_says_how_many_practices_a_company_has(tmp_path, inside, monkeypatch, capsys):
    monkeypatch.setattr("arlab.synth.company.MOST_CLAIMS", 400)
    run = inside(
        "generate",
        "--claims",
        40,
        "--months",
        1,
        "--scenario",
        tiny_scenario(tmp_path),
        "--out",
        tmp_path / "made",
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("Billing company of 2 practices: ")
    assert set(load_practice(tmp_path / "made").claims["practice_id"]) == {"PR001", "PR002"}


def tiny_scenario(folder):
    path = folder / "tiny.toml"
    path.write_text("claims_per_year = 240\n", encoding="utf-8")
    return path


def test_the_sample_can_be_made_anew(tmp_path):
    run = arlab("generate", "--sample", "--out", tmp_path)
    assert (run.returncode, run.stderr) == (0, "")
    made = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    committed = json.loads((data_path("sample") / "manifest.json").read_text(encoding="utf-8"))
    assert made == committed
    assert (tmp_path / "export.csv").read_bytes() == (data_path("sample") / "export.csv").read_bytes()
