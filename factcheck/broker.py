"""The embedded broker: Kombu's file-system transport, in which a message is whole or not there.

Kombu's own opens a message's file under its final name and writes it afterwards, and its
readers take no lock. A worker that reads in between, or finds what a killed process left
half-written, ends with "Unrecoverable error"; and so does every worker after it, if it is the
table of an exchange. Here both are written aside or mended, and a folder that has been deleted
is made again: the ``Job`` rows hold the work, the folder only hurries it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import structlog
from kombu.transport import filesystem
from kombu.utils.json import dumps, loads

log = structlog.get_logger(__name__)


class Channel(filesystem.Channel):
    """One connection's view of the folders."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._make_folders()

    def _make_folders(self) -> None:
        for folder in (self.data_folder_in, self.data_folder_out, self.control_folder):
            Path(folder).mkdir(parents=True, exist_ok=True)

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        target = Path(self.data_folder_out, name)
        content = dumps(payload).encode()
        try:
            _write(target, content)
        except FileNotFoundError:
            self._make_folders()
            _write(target, content)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for message in self._messages(queue):
            taken = message.with_suffix(".taken")
            try:
                # Of several workers, one succeeds in this.
                message.rename(taken)
                content = taken.read_bytes()
                taken.unlink()
            except FileNotFoundError:
                continue
            try:
                payload = loads(content.decode())
                # What a virtual channel reads of every message.
                payload["properties"]["delivery_tag"]
            except (ValueError, KeyError, TypeError):
                log.warning("broken_message_dropped", message=message.name, bytes=len(content))
                continue
            return payload
        raise Empty

    def _messages(self, queue: str) -> Iterator[Path]:
        folder = Path(self.data_folder_in)
        try:
            messages = sorted(folder.iterdir())
        except FileNotFoundError:
            self._make_folders()
            return
        for message in messages:
            if message.name.partition(".")[2] == f"{queue}.msg":
                yield message

    def _size(self, queue: str) -> int:
        return sum(1 for _ in self._messages(queue))

    def get_table(self, exchange: str) -> list[Any]:
        """The queues of an exchange; a direct one has at least the queue of its own name."""
        try:
            table = super().get_table(exchange)
        except ValueError:
            # It is being written at this moment.
            table = []
        if table or self.typeof(exchange).type != "direct":
            return list(table)
        return [filesystem.exchange_queue_t(exchange, "", exchange)]

    def _queue_bind(self, exchange: str, *args: Any) -> None:
        self._make_folders()
        try:
            super()._queue_bind(exchange, *args)
        except ValueError:
            log.warning("broken_exchange_mended", exchange=exchange)
            Path(self.control_folder, f"{exchange}.exchange").unlink(missing_ok=True)
            super()._queue_bind(exchange, *args)


def _write(target: Path, content: bytes) -> None:
    aside = target.with_suffix(".part")
    aside.write_bytes(content)
    aside.rename(target)


class Transport(filesystem.Transport):
    """What ``filesystem://`` in a broker's address stands for."""

    Channel = Channel
