"""Each test calls the API as a fresh process would."""

from tests.escalations.api.conftest import nothing_is_remembered as nothing_is_remembered
