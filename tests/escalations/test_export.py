"""Lists as CSV: whole, in the right words, and nothing in them that a spreadsheet would run."""

import csv
import io

import pytest
from django.http import HttpResponse
from pytest_django import DjangoAssertNumQueries

from escalations import export
from escalations.models import Escalation
from tests.factories import make_escalation, make_reviewer

pytestmark = pytest.mark.django_db


def read(answer: HttpResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def exported() -> list[dict[str, str]]:
    return read(export.response(Escalation.objects.order_by("number")))


def test_a_line_says_what_was_asked_and_who_has_it() -> None:
    ada = make_reviewer("Ada")
    made = make_escalation('Refund "6144",\nplease', priority="urgent")

    (line,) = exported()
    assert (line["Number"], line["Priority"], line["Status"], line["Overdue"]) == (
        *(made.reference, "Urgent", "Assigned", "no"),
    )
    assert (line["Issue"], line["Assigned to"], line["Pool"]) == ('Refund "6144",\nplease', ada.name, made.pool.name)
    assert line["Created (UTC)"] == f"{made.created_at:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠"])
def test_what_could_be_a_formula_is_text(start: str) -> None:
    text = f"{start}cmd|'/C calc'!A0"
    lines = b"".join(export.table(["Issue"], [[text]])).decode("utf-8-sig")

    assert list(csv.reader(io.StringIO(lines, newline=""))) == [["Issue"], [f"'{text}"]]


def test_what_only_contains_such_a_sign_stays_as_it_is() -> None:
    assert b"".join(export.table(["Issue"], [["a=b", -1, None]])).splitlines()[1] == b"a=b,-1,"


def test_a_spreadsheet_is_told_the_encoding() -> None:
    make_escalation("Grüße, 你好")

    answer = export.response(Escalation.objects.all())
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="escalations-')
    assert read(answer)[0]["Issue"] == "Grüße, 你好"


def test_an_empty_list_has_its_head() -> None:
    assert b"".join(export.rows([])).decode("utf-8-sig").startswith("Number,Priority,Status,")


def test_a_file_has_rows_up_to_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "AT_MOST", 2)
    for _ in range(2):
        make_escalation()

    assert len(exported()) == 2


def test_too_many_rows_are_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "AT_MOST", 2)
    for _ in range(3):
        make_escalation()

    with pytest.raises(export.TooLarge) as refused:
        exported()
    assert refused.value.detail.endswith("export again. A file takes 2 rows.")


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BYTES_AT_MOST", 5000)
    make_escalation("x" * 5000)

    with pytest.raises(export.TooLarge):
        exported()


def test_the_contexts_stay_where_they_are(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(3):
        make_escalation(context={"order": 6144})

    with django_assert_num_queries(1) as queries:
        exported()
    assert "context_data" not in queries[0]["sql"]
