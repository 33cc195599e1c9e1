"""Which headers of a trace are passed on (W3C Trace Context, section 3.2)."""

import pytest

from escalations import causes
from escalations.models import Event
from tests.factories import make_escalation

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize(
    ("given", "passed_on"),
    [
        pytest.param(GOOD, GOOD, id="as it is"),
        pytest.param(GOOD.replace("00-", "cc-", 1) + "-more", GOOD, id="of a version to come"),
        pytest.param(GOOD + "-more", "", id="longer than its version allows"),
        pytest.param(GOOD.replace("00-", "ff-", 1), "", id="of no version"),
        pytest.param("00-" + "0" * 32 + "-b7ad6b7169203331-01", "", id="no trace"),
        pytest.param("00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01", "", id="no parent"),
        pytest.param(GOOD.upper(), "", id="upper case"),
        pytest.param("x" * 1000, "", id="something else"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_a_trace_is_passed_on_if_it_is_well_formed(given: str, passed_on: str) -> None:
    assert causes.usable(given) == passed_on


@pytest.mark.django_db
def test_an_event_keeps_the_request_that_caused_it() -> None:
    request, trace = causes.request_id.set("run-42"), causes.traceparent.set(GOOD)
    try:
        make_escalation()
    finally:
        causes.request_id.reset(request)
        causes.traceparent.reset(trace)
    assert set(Event.objects.values_list("request_id", "traceparent")) == {("run-42", GOOD)}
