"""The query language of the sandbox Salesforce: parse, evaluate, write as text."""

from sandbox.salesforce.soql.errors import SoqlError
from sandbox.salesforce.soql.evaluating import evaluate
from sandbox.salesforce.soql.parser import parse
from sandbox.salesforce.soql.rendering import bulk_moment, rest_moment
from sandbox.salesforce.soql.result import Record, Result
from sandbox.salesforce.soql.source import ChildLink, Column, Row, Source, Start, Viewer
from sandbox.salesforce.soql.syntax import Query
from sandbox.salesforce.soql.text import quoted, to_text

__all__ = [
    "ChildLink",
    "Column",
    "Query",
    "Record",
    "Result",
    "Row",
    "SoqlError",
    "Source",
    "Start",
    "Viewer",
    "bulk_moment",
    "evaluate",
    "parse",
    "quoted",
    "rest_moment",
    "to_text",
]
