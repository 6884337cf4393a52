import { describe, expect, it } from "vitest";
import { FLOOD_COUNT, FLOOD_MS, queueRows, SHELF, type QueueRow } from "../../src/alerts/discipline";
import { sirenLevel } from "../../src/alerts/siren";
import type { Alert } from "../../src/stream/protocol";
import { acknowledgement, alert, CITY_TIME } from "../samples";

const NOW = Date.parse(CITY_TIME) + 30_000;
const NONE: ReadonlySet<string> = new Set();
const later = (seconds: number): string => new Date(Date.parse(CITY_TIME) + seconds * 1_000).toISOString();
const rows = (alerts: Alert[], open = NONE, now = NOW): QueueRow[] => queueRows(alerts, { now, open });
const many = (count: number, change: Partial<Alert> = {}): Alert[] =>
  Array.from({ length: count }, (_, n) => alert(`p${n}`, { level: "blue", ...change }));
/** What stands in the queue: level of a line, or what folds how many. */
const said = (all: QueueRow[]): string[] =>
  all.map((each) => (each.row === "alert" ? `${each.alert.level}×${each.times}` : `${each.row} ${each.alerts.length}`));

describe("a flood", () => {
  it("folds 黄 and 蓝 by district and kind; 红 and 橙 are always lines of their own", () => {
    const alerts = [
      ...many(6), ...many(3, { level: "yellow" }).map((each) => ({ ...each, id: `y${each.id}`, place: `y${each.place}` })),
      alert("r", { level: "red" }), alert("o"), alert("far", { level: "blue", district: "210181" }),
    ];
    expect(said(rows(alerts))).toEqual(["red×1", "orange×1", "blue×1", "fold 9"]);
  });

  it("hides nothing: a fold that is opened shows every one of its alerts", () => {
    const [fold] = rows(many(FLOOD_COUNT));
    expect(said(rows(many(FLOOD_COUNT), new Set([fold?.key ?? ""])))).toEqual([`fold ${FLOOD_COUNT}`, ...many(FLOOD_COUNT).map(() => "blue×1")]);
  });

  it("is one only while so many are new, and not what was acknowledged", () => {
    expect(rows(many(FLOOD_COUNT - 1)).length).toBe(FLOOD_COUNT - 1);
    expect(rows(many(FLOOD_COUNT), NONE, NOW + FLOOD_MS).length).toBe(FLOOD_COUNT);
    expect(rows(many(FLOOD_COUNT, { acknowledged: acknowledgement })).length).toBe(FLOOD_COUNT);
  });
});

describe("chatter", () => {
  const occurrence = (n: number, from: number, to: number | null): Alert =>
    alert("a", { id: `parking/saturated/a#${n}`, occurrence: n, raised: later(from), cleared: to === null ? null : later(to) });

  it("of three changes in a minute is one line that shows the newest", () => {
    const [row, ...others] = rows([occurrence(1, 0, 10), occurrence(2, 20, null)]);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ row: "alert", times: 2, alert: { occurrence: 2 } });
  });

  it("is none when the changes lie further apart, or in different places", () => {
    expect(rows([occurrence(1, 0, 100), occurrence(2, 200, null)]).length).toBe(2);
    expect(rows([occurrence(1, 0, 10), alert("b")]).length).toBe(2);
  });
});

describe("what is shelved", () => {
  const shelved = { ...acknowledgement, until: later(3_600) };

  it("stands aside, behind all others, until its time is over", () => {
    const alerts = [alert("s", { shelved }), alert("b", { level: "blue" })];
    expect(said(rows(alerts))).toEqual(["blue×1", "shelf 1"]);
    expect(said(rows(alerts, new Set([SHELF])))).toEqual(["blue×1", "shelf 1", "orange×1"]);
    expect(said(rows(alerts, NONE, Date.parse(later(3_601))))).toEqual(["orange×1", "blue×1"]);
  });
});

it("a cleared alert that nobody acknowledged stays", () => {
  expect(said(rows([alert("a", { cleared: CITY_TIME })]))).toEqual(["orange×1"]);
});

describe("the sound", () => {
  it("is for 红 and 橙 until anybody acknowledges", () => {
    expect(sirenLevel([alert("a", { level: "yellow" })], NOW)).toBeNull();
    expect(sirenLevel([alert("a")], NOW)).toBe("orange");
    expect(sirenLevel([alert("a"), alert("r", { level: "red" })], NOW)).toBe("red");
    expect(sirenLevel([alert("r", { level: "red", acknowledged: acknowledgement })], NOW)).toBeNull();
  });

  it("is not for what is shelved, nor for an exercise", () => {
    expect(sirenLevel([alert("a", { shelved: { ...acknowledgement, until: later(60) } })], NOW)).toBeNull();
    expect(sirenLevel([alert("a", { level: "red", exercise: true })], NOW)).toBeNull();
  });
});
