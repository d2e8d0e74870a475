"""The part of the app that hands out keys: those for a terminal go there, and as soon as they come."""

from typing import cast

from textual import events
from textual.app import App
from textual.message import Message
from textual.widget import Widget


class KeyApp(App[None]):
    """An app in which a widget with `KEEPS_KEYS` has all keys, also those that work everywhere else."""

    @property
    def in_terminal(self) -> bool:
        """Whether a terminal has the keys."""
        focused = self.screen.focused if self.screen_stack else None
        nodes = focused.ancestors_with_self if focused else ()
        return any(getattr(node, "KEEPS_KEYS", False) for node in nodes)

    def post_message(self, message: Message) -> bool:
        """As in Textual, but a key for a terminal goes there at once, as its way through three queues is to be felt."""
        if isinstance(message, events.Key) and self._typed_at_once(message):
            return True
        return super().post_message(message)

    async def on_event(self, event: events.Event) -> None:
        """As in Textual, but a key that nobody took before the focus moved to a terminal goes there, too."""
        if isinstance(event, events.Key) and event.is_forwarded and self.in_terminal:
            pane = cast(Widget, self.screen.focused)
            if pane.check_consume_key(event.key, event.character):
                pane._forward_event(event)
                return
        await super().on_event(event)

    def _typed_at_once(self, key: events.Key) -> bool:
        waiting = key.is_forwarded or self.message_queue_size or not self.app_focus
        focused = self.screen.focused if self.screen_stack and not waiting else None
        type_key = getattr(focused, "type_key", None)  # the terminal's class is loaded when it is asked for
        return bool(type_key and type_key(key))
