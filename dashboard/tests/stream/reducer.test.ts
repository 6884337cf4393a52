import { describe, expect, it } from "vitest";
import { CLOSED_KEPT, emptyModel, type CityModel } from "../../src/stream/model";
import type { Frame } from "../../src/stream/protocol";
import { applyFrame, type Effect } from "../../src/stream/reducer";
import { acknowledgement, alert, CITY_TIME, delta, entity, incident, snapshot } from "../samples";

function after(...frames: Frame[]): { model: CityModel; effects: Effect[] } {
  const model = emptyModel();
  return { model, effects: frames.map((frame) => applyFrame(model, frame, 1_000)) };
}

const ids = (model: CityModel): string[] => [...model.entities.keys()];

describe("snapshot", () => {
  it("replaces all entities and alerts and sets both sequences", () => {
    const { model, effects } = after(
      snapshot({ entities: [entity("old")], alerts: [alert("old")] }),
      snapshot({ seq: 50, incident_seq: 20 }),
    );
    expect(ids(model)).toEqual(["parking.lot/a", "parking.lot/b"]);
    expect([...model.alerts.keys()]).toEqual(["parking/saturated/zhongjie#1"]);
    expect([model.seq, model.incidentSeq]).toEqual([50, 20]);
    expect(effects).toEqual(["snapshot-taken", "snapshot-taken"]);
  });

  it("indexes the entities by layer", () => {
    const { model } = after(snapshot({ entities: [entity("a"), entity("x", { id: "tile/x", layer: "tile" })] }));
    expect([...(model.layers.get("tile")?.keys() ?? [])]).toEqual(["tile/x"]);
    expect(model.layers.get("parking.lot")?.size).toBe(1);
  });

  it("leaves out alerts that are both cleared and acknowledged", () => {
    const over = alert("over", { cleared: CITY_TIME, acknowledged: acknowledgement });
    expect(after(snapshot({ alerts: [over] })).model.alerts.size).toBe(0);
  });

  it("tells the map to draw everything anew", () => {
    expect(after(snapshot()).model.dirty).toBeNull();
  });
});

describe("delta", () => {
  it("upserts and removes, and follows the sequence", () => {
    const { model, effects } = after(
      snapshot(),
      delta(42, { upsert: [entity("a", { v: 2, level: "full" }), entity("c")], remove: ["parking.lot/b"] }),
    );
    expect(ids(model)).toEqual(["parking.lot/a", "parking.lot/c"]);
    expect(model.entities.get("parking.lot/a")?.level).toBe("full");
    expect([...(model.layers.get("parking.lot")?.keys() ?? [])]).toEqual(["parking.lot/a", "parking.lot/c"]);
    expect(model.seq).toBe(42);
    expect(effects[1]).toBe("none");
  });

  it("names what the map has to draw again", () => {
    const { model } = after(snapshot());
    model.dirty = new Set();
    applyFrame(model, delta(42, { upsert: [entity("a", { v: 2 })], remove: ["parking.lot/b"] }), 0);
    expect(model.dirty).toEqual(new Set(["parking.lot/a", "parking.lot/b"]));
  });

  it("does not let an older version of an entity win", () => {
    const { model } = after(
      snapshot({ entities: [entity("a", { v: 9, level: "full" })] }),
      delta(42, { upsert: [entity("a", { v: 8, level: "free" })] }),
    );
    expect(model.entities.get("parking.lot/a")?.level).toBe("full");
  });

  it("is ignored when it comes twice", () => {
    const { model, effects } = after(snapshot(), delta(42), delta(42, { remove: ["parking.lot/a"] }));
    expect(model.entities.size).toBe(2);
    expect(effects[2]).toBe("none");
  });

  it("asks once for a snapshot at a gap and skips deltas until it comes", () => {
    const { model, effects } = after(
      snapshot(),
      delta(44, { prev: 43, remove: ["parking.lot/a"] }),
      delta(45, { remove: ["parking.lot/b"] }),
      snapshot({ seq: 45 }),
      delta(46, { remove: ["parking.lot/a"] }),
    );
    expect(effects).toEqual(["snapshot-taken", "request-snapshot", "none", "snapshot-taken", "none"]);
    expect(ids(model)).toEqual(["parking.lot/b"]);
    expect(model.gaps.telemetry).toBe(1);
  });

  it("of another epoch asks for a snapshot", () => {
    expect(after(snapshot(), delta(42, { epoch: "e2" })).effects[1]).toBe("request-snapshot");
  });
});

