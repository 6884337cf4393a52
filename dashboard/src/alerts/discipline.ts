import { toneRank } from "../map/palette";
import type { Alert } from "../stream/protocol";
import { queueOf } from "./order";

/** A flood: so many new alerts within so long (SCREEN.md, after ISA-18.2: 10 in 10 minutes). */
export const FLOOD_COUNT = 10;
export const FLOOD_MS = 10 * 60_000;
/** Chatter: so many changes of one identity within so long. */
export const CHATTER_COUNT = 3;
export const CHATTER_MS = 60_000;

/** One line of the queue: an alert, or a counter that several are folded into. */
export type QueueRow =
  | { readonly row: "alert"; readonly key: string; readonly alert: Alert; /** Occurrences it stands for. */ readonly times: number }
  | { readonly row: "fold"; readonly key: string; readonly alerts: readonly Alert[]; readonly open: boolean }
  | { readonly row: "shelf"; readonly key: string; readonly alerts: readonly Alert[]; readonly open: boolean };

export interface Discipline {
  /** City time, ms. */
  readonly now: number;
  /** Keys of the folds that the operator has opened. */
  readonly open: ReadonlySet<string>;
}

export const SHELF = "shelf";

/** Whether it is put aside at this moment. */
export const isShelved = ({ shelved }: Alert, now: number): boolean => shelved != null && Date.parse(shelved.until) > now;

/**
 * The queue as an operator can work it: nothing is left out, but 黄 and 蓝 of a flood are folded by
 * district and kind, what chatters is one line, and what is shelved stands aside. 红 and 橙 are
 * always lines of their own. A function of alerts, time and what was opened.
 */
export function queueRows(alerts: Iterable<Alert>, { now, open }: Discipline): QueueRow[] {
  const all = queueOf(alerts);
  const shelved = all.filter((each) => isShelved(each, now));
  const lines = unchattered(all.filter((each) => !isShelved(each, now)));
  const rows = isFlood(all, now) ? folded(lines, open) : lines.map(alertRow);
  return shelved.length === 0 ? rows : [...rows, ...group("shelf", SHELF, shelved.map((alert) => ({ alert, times: 1 })), open)];
}

interface Line {
  readonly alert: Alert;
  readonly times: number;
}

const alertRow = ({ alert, times }: Line): QueueRow => ({ row: "alert", key: alert.id, alert, times });

/** Whether more is new than one person can look at. */
export function isFlood(alerts: Iterable<Alert>, now: number): boolean {
  let fresh = 0;
  for (const { acknowledged, raised } of alerts) if (acknowledged === null && now - Date.parse(raised) < FLOOD_MS) fresh += 1;
  return fresh >= FLOOD_COUNT;
}

const identity = ({ scenario, kind, place, exercise }: Alert): string => [scenario, kind, place, exercise].join("/");

/** Occurrences of what comes and goes all the time are one line: the newest, and how many. */
function unchattered(alerts: readonly Alert[]): Line[] {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const key = identity(alert);
    const held = groups.get(key);
    if (held === undefined) groups.set(key, [alert]);
    else held.push(alert);
  }
  return alerts.flatMap((alert) => {
    const group = groups.get(identity(alert)) ?? [];
    if (group.length < 2 || !chatters(group)) return [{ alert, times: 1 }];
    // The line stands where the gravest of them would, and shows the newest.
    return alert === group[0] ? [{ alert: newest(group), times: group.length }] : [];
  });
}

const newest = (group: readonly Alert[]): Alert => group.reduce((a, b) => (b.occurrence > a.occurrence ? b : a));

/** Whether enough rises and clears lie within a minute. */
function chatters(group: readonly Alert[]): boolean {
  const changes = group
    .flatMap(({ raised, cleared }) => (cleared === null ? [raised] : [raised, cleared]))
    .map((each) => Date.parse(each))
    .sort((a, b) => a - b);
  return changes.some((at, index) => (changes[index + CHATTER_COUNT - 1] ?? Infinity) - at <= CHATTER_MS);
}

const isSlight = ({ alert }: Line): boolean =>
  alert.acknowledged === null && (alert.level === "yellow" || alert.level === "blue");

function folded(lines: readonly Line[], open: ReadonlySet<string>): QueueRow[] {
  const groups = new Map<string, Line[]>();
  for (const line of lines.filter(isSlight)) {
    const key = `fold ${line.alert.district ?? ""} ${line.alert.scenario} ${line.alert.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  const counters = [...groups]
    .filter(([, group]) => group.length > 1)
    .sort(([, a], [, b]) => worst(a) - worst(b) || b.length - a.length);
  const inside = new Set(counters.flatMap(([, group]) => group));
  const waiting = lines.filter((line) => line.alert.acknowledged === null && !inside.has(line));
  const rest = lines.filter((line) => line.alert.acknowledged !== null);
  return [
    ...waiting.map(alertRow),
    ...counters.flatMap(([key, group_]) => group("fold", key, group_, open)),
    ...rest.map(alertRow),
  ];
}

const worst = (lines: readonly Line[]): number => Math.min(...lines.map(({ alert }) => toneRank(alert.level)));

function group(row: "fold" | "shelf", key: string, lines: readonly Line[], open: ReadonlySet<string>): QueueRow[] {
  const isOpen = open.has(key);
  const head: QueueRow = { row, key, alerts: lines.map(({ alert }) => alert), open: isOpen };
  return isOpen ? [head, ...lines.map(alertRow)] : [head];
}
