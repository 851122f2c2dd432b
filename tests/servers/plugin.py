"""pytest plugin: registers the mark `needs`, applies it, and says at the end which tests were left out and the cure."""

from collections import Counter

import pytest

from tests.servers.needs import LEFT_OUT, require


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--servers", action="store_true", help="the stories of the clauses go through a real Dovecot and Postfix")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*servers): the test runs only where these servers are installed")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        require(*mark.args)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    left_out = {reason: count for reason, count in reasons.items() if reason.startswith(LEFT_OUT)}
    if not left_out:
        return
    terminalreporter.section("left out for want of a server")
    for reason, count in sorted(left_out.items()):
        terminalreporter.line(f"{count} tests: {reason.removeprefix(LEFT_OUT)}")


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
    return reason.removeprefix("Skipped: ")
