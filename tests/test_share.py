"""What is shared holds no planted name, number or day, the true numbers where it holds one, and never the key."""

import base64
import csv
import dataclasses
import html
import io
import random
import re

import pandas as pd
import pytest

from arlab.aging import aged_items, aging_table
from arlab.cli.run import run
from arlab.errors import InputRefused, NotAvailable, SettingsError
from arlab.importers import read_export
from arlab.importers.personal import read_columns
from arlab.importers.x12.folder import read_x12_folder
from arlab.protect.dates import move_practice
from arlab.protect.key import KEY_FILE, load_key, secret_shift
from arlab.report import share_tables
from arlab.report.aged import age_practice
from arlab.report.share import write_shared
from arlab.report.share_research import research_table, write_research
from arlab.tables import load_sample
from arlab.workspace import csv_bytes
from share_reader import recovered

KEY = bytes(range(32))
NAMES = ("Quackenbush", "Wigglesworth", "Mxyzptlk", "Featherstonehaugh")
PLANTED = ("078-05-1120", "(555) 010-4477", "zoe.q@example.org", "MRN 4410772")
SECRETS = (*NAMES, "Zenobia", "078-05-1120", "078051120", "010-4477", "zoe.q", "example.org", "4410772")
HEAD = ("Claim #", "MRN", "Patient Name", "Phone", "Primary Ins", "Fin Class", "DOS", "Balance",
        "Rendering Provider", "Facility", "Status", "Note", "Extra")  # fmt: skip


def planted_rows(number=420, seed=4):
    """Return rows of an export with something personal in every column, also often in the payer's."""
    draw = random.Random(seed)
    payers = ["Oak Health", "Blue Cross", "Elm Mutual", "Quackenbush Zenobia", "Fir 078-05-1120 Plan",
              "<script>alert(1)</script>", '=HYPERLINK("http://example.org")', "zoe.q@example.org"]  # fmt: skip
    rows = []
    for n in range(number):
        patient = draw.randrange(190)
        last = NAMES[patient % 4] + ("" if patient < 4 else chr(97 + patient % 26))
        name = f"{last}, Zenobia {chr(65 + patient % 26)}."
        what = PLANTED[n % 4]
        rows.append(
            (
                f"CLM{n:06d}",
                f"MR{patient:06d}",
                name,
                what,
                draw.choices(payers, [30, 25, 20, 8, 8, 8, 8, 8])[0],
                draw.choice(["Commercial", "Medicare", f"Quackenbush {what}"]),
                f"{draw.randrange(1, 13)}/{draw.randrange(1, 28)}/2025",
                f"{draw.randrange(50, 900)}.{draw.randrange(100):02d}",
                draw.choice(["Dr. Featherstonehaugh", "Mxyzptlk, J", what]),
                f"Wigglesworth Clinic {what}",
                draw.choice(["Open", "Pending", f"Open {what}"]),
                f"spoke to {name} at {what}",
                what,
            )
        )
    return rows


def write_export(folder, rows, *, name="Zenobia Quackenbush 078-05-1120.csv", head=HEAD):
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Wigglesworth Clinic", "call (555) 010-4477"])
        writer.writerow(head)
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    return write_export(tmp_path_factory.mktemp("planted"), planted_rows())


def everything(folder):
    """Return all texts of all files in a folder, decoded and as they stand, and the names of the files."""
    texts = []
    for path in folder.rglob("*"):
        texts.append(path.name)
        if path.is_file():
            raw = path.read_bytes().decode("latin-1")
            text = path.read_text(encoding="utf-8")
            visible = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]*", " ", text)
            texts += [raw, text, html.unescape(visible), html.unescape(re.sub(r"<[^>]*>", "", visible))]
    return "\n".join(texts)


