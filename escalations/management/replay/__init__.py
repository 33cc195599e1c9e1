"""`manage.py replay`: recorded hand-offs go through the running product, as agents and reviewers would send them."""
