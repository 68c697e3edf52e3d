"""A Redis as the cache, without which the site goes on: it only counts there.

Where it doesn't answer, nothing is found and nothing is kept, so nobody is kept out. After a
failure it isn't asked for some seconds: each question to a host that is away costs a time-out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

ASK_AGAIN_SECONDS = 5.0
# Until then it is said once that the cache is away.
SAY_AGAIN_SECONDS = 60.0


class _Client(RedisCacheClient):
    """Asks the server, or answers in its place. One for each thread; what they know is shared."""

    _away_until = _said_until = 0.0

    def __init__(self, servers: Any, **options: Any) -> None:
        patience = {"socket_connect_timeout": 0.5, "socket_timeout": 1}
        # At once and once: after a restart of the server every kept connection is a dead one.
        asking = {**patience, "retry": Retry(NoBackoff(), 1), **options}
        super().__init__(servers, **asking)

    def reachable(self) -> bool:
        """Whether it answers now, whatever it did before."""
        try:
            self.get_client(write=True).ping()
        except RedisError as error:
            self._failed(error)
            return False
        _Client._away_until = 0.0
        return True

    def _asked(self, question: Callable[..., Any], instead: Any, *given: Any) -> Any:
        if _Client._away_until:
            if time.monotonic() < _Client._away_until:
                return instead
            # Of all threads one tries again.
            _Client._away_until = time.monotonic() + ASK_AGAIN_SECONDS
        try:
            answer = question(*given)
        except RedisError as error:
            self._failed(error)
            return instead
        _Client._away_until = 0.0
        return answer

    def _failed(self, error: RedisError) -> None:
        now = time.monotonic()
        _Client._away_until = now + ASK_AGAIN_SECONDS
        if now >= _Client._said_until:
            _Client._said_until = now + SAY_AGAIN_SECONDS
            log.warning("cache_unreachable", error=str(error))

    def add(self, key: Any, value: Any, timeout: Any) -> Any:
        # As if nobody had it: whoever takes a lock this way would otherwise wait for it.
        return self._asked(super().add, True, key, value, timeout)

    def get(self, key: Any, default: Any) -> Any:
        return self._asked(super().get, default, key, default)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        self._asked(super().set, None, key, value, timeout)

    def touch(self, key: Any, timeout: Any) -> Any:
        return self._asked(super().touch, False, key, timeout)

    def delete(self, key: Any) -> Any:
        return self._asked(super().delete, False, key)

    def get_many(self, keys: Any) -> Any:
        return self._asked(super().get_many, {}, keys)

    def has_key(self, key: Any) -> Any:
        return self._asked(super().has_key, False, key)

    def incr(self, key: Any, delta: Any) -> Any:
        # The first count of what was just begun.
        return self._asked(super().incr, delta, key, delta)

    def set_many(self, data: Any, timeout: Any) -> None:
        self._asked(super().set_many, None, data, timeout)

    def delete_many(self, keys: Any) -> None:
        self._asked(super().delete_many, None, keys)

    def clear(self) -> Any:
        return self._asked(super().clear, False)


class Cache(RedisCache):
    """What ``rediscache://`` in ``CACHE_URL`` stands for."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _Client

    def reachable(self) -> bool:
        client: Any = self._cache
        return bool(client.reachable())
