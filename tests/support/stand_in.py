"""The base of classes that stand in for one of the lab's: the type checker takes them for whatever is wanted."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    StandIn = Any
else:

    class StandIn:
        pass
