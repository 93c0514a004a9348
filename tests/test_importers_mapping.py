"""Which row holds the column names, and which column holds what."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arlab.errors import SettingsError
from arlab.importers.detect import currency_in, day_in_titles, find_table
from arlab.importers.findings import Findings
from arlab.importers.grid import Grid
from arlab.importers.mapping import map_columns
from arlab.importers.vocabulary import CONCEPTS, concepts_named, name_key


def grid_of(*rows):
    width = max(map(len, rows))
    cells = pd.DataFrame([[*row, *[""] * (width - len(row))] for row in rows], dtype="str")
    return Grid("csv", None, cells, np.arange(1, len(rows) + 1))


def mapped(columns, given=None):
    """Return the mapping of a table given as column name -> values, and its findings."""
    findings = Findings()
    return map_columns(pd.DataFrame(columns, dtype="str"), given=given, findings=findings), findings.table()


# The vocabulary seen in the field: every one of these names must be understood, in this spelling.
SEEN = {
    "claim_id": "claim_id ClaimID Claim# claim_number clm_id PatientControlNumber ICN Invoice#",
    "patient_id": "MRN Chart patient_id PATIENTID AccountID",
    "patient_name": "Patient patient_name Guarantor",
    "member_id": "member_id MemberID",
    "note": "Notes comment CollectorNote LINENOTE",
    "payer": "payer PayorID insurance_provider InsuranceType PrimaryIns Carrier",
    "unapplied": "Unapplied UnappliedCredits unapplied_cash",
    "transaction_id": "Trans# transaction_id",
    "reverses_id": "Voids",
    "payer_class": "FinancialClass",
    "service_date": "DOS date_of_service ServiceDate visit_date FROMDATE CLM_FROM_DT SvcDate SERVICEDATE",
    "first_bill_date": "submission_date ClaimDate DateSent FirstBilled claim_submission_date",
    "last_bill_date": "LASTBILLEDDATE1 LastSubmission",
    "posted_date": "PostedDate Posted transaction_date",
    "charge": "Charges billed_amount AmountBilled GrossCharge CLM_TOT_CHRG_AMT claim_amount",
    "allowed": "allowed_amount approved_amount expected_payment_amount",
    "paid": "paid_amount Receipts CLM_PMT_AMT",
    "paid_payer": "insurance_paid ins1_paid InsPaid",
    "paid_patient": "pt_paid PtPaid",
    "adjustment": "adjustments contractual_adjustment Write-off",
    "balance": "Balance outstanding_amount DUE_AMOUNT CurrentARBalance",
    "balance_payer": "OUTSTANDING1 balance_ins BalanceIns",
    "balance_payer_2": "OUTSTANDING2",
    "balance_patient": "OUTSTANDINGP balance_pt BalancePt",
    "status": "claim_status ARStatus Outcome DenialStatus STATUS1",
    "denial": "denial_code CARC ReasonCode adjustment_reason_codes denial_reason ReasonText cas",
    "provider": "Rendering provider_name rendering_npi Prv",
    "location": "facility Dept place_of_service_code Clinic",
    "procedure": "cpt_code ProcedureCode hcpcs_code",
    "diagnosis": "icd10_primary DIAGNOSIS1",
    "last_action_date": "LastActivityDate ActDate ModifiedDate",
    "age_days": "DaysinAR days_pending claim_age_days",
    "inactive_days": "InactiveDays",
    "snapshot_date": "snapshot_date",
    "bucket": "aging_bucket",
}


@pytest.mark.parametrize("concept", SEEN)
def test_names_seen_in_the_field(concept):
    for name in SEEN[concept].split():
        assert concept in concepts_named(name), name


def test_spellings_of_a_name_are_one():
    spellings = ["Date of Service", "date_of_service", "DateOfService", "DATE OF SERVICE", "date-of-service"]
    assert len({name_key(name) for name in spellings}) == 1


def test_every_concept_is_known_by_its_own_names():
    for concept, about in CONCEPTS.items():
        assert about.names, concept
        assert all(name and name == name.lower() for name in about.names | about.weak)


def test_no_name_stands_for_two_concepts():
    taken = [name for about in CONCEPTS.values() for name in about.names | about.weak]
    assert len(taken) == len(set(taken))


def test_traps_of_the_field():
    columns, _ = mapped(
        {
            "insurance_provider": ["Medicare", "Aetna"],
            "Provider": ["Dr. A", "Dr. B"],
            "LASTBILLEDDATE1": ["2026-05-01", "2026-05-02"],
            "snapshot_id": ["S1", "S2"],
            "REASONCODE": ["195662009", "410620009"],
            "is_open": ["True", "False"],
            "days_to_decision": ["1", "2"],
        }
    )
    assert columns.chosen["payer"] == "insurance_provider"
    assert columns.chosen["provider"] == "Provider"
    assert columns.chosen["last_bill_date"] == "LASTBILLEDDATE1"
    assert not columns.has("first_bill_date")
    assert not columns.has("claim_id")
    assert not columns.has("denial")
    assert set(columns.unused) == {"snapshot_id", "REASONCODE", "is_open", "days_to_decision"}


def test_a_provider_column_with_payers_is_the_payer():
    columns, _ = mapped({"Provider": ["Medicare", "Aetna", "Self Pay"], "Balance": ["10", "20", "40"]})
    assert columns.chosen["payer"] == "Provider"
    assert columns.how["payer"] == "its values are those of payers"
    assert columns.confidence["payer"] < 1


def test_values_can_refute_a_name():
    columns, findings = mapped({"Balance": ["see note", "none yet", "?"], "DOS": ["maybe", "later", "x"]})
    assert not columns.has("balance")
    assert not columns.has("service_date")
    assert set(findings["code"]) == {"values"}
    assert set(findings["where"]) == {"column 'Balance'", "column 'DOS'"}


def test_confidence_falls_with_values_that_do_not_fit():
    columns, _ = mapped({"Balance": ["10", "20", "40", "bad"]})
    assert columns.confidence["balance"] == 0.75
    assert columns.how["balance"] == "its name is a known one; 75% of its values fit"


def test_the_better_name_wins_and_the_other_is_told():
    columns, findings = mapped({"Amount due": ["10"], "Balance": ["20"], "First Billed": ["2026-05-01"],
                                "Date Sent": ["2026-05-02"]})  # fmt: skip
    assert columns.chosen["balance"] in ("Amount due", "Balance")
    assert columns.chosen["first_bill_date"] == "First Billed"
    assert set(findings["code"]) == {"rival_columns"}
    assert len(findings) == 2


def test_people_are_recognised_and_left_out():
    columns, _ = mapped({"Patient": ["Ann"], "Phone": ["555"], "Chart": ["Ann Example"], "MRN": ["A12"]})
    assert set(columns.personal) == {"Patient", "Phone", "Chart"}
    assert columns.chosen["patient_id"] == "MRN"
    assert set(columns.unused) == {"Patient", "Phone", "Chart"}


def test_bucket_columns_stand_from_young_to_old():
    columns, _ = mapped({"90+": ["1"], "31-60": ["1"], "Current": ["1"], "61-90": ["1"], "Total": ["4"]})
    assert columns.buckets == ("Current", "31-60", "61-90", "90+")
    assert columns.chosen["total"] == "Total"


def test_one_bucket_column_is_none():
    columns, _ = mapped({"Current": ["1"], "Total": ["1"]})
    assert columns.buckets == ()
    assert not columns.has("total")


def test_the_user_knows_better():
    columns, _ = mapped({"Weird": ["10"], "Balance": ["20"]}, given={"balance": "Weird"})
    assert (columns.chosen["balance"], columns.how["balance"]) == ("Weird", "given by the user")
    with pytest.raises(SettingsError, match="names 'balanse', which is no concept"):
        mapped({"Balance": ["20"]}, given={"balanse": "Balance"})
    with pytest.raises(SettingsError, match="the column 'Weird', which the file does not have"):
        mapped({"Balance": ["20"]}, given={"balance": "Weird"})


def test_the_mapping_reads_as_a_table():
    columns, _ = mapped({"Balance": ["20"], "DOS": ["2026-05-01"], "0-30": ["1"], "31-60": ["1"]})
    table = columns.table()
    assert list(table.columns) == ["concept", "column", "confidence", "how"]
    assert table["concept"].tolist() == ["service_date", "balance", "bucket_amount", "bucket_amount"]
    assert table["confidence"].between(0, 1).all()


@given(st.permutations(["Claim #", "Payer", "Balance", "Amount due", "DOS", "Visit Date", "Chart", "x"]))
def test_the_order_of_columns_changes_nothing(names):
    values = {"Claim #": "C1", "Payer": "A", "Balance": "10", "Amount due": "20", "DOS": "2026-05-01",
              "Visit Date": "2026-05-02", "Chart": "1", "x": "y"}  # fmt: skip
    columns, _ = mapped({name: [values[name]] for name in names})
    again, _ = mapped({name: [values[name]] for name in sorted(names)})
    assert (columns.chosen, columns.confidence) == (again.chosen, again.confidence)


def test_titles_stand_above_the_column_names():
    table = find_table(
        grid_of(
            ["Acme report"], ["As of", "06/30/2026"], [""], ["Claim #", "Payer", "Balance"], ["C1", "A", "10"]
        )
    )
    assert (table.header_row, table.columns, table.title_rows) == (4, ["Claim #", "Payer", "Balance"], (1, 2))
    assert table.row_numbers.tolist() == [5]
    assert table.names_known


def test_names_that_are_missing_or_double_are_told_apart():
    table = find_table(grid_of(["Claim #", "", "Balance", "Balance"], ["C1", "x", "10", "20"]))
    assert table.columns == ["Claim #", "column 2", "Balance", "Balance (2)"]


def test_an_empty_column_without_a_name_is_gone():
    table = find_table(grid_of(["Claim #", "", "Balance"], ["C1", "", "10"]))
    assert table.columns == ["Claim #", "Balance"]


def test_cells_beyond_the_last_column_are_marked():
    table = find_table(grid_of(["Claim #", "Balance"], ["C1", "10", "x"], ["C2", "20"]))
    assert table.extra_cells.tolist() == [True, False]


def test_data_is_never_taken_for_column_names():
    assert not find_table(
        grid_of(["C1", "Ann", "2026-05-01", "10"], ["C2", "Bob", "2026-05-02", "20"])
    ).names_known
    assert not find_table(grid_of(["Ann Example", "Aetna", "Paid"], ["Bob", "Aetna", "Paid"])).names_known
    known = ["Insurance", "Paid", "2026-05-01", "10", "20"]
    assert not find_table(grid_of(known, ["Insurance", "Paid", "2026-05-02", "40", "80"])).names_known
    assert find_table(grid_of(["Colour", "Size"], ["red", "10"], ["blue", "20"])).names_known


def test_an_empty_grid_has_no_table():
    assert find_table(grid_of(["", ""], ["", ""])) is None


@pytest.mark.parametrize(
    "line",
    [["As of 06/30/2026"], ["As of:", "2026-06-30"], ["AR aging as of June 30, 2026"], ["as-of", "", "30-Jun-2026"],
     ["Report Date:", "6/30/26"], ["Aging date 2026-06-30, by payer"]],
)  # fmt: skip
def test_the_day_in_a_title(line):
    assert str(day_in_titles([["Acme"], line], order=None)) == "2026-06-30"


def test_titles_without_a_day():
    assert day_in_titles([["Acme"], ["As of today"], ["Printed 2026-06-30"]], order=None) is None


def test_a_currency_is_named_once_or_not_at_all():
    assert currency_in(["Amounts in EUR", "Balance"]) == "EUR"
    assert currency_in(["Balance (€)", "Charges (€)"]) == "EUR"
    assert currency_in(["USD and EUR"]) is None
    assert currency_in(["CPT", "ICD", "DOS"]) is None
