"""The keys of the screen to work in."""

from textual.binding import Binding, BindingType

KEYS: list[BindingType] = [
    Binding("enter", "start", "Start", id="work.start", tooltip="Start this exercise"),
    Binding("n", "step(1)", "Step", id="work.next", key_display="n/p", tooltip="Next step"),
    Binding("p", "step(-1)", "Step", id="work.previous", show=False, tooltip="Step before"),
    Binding("right_square_bracket", "item(1, False)", "Code", id="work.command", tooltip="Next command of the text"),
    Binding("left_square_bracket", "item(-1, False)", id="work.command-before", show=False, tooltip="Command before"),
    Binding("tab", "item(1)", id="work.item", show=False, tooltip="Next command or check"),
    Binding("shift+tab", "item(-1)", id="work.item-before", show=False, tooltip="Command or check before"),
    Binding("t,f2", "terminal", "Terminal", id="work.terminal", tooltip="Go to the terminal on the node"),
    Binding("f", "full", "Full", id="work.full", show=False, tooltip="The terminal as large as the screen, or not"),
    Binding("h", "hint", "Hint", id="work.hint", tooltip="Hints of this step, one at a time"),
    Binding("s", "solve", "Solve", id="work.solve", tooltip="The solution of this step: see it, or have it done"),
    Binding("a", "app.path", "Path", id="work.path", tooltip="The way of a request: who judges an image where"),
    Binding("v", "verify", "Verify", id="work.verify", show=False, tooltip="Look at the cluster now"),
    Binding("w", "why", "Why", id="work.why", show=False, tooltip="What a step that is done has taught"),
    Binding("m", "read", "Text", id="work.read", show=False, tooltip="The text alone, or with steps and checks"),
    Binding("l", "steps", "Steps", id="work.steps", show=False, tooltip="The list of steps"),
    Binding("j", "scroll(1)", id="work.down", show=False, tooltip="Scroll the text down"),
    Binding("k", "scroll(-1)", id="work.up", show=False, tooltip="Scroll the text up"),
    Binding("r", "reset", "Reset", id="work.reset", show=False, tooltip="Put the exercise back to its start"),
    Binding("x", "rescue", id="work.rescue", show=False, tooltip="Put the last good files of the API server back"),
    Binding("escape", "app.pop_screen", "Back", id="work.back", tooltip="Back to the exercises; the shell stays"),
]
