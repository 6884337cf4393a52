"""`cityhub explain ALERT_ID`: why an alert is as it is."""

from typing import Annotated

import msgspec
import typer
from rich.tree import Tree

from hub.cli.errors import CommandFailed
from hub.cli.running import open_log, run
from hub.cli.terminal import local_text, output, print_json, safe
from hub.log.reasons import explain as read
from hub.model.alert import Alert
from hub.model.reason import Reason
from hub.settings import Settings


def explain(
    ctx: typer.Context,
    alert_id: Annotated[str, typer.Argument(metavar="ALERT_ID", help="as the screen shows it")],
    *,
    json: Annotated[bool, typer.Option("--json", help="print it as JSON")] = False,
) -> None:
    """Tell why an alert changed: the event, the handler, the state before and after, the timers."""
    found = run(_read(ctx.obj, alert_id))
    if found is None:
        raise CommandFailed(f"no alert {alert_id!r}", "an id ends in #1, #2, …: see /api/alerts")
    alert, reasons = found
    if json:
        print_json({"alert": alert, "reasons": reasons})
    else:
        output().print(_tree(alert, reasons))


async def _read(settings: Settings, alert_id: str) -> tuple[Alert, list[Reason]] | None:
    async with open_log(settings) as opened:
        return await read(opened.redis, opened.partitioning.names, alert_id)


def _tree(alert: Alert, reasons: list[Reason]) -> Tree:
    state = f"since {local_text(alert.raised)}"
    if alert.cleared:
        state += f", cleared {local_text(alert.cleared)}"
    tree = Tree(f"{safe(alert.id)}  {alert.level}  {safe(alert.title)}  ({state})")
    if not reasons:
        tree.add("no reasons are kept: it is the hub's own alert, or older than what is kept")
    for reason in reasons:
        what = f"{reason.level}: {safe(reason.title)}" if reason.active else "cleared"
        node = tree.add(f"{local_text(reason.time)}  {what}")
        node.add(f"by {safe(reason.handler)} for {safe(reason.key) or '(no key)'}")
        event = node.add(f"event {safe(reason.event.type)} at {reason.position}")
        event.add(f"from {safe(reason.event.source)}, id {safe(reason.event.id)}")
        if reason.event.time is not None:
            event.add(f"its own time {local_text(reason.event.time)}")
        event.add(safe(bytes(reason.event.data).decode()))
        _states(node, reason)
        for timer in reason.timers:
            node.add(f"timer {safe(timer.name)} due {local_text(timer.due)}")
    return tree


def _states(node: Tree, reason: Reason) -> None:
    """Show the state after, and what of it was otherwise before."""
    before, after = msgspec.json.decode(reason.before), msgspec.json.decode(reason.after)
    if after is None:
        return
    if not isinstance(after, dict) or not isinstance(before, dict):
        node.add(f"state {safe(bytes(reason.after).decode())}")
        return
    state = node.add("state")
    for name in sorted({*after, *before}):
        old, new = before.get(name), after.get(name)
        state.add(safe(f"{name}: {new}" if old == new else f"{name}: {old} → {new}"))
