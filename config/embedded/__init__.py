"""The default run: private PostgreSQL and Redis under DATA_DIR, and every process of the Procfile, kept alive.

Nothing here loads Django's settings: `manage.py` and the supervisor need the database's address before they are read.
"""
