"""The words of the language: what is reserved, the functions, the date literals.

Follows the SOQL and SOSL Reference, "Reserved Keywords", "Aggregate Functions", "Date Functions",
"Date Formats and Date Literals in WHERE" and "USING SCOPE".
"""

from __future__ import annotations

from typing import Final

NOT_A_NAME: Final = frozenset(
    {"AND", "ASC", "DESC", "EXCLUDES", "FIRST", "FROM", "HAVING", "IN", "INCLUDES", "LAST", "LIKE"}
    | {"LIMIT", "NOT", "NULL", "NULLS", "OR", "SELECT", "USING", "WHERE", "WITH"}
)
"""Words that never stand for a field: the reserved ones but GROUP, which is an object."""

NOT_AN_ALIAS: Final = NOT_A_NAME | {"ALL", "FOR", "GROUP", "OFFSET", "ORDER", "UPDATE"}
"""Words that never stand for an alias: the reserved ones, and those that start a clause."""

AGGREGATES: Final = frozenset(
    {
        "COUNT",
        "COUNT_DISTINCT",
        "SUM",
        "AVG",
        "MIN",
        "MAX",
    }
)

DATE_FUNCTIONS: Final = frozenset(
    {
        "CALENDAR_MONTH",
        "CALENDAR_QUARTER",
        "CALENDAR_YEAR",
        "DAY_IN_MONTH",
        "DAY_IN_WEEK",
        "DAY_IN_YEAR",
        "DAY_ONLY",
        "FISCAL_MONTH",
        "FISCAL_QUARTER",
        "FISCAL_YEAR",
        "HOUR_IN_DAY",
        "WEEK_IN_MONTH",
        "WEEK_IN_YEAR",
    }
)

_SPELLINGS: Final = (
    *AGGREGATES,
    *DATE_FUNCTIONS,
    "toLabel",
    "FORMAT",
    "convertCurrency",
    "convertTimezone",
    "GROUPING",
    "DISTANCE",
    "GEOLOCATION",
)
FUNCTIONS: Final = {name.upper(): name for name in _SPELLINGS}
"""Every function, from its name in capitals to its spelling."""

_RANGES: Final = ("WEEK", "MONTH", "QUARTER", "YEAR", "FISCAL_QUARTER", "FISCAL_YEAR")
DATE_LITERALS: Final = frozenset(
    [
        "YESTERDAY",
        "TODAY",
        "TOMORROW",
        "LAST_90_DAYS",
        "NEXT_90_DAYS",
        *(f"{side}_{unit}" for side in ("LAST", "THIS", "NEXT") for unit in _RANGES),
    ]
)
COUNTED_DATE_LITERALS: Final = frozenset(
    name
    for unit in ("DAY", *_RANGES)
    for name in (f"LAST_N_{unit}S", f"NEXT_N_{unit}S", f"N_{unit}S_AGO")
)
"""Date literals that take a count behind a colon."""

SCOPES: Final = frozenset(
    {
        "delegated",
        "everything",
        "mine",
        "mine_and_my_groups",
        "my_territory",
        "my_team_territory",
        "scopingRule",
        "team",
    }
)
SELECTORS: Final = frozenset(
    {
        "AT",
        "ABOVE",
        "BELOW",
        "ABOVE_OR_BELOW",
    }
)
