"""A small panel in the layout of the package."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

START = datetime(2017, 1, 1, 12, tzinfo=UTC)
TRIPS = {
    1: [0, 10, 45, 110, 300, 304],  # gaps 10, 35, 65, 190, 4
    2: [0, 1, 2, 330],  # gap 328
    3: [200],  # one basket only: never a gap between two
    4: [5, 35, 340],  # gap of exactly 30 days, then 305
}
"""Household -> days of its baskets."""


@pytest.fixture(scope="session")
def panel_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("panel")
    lines = []
    for household, days in TRIPS.items():
        for number, day in enumerate(days):
            basket, at = household * 1_000 + number, START + timedelta(days=day)
            lines.append((household, basket, 11, 1.0, at))
            lines.append((household, basket, 12, 5.0, at))
    write(
        where / "transactions.parquet",
        ["household_id", "basket_id", "product_id", "sales_value", "transaction_timestamp"],
        lines,
    )
    products = [(11, "DELI"), (12, "GROCERY")]
    write(where / "products.parquet", ["product_id", "department"], products)
    write(
        where / "coupon_redemptions.parquet",
        ["household_id", "coupon_upc", "campaign_id", "redemption_date"],
        [(2, 99, 7, datetime(2017, 11, 29, tzinfo=UTC))],
    )
    write(
        where / "campaign_descriptions.parquet",
        ["campaign_id", "campaign_type", "start_date"],
        [(7, "Type A", datetime(2017, 3, 1, tzinfo=UTC))],
    )
    write(where / "campaigns.parquet", ["campaign_id", "household_id"], [(7, 1), (7, 5)])
    write(where / "demographics.parquet", ["household_id", "age"], [(2, "45-54")])
    return where


def write(path: Path, names: list[str], lines: Sequence[tuple[object, ...]]) -> None:
    columns = list(zip(*lines, strict=True))
    arrays = [
        pa.array(column, type=pa.timestamp("ns") if isinstance(column[0], datetime) else None)
        for column in columns
    ]
    pq.write_table(pa.table(arrays, names=names), path)
