"""The figures for Prometheus: what stands in PostgreSQL, asked when somebody asks us, and what processes count.

What can be read from rows is read from rows, so that a process that was killed cannot leave a wrong figure behind.
Web processes count requests in files that all workers share (`process`); workers and `drain` count what they do in a
small table (`tallies`).
"""
