import { toneRank } from "../map/palette";
import type { Alert } from "../stream/protocol";
import { isFalseAlarm } from "./judgement";

/**
 * Unacknowledged first and false alarms last, then red to blue, then the oldest: it has waited
 * longest.
 */
export function compareAlerts(a: Alert, b: Alert): number {
  return (
    stage(a) - stage(b) ||
    toneRank(a.level) - toneRank(b.level) ||
    Date.parse(a.raised) - Date.parse(b.raised) ||
    (a.id < b.id ? -1 : Number(a.id > b.id))
  );
}

function stage(alert: Alert): number {
  if (alert.acknowledged === null) return 0;
  return isFalseAlarm(alert) ? 2 : 1;
}

export function queueOf(alerts: Iterable<Alert>): Alert[] {
  return [...alerts].sort(compareAlerts);
}
