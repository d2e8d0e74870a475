"""Every part that has keys, loaded: for the names in the settings file, when there is one."""

from collections.abc import Mapping

import lab.tui.modals.choice
import lab.tui.modals.hint
import lab.tui.modals.page
import lab.tui.modals.working
import lab.tui.screens.doctor
import lab.tui.screens.home
import lab.tui.screens.making
import lab.tui.screens.path
import lab.tui.screens.work
import lab.tui.widgets.path_pane  # noqa: F401
from lab.tui.keys import Bound, bindings, parts_loaded


def known() -> Mapping[str, Bound]:
    """The bindings that the settings may change, by id; those of the app are among them once it is loaded."""
    return bindings(parts_loaded())
