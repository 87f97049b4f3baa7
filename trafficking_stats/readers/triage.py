"""What looks wrong in a data file, as a table and a page to check it by, and to send to its publisher."""

from pathlib import Path

import pandas as pd

from trafficking_stats.breakdowns import parse
from trafficking_stats.countries import is_country
from trafficking_stats.csv_tables import write_table
from trafficking_stats.files import write_text
from trafficking_stats.readers.faults import CELL, bounded, faults_of, in_order
from trafficking_stats.readers.revisions import Revisions
from trafficking_stats.readers.tables import TableImport, load_map
from trafficking_stats.templates import rendered
from trafficking_stats.vocabulary import load_vocabulary
from trafficking_stats.wording import counted

COLUMNS = ["kind", *CELL, "figure", "before", "size", "count", "printed", "finding"]
_WORDS = load_map("triage.toml")
_SMALLEST_WHOLE = 10
_LISTED = 5


def triage(found: TableImport, revisions: Revisions | None = None) -> pd.DataFrame:
    """List what looks wrong in a data file, or needs a look.

    Parameters
    ----------
    found : TableImport
        What was read.
    revisions : Revisions, optional
        The difference from the release before.

    Returns
    -------
    pandas.DataFrame
        One row a finding: ``kind``, a key of ``triage.toml``; the columns of a cell; the ``figure`` and, where it
        changed, the one ``before``; ``size``, by how much; ``count``, how many figures it is about; ``printed``, where
        the first of them stands; and the ``finding`` in words. The largest of each kind come first.

    Examples
    --------
    >>> claims = pd.DataFrame([("DNK", "victims_identified", b, "2021-01-01", "2021-12-31", v) for b, v in
    ...                        (("", 8.0), ("sex=female", 238.0), ("sex=male", 9.0))], columns=[*CELL, "value"])
    >>> claims = claims.assign(qualifier="exact", locator="table 1")
    >>> left_out = pd.DataFrame(columns=["row", "label", "reason"])
    >>> triage(TableImport(claims, {}, 3, left_out))[["kind", "size", "finding"]].values.tolist()
    [['impossible', 230, 'DNK victims_identified 2021: sex=female is 238, more than the total of 8'], \
['part_above_whole', 1, 'DNK victims_identified 2021: sex=male is 9, more than the total of 8']]
    """
    faults = faults_of(bounded(found.claims, "new")) if revisions is None else revisions.faults
    tables = [_of_one_release(faults), _unknown_categories(found.claims), _left_out(found.left_out)]
    if revisions is not None:
        tables += _of_two_releases(revisions)
    table = pd.concat(tables, ignore_index=True).rename(columns={"evidence": "finding"}).reindex(columns=COLUMNS)
    table["count"] = table["count"].fillna(1)
    places = found.claims.drop_duplicates(CELL).set_index(CELL)["locator"]
    printed = places.reindex(pd.MultiIndex.from_frame(table[CELL])).to_numpy()
    table["printed"] = table["printed"].where(table["printed"].notna(), printed)
    table["kind"] = pd.Categorical(table["kind"], list(_WORDS["kinds"]))
    order = {"kind": True, "size": False, "count": False}
    table = table.sort_values(list(order), ascending=list(order.values()), kind="stable", ignore_index=True)
    return table.astype({"kind": str, "size": "Int64", "count": "Int64"})


def write_triage(found: TableImport, revisions: Revisions | None, against: str, folder: Path) -> tuple[Path, Path]:
    """Write the triage of an import as a page in Markdown and as CSV, and return the two files.

    Parameters
    ----------
    found : TableImport
        What was read.
    revisions : Revisions, optional
        The difference from the release before.
    against : str
        Name of that release.
    folder : pathlib.Path
        Made if need be.
    """
    table = triage(found, revisions)
    page, sheet = (folder / f"{found.source['source_id']}-triage{suffix}" for suffix in (".md", ".csv"))
    text = rendered(
        Path(__file__).with_name("triage.md.j2"),
        found=found,
        source=found.source,
        findings={kind: rows for kind in _WORDS["kinds"] if len(rows := table[table["kind"] == kind])},
        first=lambda rows: rows[rows["country"].isna() | ~rows["country"].duplicated()],
        kinds=_WORDS["kinds"],
        sizes=None if revisions is None else revisions.sizes,
        against=against,
        shown=_WORDS["shown"],
        sheet=sheet.name,
    )
    write_table(sheet, table)
    write_text(page, text)
    return page, sheet


def _of_one_release(faults: pd.DataFrame) -> pd.DataFrame:
    """Return what is wrong in the release by itself, with the figure and where it stands."""
    table = in_order(faults, size=False, kind=True)
    most = load_vocabulary().weights.impossible_times * table["whole_upper"].clip(lower=_SMALLEST_WHOLE)
    impossible = (table["kind"] == "part_above_whole") & (table["size"] + table["whole_upper"] > most)
    return table.assign(kind=table["kind"].str.replace(r"_by_.*", "", regex=True).mask(impossible, "impossible"))


def _of_two_releases(revisions: Revisions) -> list[pd.DataFrame]:
    corrupt, changed, vanished = revisions.corrupt, revisions.changed, revisions.vanished
    return [
        corrupt[corrupt["kind"] == "shifted_year"],
        changed.rename(columns={"new": "figure", "old": "before"}).assign(kind="changed"),
        vanished.rename(columns={"figure": "before"}).assign(kind="vanished", figure=""),
    ]


def _unknown_categories(claims: pd.DataFrame) -> pd.DataFrame:
    """Find categories that neither the vocabulary nor ISO 3166-1 holds, and labels that stand in several rows."""
    dimensions = load_vocabulary().dimensions
    unknown: dict[str, tuple[str, str]] = {}
    for breakdown in claims["breakdown"].unique():
        for key, category in parse(breakdown).items():
            if key == "row":
                unknown[breakdown] = ("same_label", "several rows of one label")
            elif key in dimensions and category not in dimensions[key].categories and not is_country(category):
                unknown[breakdown] = ("unknown_category", f"{key}={category}")
    rows = []
    for (kind, label), group in claims.groupby(claims["breakdown"].map(unknown), sort=True):
        codes = sorted(set(group["country"]))
        more = f" and {len(codes) - _LISTED} more" * (len(codes) > _LISTED)
        finding = f"{label}: {counted(len(group), 'figure')} of {', '.join(codes[:_LISTED])}{more}"
        rows.append((kind, codes[0] if len(codes) == 1 else None, len(group), group["locator"].iloc[0], finding))
    return pd.DataFrame(rows, columns=["kind", "country", "count", "printed", "evidence"])


def _left_out(skipped: pd.DataFrame) -> pd.DataFrame:
    rows = [
        ("left_out", len(group), f"row {group['row'].iloc[0]}", f"{counted(len(group), 'row')}: {reason}")
        for reason, group in skipped.groupby("reason", sort=True)
    ]
    return pd.DataFrame(rows, columns=["kind", "count", "printed", "evidence"])
