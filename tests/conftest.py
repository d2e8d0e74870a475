"""For all tests: signals work, however the run was started."""

import signal

# A shell starts what it puts into the background with SIGINT ignored, nohup ignores SIGHUP, and every child inherits
# that: then neither Ctrl-C nor a closed terminal would reach the programs under test.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
