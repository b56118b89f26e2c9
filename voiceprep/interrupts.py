"""When being told to end may break in: not while audio that was taken is not yet recorded.

KeyboardInterrupt comes between any two steps of the main thread. What must be done whole or not at all is
done ``with UNINTERRUPTED:``; an interrupt that came meanwhile is raised where that ends.
"""

from __future__ import annotations

from types import TracebackType


class _Uninterrupted:
    """Defers interrupts of the main thread while entered; may be entered again within itself.

    Whoever heeds the system's signals calls :meth:`interrupt` from the handler, which Python runs in the main
    thread between two steps: that is what makes plain numbers safe here.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._came = False

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._came and not self._depth:
            self._came = False
            raise KeyboardInterrupt

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt, now or as soon as it does no harm."""
        if self._depth:
            self._came = True
        else:
            raise KeyboardInterrupt


UNINTERRUPTED = _Uninterrupted()
"""The one of this process."""
