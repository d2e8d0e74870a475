"""How Textual reads the real terminal, with a shorter way for keys."""

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message


class ShortDriver(LinuxDriver):
    """Textual's driver for Unix. A message goes into the app's queue without a task and two futures of its own."""

    def send_message(self, message: Message) -> None:
        """Post a message to the app, from the thread that reads the terminal."""
        self._loop.call_soon_threadsafe(self._app.post_message, message)
