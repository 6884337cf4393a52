import { describe, expect, it } from "vitest";
import { Position, type Verdict } from "../../src/stream/position";
import type { Frame } from "../../src/stream/protocol";
import { alert, CITY_TIME, columns, delta, incident, snapshot } from "../samples";

function after(...frames: Frame[]): { position: Position; verdicts: Verdict[] } {
  const position = new Position();
  return { position, verdicts: frames.map((frame) => position.judge(frame)) };
}
const asked = (verdicts: Verdict[]): boolean[] => verdicts.map(({ ask }) => ask);
const taken = (verdicts: Verdict[]): boolean[] => verdicts.map(({ take }) => take);

describe("telemetry", () => {
  it("follows its sequence, and drops what comes twice", () => {
    const { position, verdicts } = after(snapshot(), delta(42), delta(42));
    expect(taken(verdicts)).toEqual([true, true, false]);
    expect(position.seq).toBe(42);
  });

  it("asks once at a gap, and skips deltas until a snapshot comes", () => {
    const { position, verdicts } = after(snapshot(), delta(44, { prev: 43 }), delta(45), snapshot({ seq: 45 }), delta(46));
    expect(asked(verdicts)).toEqual([false, true, false, false, false]);
    expect(taken(verdicts)).toEqual([true, false, false, true, true]);
    expect(position.gaps.telemetry).toBe(1);
  });

  it("of another epoch asks for a snapshot", () => {
    expect(asked(after(snapshot(), delta(42, { epoch: "e2" })).verdicts)).toEqual([false, true]);
  });

  it("in columns may pass over several deltas, and a whole frame replaces everything", () => {
    const { position, verdicts } = after(snapshot(), columns(60, null), columns(64, 60), columns(3, null));
    expect(taken(verdicts)).toEqual([true, true, true, true]);
    expect([position.seq, position.gaps.telemetry]).toEqual([3, 0]);
  });
});

describe("incidents", () => {
  it("are taken in order, and one that comes twice is dropped and counted", () => {
    const { position, verdicts } = after(snapshot(), incident(18, alert("x")), incident(18, alert("x")));
    expect(taken(verdicts)).toEqual([true, true, false]);
    expect([position.incidentSeq, position.gaps.repeated]).toEqual([18, 1]);
  });

  it("behind a gap are taken, and a snapshot is asked for once", () => {
    const { position, verdicts } = after(
      snapshot(), incident(20, alert("x"), { prev: 19 }), incident(21, alert("y")), snapshot({ incident_seq: 21 }), incident(22, alert("w")),
    );
    expect(taken(verdicts)).toEqual([true, true, true, true, true]);
    expect(asked(verdicts)).toEqual([false, true, false, false, false]);
    expect(position.gaps.incidents).toBe(1);
  });

  it("keep their place over a resumed snapshot", () => {
    const { position, verdicts } = after(snapshot(), snapshot({ seq: 90, incident_seq: 19, resumed: true }), incident(18, alert("x")));
    expect(position.incidentSeq).toBe(18);
    expect(asked(verdicts)).toEqual([false, false, false]);
  });
});

it("forgets its places with the epoch they belong to; a beat of a new one asks once", () => {
  const beat: Frame = { kind: "beat", epoch: "e2", seq: 1, server_time: CITY_TIME, city_time: CITY_TIME, delay_ms: 5, ready: true };
  const { position, verdicts } = after(snapshot(), beat, beat, snapshot({ epoch: "e2", seq: 3, incident_seq: 4 }));
  expect(asked(verdicts)).toEqual([false, true, false, false]);
  expect([position.epoch, position.seq, position.incidentSeq]).toEqual(["e2", 3, 4]);
});