describe("epoch", () => {
  it("of a new history drops what was numbered in the old one", () => {
    const hello: Frame = {
      kind: "hello", protocol: 1, epoch: "e2", seq: 0, server_time: CITY_TIME, city_time: CITY_TIME, rate: 60, delay_ms: 12,
    };
    const { model } = after(snapshot(), hello);
    expect([model.epoch, model.incidentSeq, model.entities.size, model.alerts.size]).toEqual(["e2", null, 0, 0]);
    expect(model.clock).toEqual({ city: Date.parse(CITY_TIME), real: 1_000, rate: 60 });
  });

  it("that a beat is first to show asks for a snapshot", () => {
    const beat: Frame = {
      kind: "beat", epoch: "e2", seq: 1, server_time: CITY_TIME, city_time: CITY_TIME, delay_ms: 5, ready: true,
    };
    const { effects, model } = after(snapshot(), beat, beat);
    expect(effects.slice(1)).toEqual(["request-snapshot", "none"]);
    expect(model.ready).toBe(true);
  });
});

describe("incident", () => {
  it("raises, changes and ends an alert in order", () => {
    const raised = alert("beizhan");
    const { model } = after(snapshot(), incident(18, raised), incident(19, { ...raised, version: 2, cleared: CITY_TIME }));
    expect(model.alerts.get(raised.id)?.cleared).toBe(CITY_TIME);
    applyFrame(model, incident(20, { ...raised, version: 3, cleared: CITY_TIME, acknowledged: acknowledgement }), 0);
    expect(model.alerts.has(raised.id)).toBe(false);
    expect(model.closed.get(raised.id)?.version).toBe(3);
    expect(model.incidentSeq).toBe(20);
  });

  it("that comes twice changes nothing and is counted", () => {
    const { model } = after(snapshot(), incident(18, alert("x")), incident(18, alert("x", { version: 5, level: "red" })));
    expect(model.alerts.get("parking/saturated/x#1")?.level).toBe("orange");
    expect(model.gaps.repeated).toBe(1);
  });

  it("older than what an answer over HTTP brought does not undo it", () => {
    const done = alert("x", { version: 3, cleared: CITY_TIME, acknowledged: acknowledgement });
    const { model } = after(snapshot(), incident(18, done), incident(19, alert("x", { version: 2 })));
    expect(model.alerts.has(done.id)).toBe(false);
  });

  it("behind a gap is shown, and asks once for a snapshot", () => {
    const { model, effects } = after(
      snapshot(),
      incident(20, alert("x"), { prev: 19 }),
      incident(21, alert("y")),
      snapshot({ incident_seq: 21, alerts: [alert("x"), alert("y"), alert("z")] }),
      incident(22, alert("w")),
    );
    expect(effects.slice(1)).toEqual(["request-snapshot", "none", "snapshot-taken", "none"]);
    expect([...model.alerts.values()].map((each) => each.place)).toEqual(["x", "y", "z", "w"]);
    expect(model.gaps.incidents).toBe(1);
  });

  it("keeps a bounded number of alerts that left the queue", () => {
    const { model } = after(snapshot());
    for (let n = 0; n < CLOSED_KEPT + 10; n += 1) {
      const over = alert(`p${n}`, { cleared: CITY_TIME, acknowledged: acknowledgement });
      applyFrame(model, incident(18 + n, over), 0);
    }
    expect(model.closed.size).toBe(CLOSED_KEPT);
    expect(model.closed.has("parking/saturated/p0#1")).toBe(false);
  });
});

describe("resume", () => {
  it("keeps alerts and place, and takes the missed incidents one by one", () => {
    const { model, effects } = after(
      snapshot(),
      snapshot({ seq: 90, incident_seq: 19, resumed: true, entities: [entity("c")], alerts: [] }),
      incident(18, alert("x")),
      incident(19, alert("y")),
    );
    expect(ids(model)).toEqual(["parking.lot/c"]);
    expect([...model.alerts.values()].map((each) => each.place)).toEqual(["zhongjie", "x", "y"]);
    expect([model.seq, model.incidentSeq]).toEqual([90, 19]);
    expect(effects).not.toContain("request-snapshot");
  });
});
