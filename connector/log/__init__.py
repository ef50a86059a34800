"""Logs that tell changes, name their action, and hold no secrets and no personal data.

Every line is `action=... key=value`, or one JSON object. Values are scalars and record refs;
anything else is shown by its type alone. Writing a log line never raises into the work.
"""

from connector.log.changes import Changes
from connector.log.logger import Log, Ref, Value, configure, get, set_level
from connector.log.redact import redact, register_secret

__all__ = [
    "Changes",
    "Log",
    "Ref",
    "Value",
    "configure",
    "get",
    "redact",
    "register_secret",
    "set_level",
]
