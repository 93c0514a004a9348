"""What does `arlab check` say: one JSON object, two lists, a map for next time?"""

import csv
import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from arlab.cli import app
from arlab.cli.check import Checked, write_lists
from arlab.errors import WorkspaceError

EXPORT = (
    "Claim #,Patient ID,Payer,Date of Service,As Of Date,Claim Status,Charges,Paid Amount,Balance\n"
    "1,7,Oak Health,2026-06-10,2026-06-30,Pending,320.00,160.00,160.00\n"
    "2,8,Oak Health,2026-03-20,2026-06-30,Denied,80.00,0.00,80.00\n"
    "2,8,Oak Health,2026-03-20,2026-06-30,Denied,80.00,0.00,80.00\n"
    "3,9,Elm Mutual,2026-02-01,2026-06-30,Pending,40.00,0.00,a few\n"
)
REMITTANCE = "~".join(
    [
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*ME             *260630*1200*^*00501*000000001*0*T*:",
        "GS*HP*PAYER*ME*20260630*1200*1*X*005010X221A1",
        "ST*835*0001",
        "BPR*I*60*C*CHK************20260630",
        "TRN*1*T1*1999999999",
        "N1*PR*OAK HEALTH",
        "N1*PE*A PRACTICE*XX*1234567893",
        "LX*1",
        "CLP*A1*1*100*60*10*12*P1",
        "NM1*QC*1*QUUX*ZEBEDIAH",
        "CAS*CO*45*30",
        "CAS*PR*2*10",
        "CLP*A2*1*80*0**12*P2",
        "CAS*CO*197*80",
        "SE*13*0001",
        "GE*1*1",
        "IEA*1*000000001",
        "",
    ]
)
ASKED = {
    "kind", "mapping", "rows_in", "accepted", "repaired", "quarantined", "dollars_in", "dollars_accepted",
    "dollars_quarantined", "claims", "charge_total", "paid_total", "denied_claims", "findings", "cannot_compute",
}  # fmt: skip


def check(*arguments):
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "open claims.csv"
    path.write_text(EXPORT, encoding="utf-8")
    return path


def test_json_is_one_object_that_adds_up(export):
    told = json.loads(check(export, "--json").stdout)
    assert set(told) >= ASKED
    assert (told["kind"], told["rows_in"], told["accepted"], told["quarantined"]) == ("csv", 4, 2, 2)
    assert (told["dollars_in"], told["dollars_accepted"], told["dollars_quarantined"]) == (320.0, 240.0, 80.0)
    assert (told["claims"], told["charge_total"], told["paid_total"], told["denied_claims"]) == (
        3,
        400.0,
        160.0,
        1,
    )
    assert told["mapping"]["payer"] == "Payer" and told["confidence"]["payer"] == 1.0
    assert all(set(finding) == {"code", "where", "sentence"} for finding in told["findings"])
    assert told["cannot_compute"] and all(set(one) == {"measure", "why"} for one in told["cannot_compute"])


def test_json_of_a_remittance_counts_its_claims(tmp_path):
    path = tmp_path / "june.835"
    path.write_text(REMITTANCE, encoding="ascii")
    run = check(path, "--json")
    told = json.loads(run.stdout)
    assert set(told) >= ASKED
    assert (told["kind"], told["rows_in"], told["claims"], told["denied_claims"]) == ("835", 2, 2, 1)
    assert (told["charge_total"], told["paid_total"], told["dollars_in"]) == (180.0, 60.0, 60.0)
    assert told["quarantined"] == 0 and "QUUX" not in run.stdout
    assert [one["code"] for one in told["findings"]] == []
    words = check(path).stdout
    assert "2 claim payments and 60.00 in = 2 and 60.00 accepted + 0 and 0.00 quarantined." in words


