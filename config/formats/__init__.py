"""How moments are written in the admin: as in the logs and the API, in UTC, and saying so."""
