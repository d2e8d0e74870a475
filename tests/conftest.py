"""For all tests: interrupts work, however the run was started."""

import signal

# A shell starts what it puts into the background with SIGINT ignored, and every child inherits that: then no
# Ctrl-C would reach the programs under test.
signal.signal(signal.SIGINT, signal.default_int_handler)
