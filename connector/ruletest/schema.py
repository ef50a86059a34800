"""The JSON Schema of test files, by which editors complete and check them.

`python -m connector.ruletest.schema` prints it; `rules/tests.schema.json` holds what it prints.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from connector.config.schema import finished
from connector.ruletest.tables import CaseFile


def case_schema() -> dict[str, Any]:
    """The schema as a JSON value."""
    schema = CaseFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **finished(schema)}


def main() -> None:
    """Print the schema."""
    json.dump(case_schema(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