@pytest.mark.parametrize(
    "options",
    [[], ["--shift"], ["--profile", "safe-harbor", "--name", "Oak Street Practice"], ["--research"]],
    ids=["weeks", "shift", "harbor", "research"],
)
def test_nothing_planted_is_in_anything_written(export, tmp_path, options, capsys):
    own, out = tmp_path / "own", tmp_path / "out"
    code = run(["deid", str(export), "--out", str(out), "--workspace", str(own), *options])
    said = capsys.readouterr()
    assert code == 0, said.err
    written = everything(out)
    for secret in SECRETS:
        assert secret.casefold() not in written.casefold(), secret
    rows = planted_rows()
    days = {row[6] for row in rows} | {pd.Timestamp(row[6]).date().isoformat() for row in rows}
    if "--research" not in options:
        assert not [day for day in days if day in written]
    assert not [row[0] for row in rows if row[0] in written]
    assert not [row[1] for row in rows if row[1] in written]
    assert "Oak Health" in written and "Blue Cross" in written, "a payer that is nobody is named"
    assert "<script>" not in written and "HYPERLINK" not in written
    key = (own / KEY_FILE).read_bytes()
    raw = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    spoken = (said.out + said.err).encode()
    for shape in (key, key.hex().encode(), base64.b64encode(key), base64.urlsafe_b64encode(key)):
        assert shape not in raw and shape not in spoken
    assert not [path.name for path in out.iterdir() if path.name.startswith(".")], (
        "no folder of the work is left"
    )
    assert said.out.rstrip().endswith("shared_ar.html")


def test_the_planted_values_are_in_the_input_so_that_the_search_can_fail(export):
    text = (export.name + export.read_text(encoding="utf-8")).casefold()
    assert all(secret.casefold() in text for secret in SECRETS if secret != "078051120")


def test_when_something_slips_through_nothing_is_published(export, tmp_path, monkeypatch):
    monkeypatch.setattr(share_tables, "shared_labels", lambda labels, **_: {label: label for label in labels})
    source = read_export(export)
    with pytest.raises(NotAvailable) as refused:
        write_shared(source, out=tmp_path / "out", key=KEY, path=export)
    assert "Nothing was shared" in str(refused.value)
    assert not [secret for secret in SECRETS if secret.casefold() in str(refused.value).casefold()]
    assert not (tmp_path / "out").exists()


