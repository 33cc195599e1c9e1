"""What agents send along: of which kind it is, what is in it, and which characters of it nobody sees."""
