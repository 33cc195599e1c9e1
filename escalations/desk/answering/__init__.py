"""The answering side of the workbench: the form that an agent asked for, its draft, and what becomes of it."""
