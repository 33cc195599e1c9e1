"""A made-up past for benchmarks and demos (`manage.py generate_history`), as true to the rules as a lived one."""
