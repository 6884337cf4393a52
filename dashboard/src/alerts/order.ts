import { toneRank } from "../map/palette";
import type { Alert } from "../stream/protocol";

/** Unacknowledged first, then red to blue, then the oldest: it has waited longest. */
export function compareAlerts(a: Alert, b: Alert): number {
  return (
    Number(a.acknowledged !== null) - Number(b.acknowledged !== null) ||
    toneRank(a.level) - toneRank(b.level) ||
    Date.parse(a.raised) - Date.parse(b.raised) ||
    (a.id < b.id ? -1 : Number(a.id > b.id))
  );
}

export function queueOf(alerts: Iterable<Alert>): Alert[] {
  return [...alerts].sort(compareAlerts);
}
