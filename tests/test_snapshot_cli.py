"""Does ``arlab snapshot`` keep, list, show, move and remove, and say every refusal in one line?"""

import os
import subprocess

import pytest

from arlab.cli import folders
from arlab.cli import run as ending
from x12_files import BODY_837, CLAIM, CLAIM_837, body_835, x12

HEAD = "Claim #,Payer,Date of Service,As Of Date,Balance\n"
JUNE = (
    "C1,Oak Health,2026-06-10,2026-06-30,160.00\nC2,Oak Health,2026-03-20,2026-06-30,80.00\n"
    "C3,Elm Mutual,2026-02-01,2026-06-30,40.00\nC4,Elm Mutual,2026-05-15,2026-06-30,-10.00\n"
)
JULY = (
    "C1,Oak Health,2026-06-10,2026-07-31,100.00\nC2,Elm Mutual,2026-03-20,2026-07-31,80.00\n"
    "C3,Elm Mutual,2026-02-01,2026-07-31,-20.00\nC5,Elm Mutual,2026-07-15,2026-07-31,20.00\n"
)
MARKER = "Contains protected health information, internal use."


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Run a snapshot command in a workspace of its own; return exit code, lines said and lines complained."""
    monkeypatch.setenv("ARLAB_WORKSPACE", str(tmp_path / "my workspace ü"))

    def run(*arguments):
        code = ending.run(["snapshot", *map(str, arguments)])
        shown = capsys.readouterr()
        return code, shown.out.splitlines(), shown.err.splitlines()

    return run


@pytest.fixture
def files(tmp_path):
    for name, rows in (("june", JUNE), ("july", JULY)):
        (tmp_path / f"{name}.csv").write_text(HEAD + rows, encoding="utf-8")
    return tmp_path / "june.csv", tmp_path / "july.csv"


def refused(answer):
    code, said, complained = answer
    assert (code, len(complained)) == (2, 1), answer
    assert not [line for line in said if "Traceback" in line]
    return complained[0]


def cells(said, label):
    """Return the amounts of a printed row."""
    return next(line for line in said if line.startswith(f"{label} "))[len(label) :].split()


def test_from_adding_to_movement_and_away(call, files):
    code, said, _ = call("add", files[0])
    assert code == 0
    june = said[-1]
    assert june.startswith("2026-06-30-")
    assert said[0].startswith("The file ties out to the cent") and MARKER in said
    assert call("add", files[0])[1] == [
        "This file is kept already as of 2026-06-30: nothing was stored.",
        june,
    ]
    assert call("add", files[1])[0] == 0
    code, said, _ = call("list")
    assert [line.split()[1:5] for line in said[2:]] == [
        ["2026-06-30", "3", "280.00", "10.00"],
        ["2026-07-31", "3", "200.00", "20.00"],
    ]
    assert said[0] == MARKER
    code, said, _ = call("movement", "2026-06-30", "2026-07-31", "--by", "payer")
    assert code == 0 and MARKER in said
    assert cells(said, "0-30") == ["–", "100.00", "–", "–", "–", "60.00", "–", "–", "160.00"]
    assert cells(said, "over 120") == ["–"] * 6 + ["40.00", "–", "40.00"]
    assert cells(said, "newly open") == ["20.00"] + ["–"] * 7 + ["20.00"]
    assert cells(said, "total") == ["20.00", "100.00", "–", "–", "80.00", "60.00", "40.00", "–", "300.00"]
    assert "Open on 2026-06-30: 280.00; the sum of the rows of buckets ties out to the cent." in said
    assert "Open on 2026-07-31: 200.00; the sum of the columns of buckets ties out to the cent." in said
    assert cells(said, "Elm Mutual")[0] == "40.00" and cells(said, "Oak Health")[-2:] == ["100.00", "100.00"]
    assert cells(said, "owed on 2026-07-31") == ["20.00"]
    assert "have been paid, adjusted or written off, which looks the same here" in " ".join(said)
    assert call("remove", june)[1] == [f"Removed {june}."]
    assert len(call("list")[1]) == 3


def test_show_by_day_and_by_id(call, files):
    june = call("add", files[0])[1][-1]
    shown = call("show", "2026-06-30")
    assert shown == call("show", june)
    said = shown[1]
    assert said[0] == MARKER
    assert cells(said, "91-120") == ["1", "80.00"]
    assert any(line.split() == ["claim_id", "Claim", "#"] for line in said)
    assert any("the file has no first billing date" in line for line in said)
    assert refused(call("show", june, "--clock", "first_bill")).startswith(
        "arlab: The first_bill clock is not"
    )


def test_another_file_of_a_day_needs_replace(call, files, tmp_path):
    old = call("add", files[0])[1][-1]
    other = tmp_path / "late.csv"
    other.write_text(HEAD + JUNE.replace("160.00", "20.00"), encoding="utf-8")
    line = refused(call("add", other))
    assert old in line and "--replace" in line
    said = call("add", other, "--replace")[1]
    assert f"It stands in place of {old}, which was removed." in said
    assert [row.split()[0] for row in call("list")[1][2:]] == [said[-1]]


def test_a_file_that_does_not_say_its_day_is_asked_for_it(call, tmp_path):
    path = tmp_path / "undated.csv"
    path.write_text("Claim #,Date of Service,Balance\nC1,2026-06-10,160.00\n", encoding="utf-8")
    assert "does not say which day its balances are of" in refused(call("add", path))
    assert call("add", path, "--as-of", "2026-06-30")[0] == 0
    assert "shows events up to 2026-06-10" in refused(call("add", path, "--as-of", "2026-05-31"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show", "2026-06-30"], "There is no snapshot '2026-06-30'"),
        (["remove", "2026-06-30"], "There is no snapshot with the id"),
        (["movement", "2026-06-30", "2026-07-31"], "there are none yet"),
        (["add", "nowhere.csv"], "does not exist"),
    ],
)
def test_what_cannot_be_done_is_one_line(call, arguments, says):
    assert says in refused(call(*arguments))


def test_movement_backwards_or_by_nothing_is_one_line(call, files):
    for file in files:
        call("add", file)
    assert "give the earlier one first" in refused(call("movement", "2026-07-31", "2026-06-30"))
    assert "cannot split by 'colour'" in refused(
        call("movement", "2026-06-30", "2026-07-31", "--by", "colour")
    )


def test_a_file_where_the_workspace_should_be_is_one_line(call, files, tmp_path):
    for arguments in (["list"], ["add", files[0]], ["show", "2026-06-30"]):
        assert "is a file: choose another folder" in refused(call(*arguments, "--workspace", files[1]))


def test_a_folder_in_use_is_not_made_a_workspace(call, files, tmp_path):
    assert "in use for other things" in refused(call("add", files[0], "--workspace", tmp_path))
    assert call("list", "--workspace", tmp_path / "none")[1][0].startswith("There are no snapshots in")


def test_where_the_workspace_stands_by_default(monkeypatch, tmp_path):
    monkeypatch.delenv("ARLAB_WORKSPACE", raising=False)
    assert folders.workspace_folder() == folders.CHECKOUT / "work" / "workspace"
    ignored = subprocess.run(
        ["git", "check-ignore", "-q", "work/workspace/index.sqlite"], cwd=folders.CHECKOUT, check=False
    )
    assert ignored.returncode in (0, 128)  # 128: no checkout
    monkeypatch.setattr(folders, "CHECKOUT", tmp_path)
    assert os.fspath(folders.workspace_folder()) == "arlab-workspace"
    monkeypatch.setenv("ARLAB_WORKSPACE", str(tmp_path / "mine"))
    assert folders.workspace_folder() == tmp_path / "mine"


def test_a_planted_name_is_in_nothing_that_is_kept(call, tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(
        "Claim #,Patient Name,Phone,Date of Service,As Of Date,Balance,Notes\n"
        "C1,Zebulon Quark,555-010-9999,2026-06-10,2026-06-30,160.00,call Zebulon\n",
        encoding="utf-8",
    )
    assert call("add", path)[0] == 0
    kept = [p for p in (tmp_path / "my workspace ü").rglob("*") if p.is_file()]
    assert len(kept) >= 5
    for file in kept:
        assert not any(word in file.read_bytes() for word in (b"Zebulon", b"Quark", b"555-010"))


def test_a_map_decides_what_is_kept(call, tmp_path):
    path, how = tmp_path / "two.csv", tmp_path / "map.toml"
    path.write_text(
        "Claim #,Date of Service,As Of Date,Balance,Second Balance\nC1,2026-06-10,2026-06-30,160.00,20.00\n",
        encoding="utf-8",
    )
    how.write_text('[columns]\nbalance = "Second Balance"\n', encoding="utf-8")
    code, said, _ = call("add", path, "--map", how)
    assert code == 0
    assert "Kept as of 2026-06-30: 1 open item of 20.00, 0 credits of 0.00 (USD)." in said
    assert "of this file, but it was read another way" in refused(call("add", path))


def test_a_folder_of_claims_and_remittances_needs_no_snapshot(call, tmp_path):
    folder = tmp_path / "x12"
    folder.mkdir()
    (folder / "sent.837").write_text(x12([*BODY_837, *CLAIM_837], kind="837"), encoding="utf-8")
    (folder / "paid.835").write_text(x12(body_835(CLAIM)), encoding="utf-8")
    assert "ask it for any past day instead" in refused(call("add", folder))
