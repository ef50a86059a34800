"""Every number of a report is what the rows say that `--explain` gives."""

from __future__ import annotations

import json
import re
import statistics
from collections import Counter
from html import unescape

import pytest
from typer.testing import CliRunner

from connector.cli.app import app
from connector.clock import ManualClock
from connector.errors import AskOperator
from connector.measure import How, known_of, measured, report
from connector.measure.health import health
from connector.measure.html import page_of
from connector.measure.metric import Metric
from connector.measure.trace import Trace, Traces
from connector.measure.words import said
from connector.store import Store
from tests.measure.conftest import FEWEST, UNTIL, Lived


def of_the_rows(traced: Trace, fewest: int) -> float | None:
    """The number, made of the printed rows and nothing else."""
    values = [row.value for row in traced.rows]
    match traced.figure.how:
        case How.COUNT:
            return len(values)
        case How.SUM:
            return sum(values)
        case How.MOST:
            return max(values, default=None)
        case How.SHARE:
            counts = [row.counts for row in traced.rows]
            return sum(counts) / len(counts) if len(counts) >= fewest else None
    return statistics.median(values) if len(values) >= fewest else None


@pytest.fixture(scope="module")
def metrics(lived: Lived) -> list[Metric]:
    store = lived.read()
    known = known_of(store, lived.asked())
    found = [metric for _, some in measured(known) for metric in some]
    found += health(known)[1]
    store.close()
    return found


def test_every_number_equals_the_rows_behind_it(lived: Lived, store: Store, metrics: list[Metric]):
    traces, wrong = Traces(store, "crm", metrics), []
    for metric in metrics:
        traced = traces.of(metric.figure.name)
        number = of_the_rows(traced, FEWEST)
        if metric.figure.value != (None if number is None else pytest.approx(number)):
            wrong.append((metric.figure.name, metric.figure.value, number))
        if metric.figure.of != len(traced.rows):
            wrong.append((metric.figure.name, metric.figure.of, len(traced.rows)))
    assert wrong == []
    assert len(metrics) > 500
    hows = Counter(m.figure.how for m in metrics if m.figure.value)
    assert set(hows) == set(How) - {How.DIFFERENCE}  # a holdout is not in this story


def test_names_are_one_each(metrics: list[Metric]):
    names = Counter(metric.figure.name for metric in metrics)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_number_of_the_page_has_its_name_and_is_the_one_of_that_name(
    lived: Lived, store: Store
):
    told = report(store, lived.asked(), "UTC")
    known = {figure.name: figure for section in told.sections for figure in section.figures}
    cells = re.findall(r'<td class="n[^"]*" title="([^"]*)">([^<]*)</td>', page_of(told))
    assert len(cells) > 200
    for name, text in cells:
        assert unescape(text) == said(known[unescape(name)])
    # Nothing that holds a digit is a cell without a name.
    assert re.findall(r"<td>[^<]*\d[^<]*</td>", page_of(told)) == []


def test_the_command_prints_the_rows_that_the_page_counts(lived: Lived):
    def run(*arguments: str) -> str:
        environment = {"LEADMODE_CONFIG": str(lived.folder / "config.toml")}
        done = CliRunner().invoke(app, list(arguments), obj=ManualClock(UNTIL), env=environment)
        assert done.exit_code == 0, done.output
        return done.output

    document = json.loads(run("report", "--since", "365d", "--json"))
    figures = {f["name"]: f for section in document["sections"] for f in section["figures"]}
    name = next(n for n, f in figures.items() if f["measure"] == "flow.accepted" and f["where"])
    traced = json.loads(run("report", "--since", "365d", "--explain", name, "--json"))
    assert traced["figure"] == figures[name]
    assert len(traced["rows"]) == figures[name]["value"] > 0
    first = traced["rows"][0]
    assert set(first) == {
        "person", "name", "rule", "episode_at", "at", "revision", "counts", "value", "what",
    }  # fmt: skip
    assert first["person"].startswith("crm:")
    assert len(first["revision"]) == 12
    plain = run("report", "--since", "365d", "--explain", name.upper())
    assert f"(count of {figures[name]['of']:,} rows)" in plain
    assert plain.count("crm:") >= len(traced["rows"])


def test_an_unknown_name_is_told_with_the_nearest(store: Store, metrics: list[Metric]):
    with pytest.raises(AskOperator, match=r'no figure "flow.handedoff".*mean "flow.handed_off"'):
        Traces(store, "crm", metrics).of("flow.handedoff")


def test_the_flow_agrees_with_the_tables(store: Store, metrics: list[Metric], lived: Lived):
    """Counted a second way, straight from the database."""
    figures = {metric.figure.name: metric.figure.value for metric in metrics}
    start = lived.asked().start_at

    def number(statement: str) -> int:
        return int(store.connection.execute(statement, (start,)).fetchone()[0])

    handed = number(
        "SELECT count(DISTINCT e.id) FROM episode e JOIN decision d USING (person, rule, burst) "
        "WHERE e.superseded = 0 AND d.verdict = 'handed_off' AND e.entered_at >= ?"
    )
    assert figures["flow.handed_off"] == handed > 10
    assert figures["held.alerts"] == number(
        "SELECT count(*) FROM decision WHERE verdict = 'held' AND at >= ?"
    )
    assert figures["wins.all"] == number(
        "SELECT count(DISTINCT r.id) FROM record r "
        "JOIN opportunity_person o ON o.opportunity = r.id "
        "JOIN record p ON p.id = o.person_record AND p.person IS NOT NULL "
        "WHERE r.closed_at >= ? AND json_extract(r.fields, '$.is_won')"
    )


def test_parts_add_up(metrics: list[Metric]):
    figures = {metric.figure.name: metric.figure for metric in metrics}

    def together(measure: str, names: tuple[str, ...]) -> float:
        return sum(
            figure.value or 0
            for figure in figures.values()
            if figure.measure == measure and tuple(figure.where) == names
        )

    for name in ("rule", "rep", "source", "kind", "name", "persona"):
        assert together("flow.handed_off", (name,)) == figures["flow.handed_off"].value
    kinds = ("never", "late", "in_time", "said_no", "silent", "waiting")
    assert sum(figures[f"neglect.{kind}"].count for kind in kinds) == figures["flow.handed_off"].of
    everybody = figures["gaps.people"].value
    assert together("gaps.people", ("stage",)) == everybody
    lost = figures["gaps.unreached"].value
    assert lost
    four = ("stage", "persona", "offer", "owner")
    for names in (("stage",), ("stage", "persona", "owner"), four):
        assert together("gaps.unreached", names) == lost
    wins = [figures[f"wins.{part}"].value or 0 for part in ("handed_off", "held", "without")]
    assert sum(wins) == figures["wins.all"].value
