"""The customer file on the real engines."""

import importlib
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailbot.cli import mailbot
from mailbot.commands.customers import table
from mailbot.errors import RejectedInput
from mailbot.lifecycle.ticket import Customer
from mailbot.store import customers, occasions
from mailbot.store.engine import Store, open_store
from mailbot.store.occasions import Turn
from tests.company_file import SMALLEST

NOW = datetime(2026, 11, 16, 2, tzinfo=UTC)
ACME = Customer(id=0, name="Acme", phone="12", tags=("old",), sales=Decimal("6000000.5"))


def test_a_customer_is_recognised_by_each_address(store: Store) -> None:
    with store.transaction() as tx:
        new = customers.add(tx, ACME, {"a@x.example", "b@x.example"}, NOW)
        found = customers.recognise(tx, "b@x.example")
        assert found
        assert (found.id, found.name, found.sales, found.tags) == (new, "Acme", Decimal("6000000.5"), ("old",))
        assert customers.recognise(tx, "c@x.example") is None


def test_dealers_are_those_who_sell_on_with_all_their_addresses(store: Store) -> None:
    with store.transaction() as tx:
        customers.add(tx, ACME, {"a@x.example"}, NOW)
        customers.add(tx, Customer(id=0, name="East", dealer=True), {"b@x.example", "c@x.example"}, NOW)
        customers.add(tx, Customer(id=0, name="West", dealer=True), (), NOW)
        found = [(known.customer.name, known.addresses) for known in customers.dealers(tx)]
        assert found == [("East", {"b@x.example", "c@x.example"}), ("West", frozenset())]


def test_merged_customers_share_addresses_and_one_is_gone(store: Store) -> None:
    with store.transaction() as tx:
        customers.add(tx, ACME, {"a@x.example"}, NOW)
        customers.add(tx, Customer(id=0, name="Acme Ltd", region="North"), {"b@x.example"}, NOW)
        first, second = customers.everybody(tx)
        customers.merge(tx, first.customer, second.customer, NOW)
        (left,) = customers.everybody(tx)
        assert left.addresses == {"a@x.example", "b@x.example"}
        assert (left.customer.name, left.customer.region) == ("Acme", "North")
        assert customers.recognise(tx, "b@x.example") == left.customer


def test_a_merged_customer_is_not_asked_again_in_a_period_in_which_the_other_record_was(store: Store) -> None:
    with store.transaction() as tx:
        kept, gone = (customers.add(tx, Customer(id=0, name=name), (), NOW) for name in ("Acme", "Acme Ltd"))
        for period, asked in (("2026-Q3", kept), ("2026-Q3", gone), ("2026-Q4", gone)):
            occasions.take(tx, Turn("poll", "key", period, asked), NOW, note=f"record {asked}")
        first, second = customers.everybody(tx)
        customers.merge(tx, first.customer, second.customer, NOW)
        assert occasions.is_taken(tx, Turn("poll", "key", "2026-Q4", kept))
        assert sorted(row[2:] for row in occasions.of_customer(tx, kept)) == [
            ("2026-Q3", None, f"record {kept}"),
            ("2026-Q4", None, f"record {gone}"),
        ]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_table_is_read_in_the_charsets_that_spreadsheets_write(tmp_path: Path, charset: str, sign: str) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(f'客户名称{sign}地区\r\n清河商贸{sign}"北京\n海淀"\r\n'.encode(charset))
    assert table(file) == [["客户名称", "地区"], ["清河商贸", "北京\n海淀"]]


def test_the_first_sheet_of_a_workbook_is_read_numbers_as_they_are_shown(tmp_path: Path) -> None:
    file = tmp_path / "t.xlsx"
    book = importlib.import_module("openpyxl").Workbook()
    for row in (["客户名称", "电话", "年销售额"], ["清河商贸", 13800001111, 6_000_000], ["门店", None, 1.5]):
        book.active.append(row)
    book.create_sheet("第二页").append(["不读"])
    book.save(file)
    assert table(file) == [["客户名称", "电话", "年销售额"], ["清河商贸", "13800001111", "6000000"], ["门店", "", "1.5"]]


def test_a_workbook_that_is_none_is_refused_with_the_cure(tmp_path: Path) -> None:
    file = tmp_path / "t.xlsx"
    file.write_bytes(b"no workbook")
    with pytest.raises(RejectedInput, match="save it anew"):
        table(file)


