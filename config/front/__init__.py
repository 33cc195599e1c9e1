"""The one door: every request and every socket comes in here, and only what is whole and well-formed goes further.

`application` checks and routes, `heads` and `bodies` say what a well-formed request is, `threads` runs Django,
`protocol` guards what the server reads before there is a request, `server` runs it all on one port.
"""
