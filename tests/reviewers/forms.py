"""What a browser sends along with the forms of people and pools."""

# The rows of hours, time off and holidays: none.
NO_ROWS: dict[str, object] = {
    f"{rows}-{kind}_FORMS": 0 for rows in ("working_hours", "time_off", "holidays") for kind in ("TOTAL", "INITIAL")
}
PERSON = NO_ROWS | {"time_zone": "UTC"}
POOL = NO_ROWS | {"strategy": "round_robin", "assign_within": "00:15:00", "time_zone": "UTC"}