def read_tables(path):
    """Return the rows of the shared CSV as a reader gets them."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row[:5] for row in csv.reader(file)][1:]


def test_a_shown_number_is_that_of_the_aging_and_no_other_is_told(export, tmp_path):
    source = read_export(export)
    shared = write_shared(source, out=tmp_path, key=KEY, path=export)
    true = aging_table(aged_items(source.practice)).set_index("bucket")
    rows = {
        (by, group, bucket): (items, balance)
        for by, group, bucket, items, balance in read_tables(shared.tables)
    }
    for bucket in true.index:
        items, balance = rows["all", "Total", bucket]
        assert (items, balance) == (str(true["items"][bucket]), f"{true['balance'][bucket]:.2f}")
    page = shared.html.read_text(encoding="utf-8")
    shown = set(re.findall(r"\$[\d,]+\.\d\d", page))
    said = {f"${float(balance):,.2f}" for _, balance in rows.values() if balance != "withheld"}
    assert shown <= said, "the page has no amount that the tables do not have"


def test_the_reader_recovers_no_small_cell_of_the_sample(tmp_path):
    sample = load_sample()
    shared = write_shared(sample, out=tmp_path, key=KEY)
    rows = read_tables(shared.tables)
    items = aged_items(sample)
    tables = sorted({row[0] for row in rows} - {"all"})
    assert {"owed_by", "payer"} <= set(tables)
    written = everything(tmp_path)
    assert not [name for name in sample.patients["name"] if name in written]
    assert {row.letter: row.columns for row in shared.harbor}["A"] == ("patients.name",)
    aged = age_practice(sample, as_of=None, clock="standard")
    named = {row[1] for row in rows if row[0] == "payer"}
    payer = aged.items["payer"].where(aged.items["payer"].isin(named), "All other payers")
    frame = pd.DataFrame(
        {
            "patient": aged.items["patient_id"],
            "bucket": aged.items["bucket"],
            "cents": (items["balance"] * 100).round().astype("int64"),
            "payer": payer,
            "owed_by": aged.items["owed_by"],
            "payer_class": aged.items.get("payer_class", ""),
        }
    )
    buckets = list(dict.fromkeys(aged.items.sort_values("bucket_number")["bucket"]))
    spans = {b: (b,) for b in buckets} | {"Up to 90": buckets[:3], "Over 90": buckets[3:], "Total": buckets}
    targets, by_equations, by_bounds = recovered(rows, frame, tables, spans)
    assert len(targets) > 10
    assert (by_equations, by_bounds) == ([], [])
    shown = [row for row in rows if row[3] != "withheld"]
    assert len(shown) > 0.7 * len(rows), "the tables of the sample stay useful"


def test_moving_all_dates_by_the_secret_weeks_changes_no_result(export, tmp_path):
    source = read_export(export)
    moved = move_practice(source.practice, days=secret_shift(KEY))
    for clock in ("standard", "service"):
        pd.testing.assert_frame_equal(
            aging_table(aged_items(moved, clock=clock)), aging_table(aged_items(source.practice, clock=clock))
        )
    plain = write_shared(source, out=tmp_path / "plain", key=KEY, path=export)
    shifted = write_shared(source, out=tmp_path / "shifted", key=KEY, path=export, shift=True)
    assert plain.tables.read_bytes() == shifted.tables.read_bytes()
    page = shifted.html.read_text(encoding="utf-8")
    assert str(moved.as_of.year) in page and str(source.practice.as_of.year) not in re.sub(
        r"base64,\S*", "", page
    )
    assert "week 0" in plain.html.read_text(encoding="utf-8")


def test_a_ledger_moves_as_a_whole_too():
    sample = load_sample()
    moved = move_practice(sample, days=secret_shift(KEY))
    pd.testing.assert_frame_equal(aging_table(aged_items(moved)), aging_table(aged_items(sample)))


def test_the_profile_safe_harbor_shows_the_year_and_may_carry_the_name(export, tmp_path):
    source = read_export(export)
    shared = write_shared(
        source, out=tmp_path, key=KEY, path=export, profile="safe-harbor", name="Oak Street"
    )
    page = shared.html.read_text(encoding="utf-8")
    assert f"As of {source.practice.as_of.year}," in page and "<h1>Oak Street</h1>" in page
    assert "actual knowledge" in shared.verdict


@pytest.mark.parametrize(
    "settings",
    [{"name": "Oak"}, {"profile": "other"}, {"profile": "safe-harbor", "shift": True}, {"path": None}],
)
def test_settings_that_do_not_fit_are_refused(export, tmp_path, settings):
    source = read_export(export)
    with pytest.raises(SettingsError):
        write_shared(source, **({"out": tmp_path, "key": KEY, "path": export} | settings))


def test_claims_without_patients_are_not_shared(tmp_path):
    head = [HEAD[n] for n in (0, 4, 6, 7)]
    path = write_export(tmp_path, [[row[n] for n in (0, 4, 6, 7)] for row in planted_rows()], head=head)
    with pytest.raises(NotAvailable, match="which patient"):
        write_shared(read_export(path), out=tmp_path / "out", key=KEY, path=path)


def test_names_alone_are_enough_to_count_patients(tmp_path):
    places = (0, 2, 4, 6, 7)
    head = [HEAD[n] for n in places]
    path = write_export(tmp_path, [[row[n] for n in places] for row in planted_rows()], head=head)
    shared = write_shared(read_export(path), out=tmp_path / "out", key=KEY, path=path)
    assert "Quackenbush" not in everything(shared.html.parent)


def test_the_18_kinds_are_reported_with_what_remains(export, tmp_path):
    shared = write_shared(read_export(export), out=tmp_path, key=KEY, path=export)
    with shared.safe_harbor.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == list("ABCDEFGHIJKLMNOPQR")
    found = {row["class"] for row in rows if row["found_in_the_input"] != "not found"}
    assert {"A", "B", "C", "D", "F", "G", "H", "J", "R"} <= found
    assert shared.verdict.startswith("Pseudonymised, not Safe Harbor")
    page = shared.html.read_text(encoding="utf-8")
    assert all(html.escape(row["identifier"]) in page for row in rows)
    assert not [name for name in HEAD if f">{name}<" in page.replace("Balance", "")], (
        "no column of the file is named"
    )


def test_the_buckets_of_a_file_keep_their_days_and_lose_its_words(tmp_path):
    draw = random.Random(2)
    rows = [
        [f"P{draw.randrange(150):04d}", draw.choice(["Oak", "Elm"]),
         draw.choice(["0-30", "31-60", "Zenobia Q", "90+"]), f"{draw.randrange(20, 400)}.10"]
        for _ in range(400)
    ]  # fmt: skip
    path = write_export(tmp_path, rows, head=["MRN", "Payer", "Aging Bucket", "Balance"], name="a.csv")
    source = read_export(path, as_of="2026-06-30")
    shared = write_shared(source, out=tmp_path / "out", key=KEY, path=path)
    shown = {row[2] for row in read_tables(shared.tables)}
    assert {"0-30", "31-60", "90+"} <= shown
    assert not any("enobia" in label for label in shown)


def test_a_research_export_has_claims_and_moves_each_patients_dates(export, tmp_path):
    source = read_export(export)
    path = write_research(source, out=tmp_path, key=KEY, path=export)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    items = source.practice.open_items
    assert next(iter(rows[0])) == "research_export" and {row["research_export"] for row in rows} == {
        "research_export"
    }
    assert len(rows) == len(items)
    assert sum(round(float(row["balance"]) * 100) for row in rows) == round(items["balance"].sum() * 100)
    moves = set()
    for patient, own in items.assign(patient=items["patient_id"]).groupby("patient"):
        name = research_table(dataclasses.replace(source.practice, tables={"open_items": own}), key=KEY)
        first = pd.to_datetime(name["service_date"]).min()
        move = (own["service_date"].min() - first).days
        spread = (own["service_date"] - own["service_date"].min()).dt.days
        assert sorted(spread) == sorted((pd.to_datetime(name["service_date"]) - first).dt.days), patient
        moves.add(move)
        if len(moves) > 12:
            break
    assert len(moves) > 8 and all(1 <= move <= 364 for move in moves)


@pytest.mark.parametrize("command", ["report", "check", "deid"])
def test_a_research_export_is_refused_as_input(export, tmp_path, command, capsys):
    path = write_research(read_export(export), out=tmp_path, key=KEY, path=export)
    with pytest.raises(InputRefused, match="research export"):
        read_export(path)
    assert run([command, str(path)]) == 2
    told = capsys.readouterr().err
    assert "research export" in told and told.count("\n") == 1


def test_ages_over_89_are_one_group():
    sample = load_sample()
    patients = sample.patients.assign(birth_date=pd.Timestamp("1930-01-01"))
    old = dataclasses.replace(sample, tables={**sample.tables, "patients": patients})
    assert set(research_table(old, key=KEY)["patient_age"]) == {"90+"}
    day = pd.Timestamp(sample.as_of)
    young = patients.assign(birth_date=day - pd.DateOffset(years=89))
    assert set(
        research_table(dataclasses.replace(sample, tables={**sample.tables, "patients": young}), key=KEY)[
            "patient_age"
        ]
    ) == {"89"}
    eve = patients.assign(birth_date=day - pd.DateOffset(years=89) + pd.Timedelta(days=1))
    assert set(
        research_table(dataclasses.replace(sample, tables={**sample.tables, "patients": eve}), key=KEY)[
            "patient_age"
        ]
    ) == {"88"}


def test_csv_cells_are_no_formulas():
    cells = next(csv.reader(io.StringIO(csv_bytes([("=1+1", "@x", "-2", "plain", "a,b")]).decode())))
    assert cells == ["'=1+1", "'@x", "'-2", "plain", "a,b"]


def test_a_folder_of_x12_is_shared_without_its_persons(tmp_path):
    folder = tmp_path / "x12"
    code = run(["generate", "--out", str(folder), "--claims", "900", "--seed", "3", "--x12"])
    assert code == 0
    x12 = folder / "x12"
    columns = read_columns(x12)
    people = {value for column in columns if column.concept == "patient_name" for value in column.values}
    numbers = {value for column in columns if column.concept == "claim_id" for value in column.values}
    assert len(people) > 50 and len(numbers) > 500
    out = tmp_path / "out"
    write_shared(read_x12_folder(x12), out=out, key=KEY, path=x12)
    written = everything(out)
    assert not [name for name in people if name.casefold() in written.casefold()]
    assert not [number for number in numbers if number in written]


def _visits(tmp_path, header, *, person):
    """Write one account for each of 14 visits of one person, and 30 visits of 30 others."""
    rows = [f"4{n:04d},{person},412-55-7001,Aetna,2026-05-{n + 1:02d},101.{n:02d}" for n in range(14)]
    rows += [
        f"5{n:04d},Person {chr(97 + n % 26)}{n},,Cigna,2026-06-{n % 28 + 1:02d},{90 + n}.00"
        for n in range(30)
    ]
    path = tmp_path / "visits.csv"
    path.write_text(
        f"{header},Patient Name,SSN,Payer,DOS,Balance\n" + "\n".join(rows) + "\n", encoding="utf-8"
    )
    return path


@pytest.mark.parametrize("header", ["Account", "Acct #", "Patient ID", "MRN"])
def test_one_person_with_many_account_numbers_is_one(tmp_path, header):
    path = _visits(tmp_path, header, person="Quintessa Bramblewood")
    source = read_export(path, as_of="2026-06-30")
    shared = write_shared(source, out=tmp_path / "out", key=load_key(tmp_path / "own"), path=path)
    written = shared.tables.read_text("utf-8") + shared.html.read_text("utf-8")
    # 14 accounts of one person, with 1,414.91: neither the number of them nor the dollars are told.
    assert "1414.91" not in written and "1,414.91" not in written
    assert "Aetna" not in written


def test_a_name_among_payers_is_a_pseudonym_where_no_insurer_has_such_a_name(tmp_path):
    path = tmp_path / "noname.csv"
    payers = ("Self-pay Peregrine Haughtington", "Aetna")
    rows = [f"A{n},{payers[n % 2]},2026-06-{n % 28 + 1:02d},{10 + n}.00" for n in range(60)]
    path.write_text("MRN,Payer,DOS,Balance\n" + "\n".join(rows) + "\n", encoding="utf-8")
    source = read_export(path, as_of="2026-06-30")
    shared = write_shared(source, out=tmp_path / "out", key=load_key(tmp_path / "own"), path=path)
    for file in shared.html.parent.iterdir():
        assert "Haughtington" not in file.read_text("utf-8")


def test_the_name_of_the_practice_may_not_be_a_patients(tmp_path):
    path = _visits(tmp_path, "MRN", person="Quintessa Bramblewood")
    source = read_export(path, as_of="2026-06-30")
    with pytest.raises(SettingsError, match="leave --name out"):
        write_shared(
            source, out=tmp_path / "out", key=load_key(tmp_path / "own"), path=path, profile="safe-harbor",
            name="Bramblewood, Quintessa",
        )  # fmt: skip
    assert not (tmp_path / "out").exists()
