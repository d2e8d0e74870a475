"""Every part that has keys, loaded: for the names in the settings file, when there is one."""

import lab.tui.app
import lab.tui.modals.confirm
import lab.tui.modals.error
import lab.tui.modals.finished
import lab.tui.modals.hint
import lab.tui.modals.keys
import lab.tui.modals.solution
import lab.tui.modals.working
import lab.tui.screens.doctor
import lab.tui.screens.home
import lab.tui.screens.making
import lab.tui.screens.work  # noqa: F401
from lab.tui.keys import bindings, parts_loaded

KNOWN = bindings(parts_loaded())
"""The bindings that the settings may change, by id."""
