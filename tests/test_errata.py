"""The ledger of figures that cannot hold: proofs, statuses, and what survives when it is made again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from tiny import claim, table

import trafficking_stats as ts
from trafficking_stats.cli import cli
from trafficking_stats.csv_tables import read_table, write_table
from trafficking_stats.reconciliation.errata import COLUMNS, errata
from trafficking_stats.vocabulary import load_vocabulary

OFFICE = {"publisher": "Office", "upstream": "register"}


def beside_register(value: float, **changes: object) -> list[dict[str, object]]:
    """A compiler prints another total than the register, which also prints the women and men in it."""
    given = {"source": "office-2015", "published": "2015-03-01", **OFFICE, **changes}
    register = {"source": "register-2015", "tier": "register", "published": "2015-06-01", "upstream": "register"}
    return [
        claim(value, **given),  # type: ignore[arg-type]
        claim(60, **register),  # type: ignore[arg-type]
        claim(40, breakdown="sex=female", **register),  # type: ignore[arg-type]
        claim(20, breakdown="sex=male", **register),  # type: ignore[arg-type]
    ]


def ledger(claims: list[dict[str, object]], before: pd.DataFrame | None = None):
    return errata(ts.reconcile(table(claims)), before)


def test_a_record_says_what_is_printed_and_what_would_hold() -> None:
    (record,) = ledger(beside_register(77)).records.to_dict("records")
    assert list(record) == list(COLUMNS)
    assert record["source_id"] == "office-2015"
    assert (record["printed"], record["holds"]) == ("77", "60")
    assert (record["status"], record["status_date"], record["mended_by"]) == ("open", "", "")
    assert record["against"] == "Victims identified, 2010: 60 (register-2015)"
    assert record["known_since"] == "2015-06-01"


def test_the_proof_names_the_rules_that_cannot_be_spared() -> None:
    # nobody else prints a total: the women and the men leave no room for it
    claims = [row for row in beside_register(45) if row["breakdown"] or row["source_id"] != "register-2015"]
    (record,) = ledger(claims).records.to_dict("records")
    assert record["holds"] == "at least 60"
    assert record["against"].count(" | ") == 1
    assert record["rules"] == (
        "Victims identified, 2010 ≥ Victims identified, female, 2010 + Victims identified, male, 2010"
    )


def test_what_the_press_prints_is_no_erratum() -> None:
    assert not load_vocabulary().tiers["press"].official
    assert ledger(beside_register(77, tier="press")).records.empty


@pytest.mark.parametrize(
    ("later", "status"),
    [
        ([(60, 2010)], "fixed"),
        ([(77, 2010)], "open"),
        ([(5, 2009), (6, 2011), (7, 2012)], "withdrawn"),
        ([(6, 2011)], "open"),
    ],
    ids=["mended", "repeated", "left out of a series", "about another year"],
)
def test_a_later_edition_mends_a_record(later: list[tuple[float, int]], status: str) -> None:
    claims = beside_register(77)
    claims += [claim(v, year, source="office-2016", published="2016-03-01", **OFFICE) for v, year in later]
    records = ledger(claims).records.set_index("source_id")
    assert records.loc["office-2015", "status"] == status
    mended = status != "open"
    assert records.loc["office-2015", "mended_by"] == ("office-2016" if mended else "")
    assert records.loc["office-2015", "status_date"] == ("2016-03-01" if mended else "")


def test_what_is_filled_in_by_hand_survives() -> None:
    before = ledger(beside_register(77)).records
    before.loc[0, ["status", "status_date", "note"]] = ["reported", "2016-01-10", "by letter"]
    again = ledger(beside_register(77), before)
    assert again.records.equals(before)
    assert (again.mended, again.unmatched) == ((), ())


def test_the_guard_tells_of_what_was_mended_and_keeps_the_note() -> None:
    before = ledger(beside_register(77)).records
    before.loc[0, ["status", "status_date", "note"]] = ["reported", "2016-01-10", "by letter"]
    mended = [*beside_register(77), claim(60, source="office-2016", published="2016-03-01", **OFFICE)]
    after = ledger(mended, before)
    assert after.mended == (before["record_id"][0],)
    assert after.records.loc[0, ["status", "status_date", "note"]].tolist() == ["fixed", "2016-03-01", "by letter"]
    assert ledger(mended, after.records).mended == (), "it is told once"


def test_what_was_withdrawn_since_is_told_as_well() -> None:
    before = ledger(beside_register(77)).records
    others = [(5, 2009), (6, 2011), (7, 2012)]
    later = [claim(v, year, source="office-2016", published="2016-03-01", **OFFICE) for v, year in others]
    assert ledger(beside_register(77) + later, before).mended == (before["record_id"][0],)


def test_an_edition_of_the_same_day_mends_nothing() -> None:
    other = claim(60, source="office-2015-b", published="2015-03-01", **OFFICE)
    records = ledger([*beside_register(77), other]).records
    assert records["status"].tolist() == ["open"]


def test_records_are_numbered_from_0_in_the_order_of_their_ids() -> None:
    claims = beside_register(77) + [claim(v, source=f"office-{v}", published="2014", **OFFICE) for v in (91, 84)]
    records = ledger(claims).records
    assert records.index.tolist() == [0, 1, 2]
    assert records["record_id"].is_monotonic_increasing


@pytest.mark.parametrize(("status", "kept"), [("open", 0), ("reported", 1)])
def test_a_record_that_matches_nothing_is_named_and_kept_if_somebody_filled_it_in(status: str, kept: int) -> None:
    before = ledger(beside_register(77)).records.assign(status=status)
    after = ledger(beside_register(60), before)
    assert after.unmatched == (before["record_id"][0],)
    assert len(after.records) == kept


def test_the_order_of_claims_makes_no_difference() -> None:
    claims = beside_register(77)
    forward, back = ts.reconcile(table(claims)), ts.reconcile(table(claims).iloc[::-1])
    assert errata(forward).records.equals(errata(back).records)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda t: t.assign(status="sent"), "record office-2015:.*: status 'sent': must be one of open, reported"),
        (lambda t: t.drop(columns="note"), "the ledger lacks the columns note"),
    ],
)
def test_a_ledger_that_was_spoilt_is_refused(wrong, message) -> None:
    before = ledger(beside_register(77)).records
    with pytest.raises(ts.ReconciliationError, match=message):
        ledger(beside_register(77), wrong(before))


def test_another_method_proves_nothing() -> None:
    rec = ts.reconcile(table(beside_register(77)), method="latest")
    with pytest.raises(ts.ReconciliationError, match="needs the method consistent, not latest"):
        errata(rec)


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """The claims that the command finds; a locator that a spreadsheet would run as a formula."""
    claims = beside_register(77)
    monkeypatch.setattr(
        "trafficking_stats.commands.options.claims_of", lambda data: table(claims).assign(locator="=cmd()")
    )
    return claims


def test_the_command_writes_a_file_that_no_spreadsheet_runs(shipped, tmp_path: Path) -> None:
    file = tmp_path / "errata.csv"
    done = CliRunner().invoke(cli, ["errata", "--output", str(file)])
    assert done.exit_code == 0, done.output
    assert "1 open" in done.output
    assert "'=cmd()" in file.read_text(encoding="utf-8")
    assert read_table(file)["locator"].tolist() == ["=cmd()"]
    first = file.read_bytes()
    CliRunner().invoke(cli, ["errata", "--output", str(file)])
    assert file.read_bytes() == first


def test_the_command_is_loud_about_a_record_that_matches_nothing(shipped, tmp_path: Path) -> None:
    file = tmp_path / "errata.csv"
    CliRunner().invoke(cli, ["errata", "--output", str(file)])
    write_table(file, read_table(file).assign(record_id="gone:1", status="reported"))
    done = CliRunner().invoke(cli, ["errata", "--output", str(file)])
    assert done.exit_code == 1
    assert "matches no rejected figure any more: gone:1" in done.output
    assert len(read_table(file)) == 2


def test_a_spoilt_file_is_named(shipped, tmp_path: Path) -> None:
    file = tmp_path / "errata.csv"
    file.write_bytes(b"\xff\xfe\x00")
    done = CliRunner().invoke(cli, ["errata", "--output", str(file)])
    assert isinstance(done.exception, ts.ReconciliationError)
    assert "errata.csv: not a CSV file in UTF-8" in str(done.exception)
    assert file.read_bytes() == b"\xff\xfe\x00"


def test_a_status_that_is_none_is_no_fault_of_the_format(shipped, tmp_path: Path) -> None:
    file = tmp_path / "errata.csv"
    CliRunner().invoke(cli, ["errata", "--output", str(file)])
    write_table(file, read_table(file).assign(status="sent"))
    done = CliRunner().invoke(cli, ["errata", "--output", str(file)])
    assert str(done.exception).startswith(f"{file}: record office-2015:")


def test_the_ledger_that_ships_is_about_the_figures_that_ship(root: Path) -> None:
    """Where this fails, a figure was mended or changed: run ``trafficking-stats errata`` and tell its publisher."""
    found = errata(ts.reconcile(ts.load_claims()), read_table(root / "data" / "errata.csv"))
    assert (found.mended, found.unmatched) == ((), ())
