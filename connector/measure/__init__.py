"""What became of people and episodes, in figures that can be traced to the rows behind them."""

from connector.measure.metric import Figure, How, Metric, Row
from connector.measure.registry import REGISTRY
from connector.measure.run import Asked, Report, Section, known_of, measured, report
from connector.measure.trace import Trace, Traces

__all__ = [
    "REGISTRY",
    "Asked",
    "Figure",
    "How",
    "Metric",
    "Report",
    "Row",
    "Section",
    "Trace",
    "Traces",
    "known_of",
    "measured",
    "report",
]
