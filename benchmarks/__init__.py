"""What the product costs, as ratios against a plain way to do the same work on the same machine in the same minute.

`make bench` measures; `make bench SMOKE=1` runs everything briefly and only shows that it works. Either fails when
something is wrong (an error, a double claim, a lost delivery), and never because of a time.
"""
