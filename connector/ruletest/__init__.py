"""Tests of rules: named people, what they did, and what must and must not come of it."""

from connector.ruletest.case import Case
from connector.ruletest.files import read_cases
from connector.ruletest.run import Ran, Result, run_cases

__all__ = ["Case", "Ran", "Result", "read_cases", "run_cases"]