def test_x12_needs_the_standard_library_alone(tmp_path):
    path = tmp_path / "june.835"
    path.write_text(REMITTANCE, encoding="ascii")
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom arlab.cli import app\n"
        f"done = CliRunner().invoke(app, ['check', {str(path)!r}, '--json'])\n"
        "print(done.exit_code, sorted({'pandas', 'numpy', 'duckdb', 'pyarrow'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert run.stdout.strip() == "0 []"


@pytest.mark.skipif(os.name != "posix", reason="links need a permission on Windows")
@pytest.mark.parametrize("content", [REMITTANCE, EXPORT])
def test_a_link_out_of_its_folder_is_refused(tmp_path, content):
    (tmp_path / "own").mkdir()
    (tmp_path / "other.txt").write_text(content, encoding="utf-8")
    (tmp_path / "own" / "link.txt").symlink_to(tmp_path / "other.txt")
    run = check(tmp_path / "own" / "link.txt", "--json")
    assert run.stdout == "" and "is a link to a file outside its folder" in str(run.exception)
    assert check(tmp_path / "other.txt", "--json").exit_code == 0


def test_a_refusal_prints_nothing_on_standard_output(tmp_path):
    run = subprocess.run(
        [sys.executable, "-m", "arlab.cli", "check", str(tmp_path / "none.csv"), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, len(run.stderr.splitlines())) == (2, "", 1)


def test_lists_and_the_map_are_written_beside(export, tmp_path):
    out = tmp_path / "out"
    assert check(export, "--out", out).exit_code == 0
    assert {path.name for path in out.iterdir()} == {"findings.csv", "quarantine.csv", "map.toml"}
    with (out / "quarantine.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["row"], row["dollars"]) for row in rows] == [("4", "80.0"), ("5", "0.0")]
    again = check(export, "--json", "--map", out / "map.toml")
    first = json.loads(check(export, "--json").stdout)
    assert json.loads(again.stdout)["mapping"] == first["mapping"]


def test_a_cell_of_a_list_never_starts_a_formula(tmp_path):
    told = Checked(
        source="x", kind="csv", as_of=None, mapping={}, confidence={}, buckets=[], rows_in=0, accepted=0,
        repaired=0, quarantined=0, dollars_in=0, dollars_accepted=0, dollars_quarantined=0, claims=None,
        charge_total=None, paid_total=None, denied_claims=None, findings=(("a", "=1+1", "@b"),),
        cannot_compute=(), quarantine=((3, "-c", -1.0),),
    )  # fmt: skip
    write_lists(told, tmp_path / "f.csv", tmp_path / "q.csv")
    assert (tmp_path / "f.csv").read_text("utf-8").splitlines()[1] == "a,'=1+1,'@b"
    assert (tmp_path / "q.csv").read_text("utf-8").splitlines()[1] == "3,'-c,-1.0"
    if os.name == "posix":
        assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("f.csv", "q.csv")} == {0o600}
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="choose another folder"):
        write_lists(told, tmp_path / "file" / "f.csv", tmp_path / "q.csv")


def test_a_report_for_others_is_that_of_deid(tmp_path, monkeypatch):
    path = tmp_path / "Zebediah Quux.csv"
    rows = [
        f"{n},{n},Oak Health,2026-06-{1 + n % 28:02d},2026-06-30,Pending,320.00,0.00,160.00"
        for n in range(40)
    ]
    path.write_text(EXPORT.splitlines()[0] + "\n" + "\n".join(rows) + "\n", encoding="utf-8")
    monkeypatch.setenv("ARLAB_WORKSPACE", str(tmp_path / "own"))
    out = tmp_path / "out"
    run = CliRunner().invoke(app, ["report", str(path), "--share", "--out", str(out)])
    assert run.exit_code == 0, run.output
    assert run.stdout.splitlines()[-1].endswith("shared_ar.html")
    assert "Quux" not in "".join(file.read_text("utf-8", errors="replace") for file in out.iterdir())
    assert CliRunner().invoke(app, ["report", "--share"]).exit_code != 0
