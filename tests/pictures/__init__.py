"""The pictures of the documentation, taken from a running product of their own: `make screenshots`."""
