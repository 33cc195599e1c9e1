"""The supervisor with stand-ins: `web` listens on the port, `worker` only waits, `release` leaves a sign."""

from config.embedded.__main__ import main

LINES = {
    "release": "sh -c 'echo Welcome; echo applied >&2'",
    "web": "python -m http.server --bind 127.0.0.1 $PORT",
    "worker": "sleep 600",
    "drain": "sh -c 'echo $DATABASE_URL > $DATA_DIR/static; exec sleep 600'",
}

if __name__ == "__main__":
    main(lambda: LINES)
