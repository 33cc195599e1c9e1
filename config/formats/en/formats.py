"""For English; Django's own hold for the rest."""

DATETIME_FORMAT = "Y-m-d H:i \\U\\T\\C"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"
DATE_FORMAT = "Y-m-d"
TIME_FORMAT = "H:i"
