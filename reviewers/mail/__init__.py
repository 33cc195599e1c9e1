"""Letters: queued as rows, written and handed to the mail server by the sweep, so that no request waits for it."""
