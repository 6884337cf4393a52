import { describe, expect, it } from "vitest";
import { CLOSED_KEPT, emptyModel, entityCount, entityOf, type CityModel } from "../../src/stream/model";
import type { Frame } from "../../src/stream/protocol";
import { applyFrame } from "../../src/stream/reducer";
import { acknowledgement, alert, CITY_TIME, delta, entity, incident, snapshot } from "../samples";

function after(...frames: Frame[]): CityModel {
  const model = emptyModel();
  for (const frame of frames) applyFrame(model, frame, 1_000);
  return model;
}

const ids = (model: CityModel): (string | null)[] =>
  [...model.tables.values()].flatMap((table) => [...table.used()].map((slot) => table.id(slot)));

describe("snapshot", () => {
  it("replaces all entities and alerts", () => {
    const model = after(snapshot({ entities: [entity("old")], alerts: [alert("old")] }), snapshot());
    expect(ids(model)).toEqual(["parking.lot/a", "parking.lot/b"]);
    expect([...model.alerts.keys()]).toEqual(["parking/saturated/zhongjie#1"]);
  });

  it("keeps the entities where they come in columns, and the alerts where it resumes", () => {
    const { kind, epoch, seq, incident_seq, city_time } = snapshot();
    const model = after(snapshot(), { kind, epoch, seq, incident_seq, city_time, resumed: true, alerts: [] });
    expect([entityCount(model), model.alerts.size]).toEqual([2, 1]);
  });

  it("leaves out alerts that are both cleared and acknowledged", () => {
    const over = alert("over", { cleared: CITY_TIME, acknowledged: acknowledgement });
    expect(after(snapshot({ alerts: [over] })).alerts.size).toBe(0);
  });
});

describe("delta", () => {
  it("upserts and removes", () => {
    const model = after(
      snapshot(),
      delta(42, { upsert: [entity("a", { v: 2, level: "full" }), entity("c")], remove: ["parking.lot/b"] }),
    );
    expect(ids(model)).toEqual(["parking.lot/a", "parking.lot/c"].toSorted());
    expect(entityOf(model, "parking.lot/a")).toEqual(entity("a", { v: 2, level: "full" }));
  });

  it("does not let an older version of an entity win", () => {
    const model = after(
      snapshot({ entities: [entity("a", { v: 9, level: "full" })] }),
      delta(42, { upsert: [entity("a", { v: 8, level: "free" })] }),
    );
    expect(entityOf(model, "parking.lot/a")?.level).toBe("full");
  });
});

it("a new epoch drops what was known of the old one, and sets the clock", () => {
  const model = after(snapshot(), {
    kind: "hello", protocol: 1, epoch: "e2", seq: 0, server_time: CITY_TIME, city_time: CITY_TIME, rate: 60, delay_ms: 12,
  });
  expect([model.epoch, entityCount(model), model.alerts.size]).toEqual(["e2", 0, 0]);
  expect(model.clock).toEqual({ city: Date.parse(CITY_TIME), real: 1_000, rate: 60 });
});

it("the clock of the past stands while its player does", () => {
  const history = { state: "paused", speed: 4, from: CITY_TIME, to: CITY_TIME } as const;
  const beat = { kind: "beat", epoch: "e1", seq: 1, server_time: CITY_TIME, city_time: CITY_TIME, delay_ms: 0, ready: true } as const;
  expect(after(snapshot(), { ...beat, history }).clock?.rate).toBe(0);
  expect(after(snapshot(), { ...beat, history: { ...history, state: "playing" } }).clock?.rate).toBe(4);
});

describe("incident", () => {
  it("raises, changes and ends an alert", () => {
    const raised = alert("beizhan");
    const model = after(snapshot(), incident(18, raised), incident(19, { ...raised, version: 2, cleared: CITY_TIME }));
    expect(model.alerts.get(raised.id)?.cleared).toBe(CITY_TIME);
    applyFrame(model, incident(20, { ...raised, version: 3, cleared: CITY_TIME, acknowledged: acknowledgement }), 0);
    expect(model.alerts.has(raised.id)).toBe(false);
    expect(model.closed.get(raised.id)?.version).toBe(3);
  });

  it("older than what an answer over HTTP brought does not undo it", () => {
    const done = alert("x", { version: 3, cleared: CITY_TIME, acknowledged: acknowledgement });
    expect(after(snapshot(), incident(18, done), incident(19, alert("x", { version: 2 }))).alerts.has(done.id)).toBe(false);
  });

  it("keeps a bounded number of alerts that left the queue", () => {
    const model = after(snapshot());
    for (let n = 0; n < CLOSED_KEPT + 10; n += 1) {
      applyFrame(model, incident(18 + n, alert(`p${n}`, { cleared: CITY_TIME, acknowledged: acknowledgement })), 0);
    }
    expect(model.closed.size).toBe(CLOSED_KEPT);
    expect(model.closed.has("parking/saturated/p0#1")).toBe(false);
  });
});
