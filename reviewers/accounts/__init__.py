"""Pages around one's own account: signing in, coming in by invitation, a new password."""
