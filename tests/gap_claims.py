"""Small tables of claims for the tests of the gap."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from trafficking_stats.reconciliation.reconciling import reconcile
from trafficking_stats.reconciliation.result import Reconciliation

DANISH: Mapping[str, Mapping[int, str]] = {
    # cmm.dk, victims; cmm.dk/statistik/sigtelser-og-domme of 2022-09-01, persons
    "victims_identified": dict(
        zip(range(2012, 2022), ("66", "76", "71", "93", "121", "98", "97", "64", "77", "80"), strict=True)
    ),
    "charged_persons": dict(zip(range(2014, 2022), ("14", "25", "2", "9", "1", "7", "7", "8"), strict=True)),
    "prosecutions_suspects": dict(zip(range(2014, 2022), ("4", "29", "1", "5", "0", "0", "3", "3"), strict=True)),
    "convictions_persons": dict(zip(range(2014, 2022), ("10", "4", "14", "8", "1", "0", "0", "0"), strict=True)),
}
UNODC_CONVICTED = dict(zip(range(2014, 2021), ("10", "7", "15", "8", "<5", "<5", "<5"), strict=True))


def rows(
    country: str,
    figures: Mapping[str, Mapping[int, str]],
    publisher: str = "Register",
    upstream: str = "Register",
    tier: str = "register",
    published: str = "2022",
) -> pd.DataFrame:
    """Make claims: ``7`` is exact, ``<5`` fewer than 5, ``>90`` more than 90."""
    table = []
    for indicator, years in figures.items():
        for year, text in years.items():
            qualifier = {"<": "less_than", ">": "more_than"}.get(text[0], "exact")
            table.append(
                {
                    "claim_id": f"{publisher}/{country}/{indicator}/{year}",
                    "source_id": publisher.lower(),
                    "country": country,
                    "indicator": indicator,
                    "breakdown": "",
                    "period_start": f"{year}-01-01",
                    "period_end": f"{year}-12-31",
                    "value": float(text.lstrip("<>")),
                    "qualifier": qualifier,
                    "unit": "persons",
                    "locator": "",
                    "scope_note": "",
                    "publisher": publisher,
                    "upstream": upstream,
                    "tier": tier,
                    "published": published,
                }
            )
    return pd.DataFrame(table)


def danish_rec() -> Reconciliation:
    """Denmark 2012-2021 by the register, and by UNODC where it differs."""
    unodc = rows("DNK", {"convictions_persons": UNODC_CONVICTED}, "UNODC", "Register", "compiler", "2023")
    return reconcile(pd.concat([rows("DNK", DANISH), unodc], ignore_index=True))