@pytest.mark.parametrize("broken", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_damaged_workbook_is_refused_with_the_cure(tmp_path: Path, broken: str) -> None:
    sound, file = tmp_path / "sound.xlsx", tmp_path / "t.xlsx"
    importlib.import_module("openpyxl").Workbook().save(sound)
    with zipfile.ZipFile(sound) as whole, zipfile.ZipFile(file, "w") as damaged:
        for name in whole.namelist():
            damaged.writestr(name, b"<a><b" if name == broken else whole.read(name))
    with pytest.raises(RejectedInput, match=r"t\.xlsx: not a readable \.xlsx .*save it anew"):
        table(file)


def test_a_quotation_mark_that_is_never_closed_is_told_with_the_cure(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text('name,mail\n"Acme,a@x.example\n' + "Bolt,b@x.example\n" * 10_000, "utf-8")
    with pytest.raises(RejectedInput, match=r"t\.csv: no CSV up to line \d+ .*quotation mark"):
        table(file)


@pytest.mark.parametrize("data", [b"\xff\xff\x00", "name\nA".encode("utf-16-le"), b"name\nA\x00B"])
def test_a_table_that_is_no_text_is_refused_with_the_cure(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(data)
    with pytest.raises(RejectedInput, match="save it as CSV"):
        table(file)


def _company(home: Path) -> list[str]:
    config = home / "mailbot.toml"
    config.write_text(SMALLEST, "utf-8")
    CliRunner().invoke(mailbot, ["--config", str(config), "db", "upgrade"], catch_exceptions=False)
    return ["--config", str(config)]


def test_an_import_writes_nothing_until_it_is_applied(tmp_path: Path) -> None:
    run, file = CliRunner(), tmp_path / "t.csv"
    config = _company(tmp_path)
    file.write_text("name,email,phone\nAcme,a@x.example,12\nBolt,b@x.example,12\n", "utf-8")
    seen = run.invoke(mailbot, [*config, "import", "customers", str(file)], catch_exceptions=False)
    assert "2 new" in seen.output
    assert "line 3: new: Bolt; perhaps the same as an earlier line" in seen.output
    assert run.invoke(mailbot, [*config, "customers", "--json"]).output == ""
    run.invoke(mailbot, [*config, "import", "customers", str(file), "--apply"], catch_exceptions=False)
    assert '"name": "Bolt"' in run.invoke(mailbot, [*config, "customers", "--json"]).output
    again = run.invoke(mailbot, [*config, "import", "customers", str(file), "--apply"], catch_exceptions=False)
    assert "0 new, 0 changed, 2 same" in again.output
    run.invoke(mailbot, [*config, "customers", "merge", "1", "2"], catch_exceptions=False)
    shown = run.invoke(mailbot, [*config, "customers", "show", "1"], catch_exceptions=False).output
    assert "addresses: a@x.example, b@x.example" in shown


def test_a_wrong_cell_is_told_with_file_line_and_column_and_the_exit_status_says_so(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("客户名称,邮箱\n清河商贸,nobody\n门店,a@x.example\n", "utf-8")
    words = [*_company(tmp_path), "import", "customers", str(file), "--apply"]
    done = CliRunner().invoke(mailbot, words, catch_exceptions=False, standalone_mode=False)
    assert f"{file}: line 2, column 邮箱: 'nobody' is no e-mail address" in done.stderr
    assert "1 new, 0 changed, 0 same, 1 wrong; written" in done.stdout
    assert done.return_value == 1


def test_a_customer_is_shown_with_what_polls_did_or_could_not_do(tmp_path: Path) -> None:
    run, file = CliRunner(), tmp_path / "t.csv"
    config = _company(tmp_path)
    file.write_text("name,email\nAcme,a@x.example\n", "utf-8")
    run.invoke(mailbot, [*config, "import", "customers", str(file), "--apply"], catch_exceptions=False)
    opened = open_store(f"sqlite:///{tmp_path}/mailbot.db")
    with opened.transaction() as tx:
        occasions.take(tx, Turn("poll", "key", "2026-Q4", 1), NOW, note="no address on file")
    opened.close()
    shown = run.invoke(mailbot, [*config, "customers", "show", "1"], catch_exceptions=False).output
    assert "polls and duties: key 2026-Q4: no address on file" in shown


def test_the_list_of_customers_says_who_is_a_dealer(tmp_path: Path) -> None:
    run, file = CliRunner(), tmp_path / "t.csv"
    config = _company(tmp_path)
    file.write_text("name,dealer\nAcme,yes\nBolt,no\n", "utf-8")
    run.invoke(mailbot, [*config, "import", "customers", str(file), "--apply"], catch_exceptions=False)
    listed = run.invoke(mailbot, [*config, "customers"], catch_exceptions=False).output.splitlines()
    assert [" yes" in next(line for line in listed if name in line) for name in ("Acme", "Bolt")] == [True, False]
