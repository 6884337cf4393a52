import { describe, expect, it } from "vitest";
import { queueOf } from "../../src/alerts/order";
import { acknowledgement, alert, assessment } from "../samples";

const order = (...alerts: Parameters<typeof queueOf>[0][]): string[] =>
  queueOf(alerts.flatMap((each) => [...each])).map((each) => each.place);

describe("the queue", () => {
  it("puts the unacknowledged first, whatever the level", () => {
    expect(order([alert("red", { level: "red", acknowledged: acknowledgement }), alert("blue", { level: "blue" })])).toEqual([
      "blue",
      "red",
    ]);
  });

  it("puts false alarms last, whatever the level", () => {
    const seen = { acknowledged: acknowledgement };
    const dismissed = alert("false", { ...seen, level: "red", assessment: assessment("false") });
    const real = alert("real", { ...seen, level: "blue", assessment: assessment("real") });
    expect(order([dismissed, real, alert("new", { level: "blue" })])).toEqual(["new", "real", "false"]);
  });

  it("takes a false alarm that has become graver, and so lost its acknowledgement, for new", () => {
    const graver = alert("graver", { level: "red", assessment: assessment("false") });
    const seen = alert("seen", { acknowledged: acknowledgement });
    expect(order([seen, graver])).toEqual(["graver", "seen"]);
  });

  it("then orders red, orange, yellow, blue", () => {
    const mixed = (["blue", "red", "yellow", "orange"] as const).map((level) => alert(level, { level }));
    expect(order(mixed)).toEqual(["red", "orange", "yellow", "blue"]);
  });

  it("then the longest waiting first", () => {
    const at = (place: string, raised: string): ReturnType<typeof alert> => alert(place, { raised });
    expect(order([at("new", "2026-11-23T08:10:00.000Z"), at("old", "2026-11-23T07:10:00.000Z")])).toEqual(["old", "new"]);
  });

  it("keeps a cleared alert that nobody has acknowledged in its place", () => {
    const cleared = alert("cleared", { level: "red", cleared: "2026-11-23T08:10:00.000Z" });
    expect(order([alert("active", { level: "orange" }), cleared])).toEqual(["cleared", "active"]);
  });

  it("is the same whatever the order of arrival", () => {
    const alerts = ["c", "a", "b"].map((place) => alert(place));
    expect(order(alerts)).toEqual(order(alerts.toReversed()));
  });
});
