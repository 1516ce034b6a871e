"""Answer what people ask about a memoized function: why a miss, and may the old entries stay."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from memofp import _config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from memofp._call import Plan
    from memofp._explain import Explanation, Question
    from memofp._explain._accept import Proposal
    from memofp._memoize._core import Core
    from memofp._store._accepted import Acceptance

__all__ = ["accept", "explain", "explain_code", "log_miss", "propose", "withdraw"]


def explain(core: Core, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Explanation:
    """Explain one call; see `Memoized.explain`."""
    from memofp._call import describe_call
    from memofp._explain import Explanation, explain_call

    plan, key = core.find_key(args, kwargs)
    arguments = describe_call(plan, args, kwargs)
    if _config.is_disabled():
        text = "memoization is switched off, by memofp.disabled() or MEMOFP_DISABLE"
        return Explanation(core.name, False, "disabled", text, arguments, key.hex(), plan.fingerprint.digest)
    return explain_call(_question(core, plan, key, arguments))


def explain_code(core: Core) -> Explanation:
    """Explain whether entries are there for a function's code as it is now, whatever the arguments."""
    from memofp._explain import explain_code

    return explain_code(_question(core, core.plan()))


def log_miss(core: Core, plan: Plan, key: bytes, arguments: str) -> None:
    """Say in one line why a call is a miss, if somebody wants to know.

    Wanted by `MEMOFP_LOG=miss` in the environment, or by level INFO of the logger `memofp`.
    """
    is_asked = "miss" in os.environ.get("MEMOFP_LOG", "")
    if not is_asked and "logging" not in sys.modules:
        return
    import logging

    logger = logging.getLogger("memofp")
    if not is_asked and not logger.isEnabledFor(logging.INFO):
        return
    from memofp._explain import explain_call

    line = explain_call(_question(core, plan, key, arguments)).line
    if logger.isEnabledFor(logging.INFO) and logger.hasHandlers():
        logger.info("%s", line)
    else:
        print(f"memofp: {line}", file=sys.stderr)


def propose(core: Core, version: str | None) -> Proposal:
    """Return what `accept` would do."""
    from memofp._explain._accept import propose

    fingerprint = core.plan().fingerprint
    return propose(core.store, core.name, fingerprint.digest, fingerprint.manifest, version)


def accept(core: Core, proposal: Proposal) -> Acceptance:
    """Carry a proposal out, for this process too."""
    from memofp._explain._accept import accept

    made = accept(core.store, proposal)
    core.forget_plan()
    return made


def withdraw(core: Core) -> Acceptance:
    """Take the acceptance of today's code back, for this process too."""
    from memofp._explain._accept import withdraw

    version = core.plan().fingerprint.digest
    gone = withdraw(core.store, core.name, version)
    core.forget_plan()
    return gone


def _question(core: Core, plan: Plan, key: bytes = b"", arguments: str = "") -> Question:
    from memofp._explain import Question

    with_python = _config.current.python_in_key
    return Question(
        function=core.name,
        store=core.store,
        version=plan.fingerprint.digest,
        manifest=plan.fingerprint.manifest,
        serves=plan.serves,
        key=key,
        arguments=arguments,
        ttl_s=core.options.ttl_s,
        is_refreshed=core.options.is_refreshed,
        python=f"{sys.version_info[0]}.{sys.version_info[1]}" if with_python else None,
    )
