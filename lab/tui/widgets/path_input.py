"""The line in which an image is typed that is to be tried."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class SubjectInput(Input):
    """Where an image or a pod's name is typed; the images that are `offered` come by a key."""

    class Left(Message):
        """Nothing is to be tried."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "offer(1)", id="path.offer", show=False, tooltip="Next image of the exercise"),
        Binding("up", "offer(-1)", id="path.offer-before", show=False, tooltip="Image before"),
        Binding("escape", "leave", "Leave", id="path.leave", tooltip="Try nothing"),
    ]

    def __init__(self) -> None:
        super().__init__(compact=True, placeholder="an image, or a pod's name")
        self.offered: Sequence[str] = ()

    def action_offer(self, by: int) -> None:
        """Put another image there."""
        if self.offered:
            at = self.offered.index(self.value) if self.value in self.offered else -1 if by > 0 else 0
            self.value = self.offered[(at + by) % len(self.offered)]
            self.action_select_all()

    def action_leave(self) -> None:
        """Go back to the picture."""
        self.post_message(self.Left())
