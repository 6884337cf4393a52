import { beforeEach, describe, expect, it } from "vitest";
import {
  BACKOFF_FIRST_MS, BACKOFF_MAX_MS, backoffMs, Connection, DEAD_SOCKET_MS, SNAPSHOT_PATIENCE_MS, type Socket,
} from "../../src/stream/connection";
import type { Frame } from "../../src/stream/protocol";
import { delta, snapshot } from "../samples";

/** A clock that stands still until told to go on, with the timers that hang on it. */
class Clock {
  time = 1_000_000;
  private timers: { at: number; run: () => void }[] = [];

  after = (ms: number, run: () => void): (() => void) => {
    const timer = { at: this.time + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  };

  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const next = this.timers.filter((each) => each.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((each) => each !== next);
      this.time = next.at;
      next.run();
    }
    this.time = end;
  }
}

class Pipe implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: string[] = [];
  closed = false;

  constructor(readonly url: string) {}

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.closed = true;
  }

  deliver(frame: Frame | string): void {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }
}

let clock: Clock;
let pipes: Pipe[];
let point: Record<string, string>;
let connection: Connection;

beforeEach(() => {
  clock = new Clock();
  pipes = [];
  point = {};
  connection = new Connection({
    url: "ws://hub/ws/city",
    surroundings: {
      openSocket: (url) => {
        const pipe = new Pipe(url);
        pipes.push(pipe);
        return pipe;
      },
      now: () => clock.time,
      random: () => 1,
      after: clock.after,
    },
    onFrame: () => undefined,
    query: () => point,
    onConnected: () => undefined,
  });
  connection.start();
});

const last = (): Pipe => pipes[pipes.length - 1] as Pipe;

describe("backoff", () => {
  it("doubles to its limit, and is random in its upper half", () => {
    expect(backoffMs(0, 0)).toBe(BACKOFF_FIRST_MS / 2);
    expect(backoffMs(0, 1)).toBe(BACKOFF_FIRST_MS);
    expect(backoffMs(3, 1)).toBe(BACKOFF_FIRST_MS * 8);
    expect(backoffMs(1_000, 1)).toBe(BACKOFF_MAX_MS);
  });

  it("grows while connecting fails, and starts anew after a snapshot", () => {
    const waits: number[] = [];
    const loseAndWait = (): void => {
      const lostAt = clock.time;
      const count = pipes.length;
      last().onclose?.();
      while (pipes.length === count) clock.advance(10);
      waits.push(clock.time - lostAt);
    };
    loseAndWait();
    loseAndWait();
    last().deliver(snapshot());
    loseAndWait();
    expect(waits).toEqual([BACKOFF_FIRST_MS, BACKOFF_FIRST_MS * 2, BACKOFF_FIRST_MS]);
  });
});

describe("connection", () => {
  it("opens without parameters first, and resumes by epoch and sequence after", () => {
    expect(last().url).toBe("ws://hub/ws/city");
    point = { epoch: "e 1", incident_seq: "17" };
    last().onclose?.();
    clock.advance(BACKOFF_MAX_MS);
    expect(last().url).toBe("ws://hub/ws/city?epoch=e+1&incident_seq=17");
  });

  it("tells for how long no frame has come", () => {
    last().deliver(snapshot());
    clock.advance(700);
    last().deliver(delta(42));
    clock.advance(300);
    expect(connection.silentFor).toBe(300);
  });

  it("counts the silence from the start when no frame ever came, whatever is tried", () => {
    clock.advance(1_000);
    last().onclose?.();
    clock.advance(4_000);
    expect(connection.silentFor).toBe(5_000);
  });

  it("replaces an open socket that has gone silent", () => {
    last().deliver(snapshot());
    clock.advance(DEAD_SOCKET_MS + 2_000);
    expect(pipes.length).toBeGreaterThan(1);
    expect(pipes[0]?.closed).toBe(true);
  });

  it("ignores what an abandoned socket still says", () => {
    const [first] = pipes;
    const late = first?.onclose;
    late?.();
    clock.advance(BACKOFF_MAX_MS);
    late?.();
    clock.advance(BACKOFF_FIRST_MS);
    expect(pipes.length).toBeLessThanOrEqual(3);
    expect(last().closed).toBe(false);
  });

  it("counts what is no frame, and lives on", () => {
    for (const text of ["<html>", "7", "null", '{"kind":"nonsense","epoch":"e","seq":1}']) last().deliver(text);
    last().deliver(snapshot());
    expect([connection.unreadable, connection.frames]).toEqual([4, 1]);
  });

  it("asks again for a snapshot that does not come", () => {
    connection.requestSnapshot();
    expect(last().sent).toEqual([]);
    last().onopen?.();
    last().deliver(snapshot());
    connection.requestSnapshot();
    for (let n = 0; n < 12; n += 1) {
      clock.advance(500);
      last().deliver(delta(43 + n));
    }
    expect(last().sent.length).toBe(2);
    expect(SNAPSHOT_PATIENCE_MS).toBeLessThan(6_000);
    expect(last().sent[0]).toBe('{"kind":"snapshot"}');
  });

  it("tries at once when the network is back, and leaves a living socket alone", () => {
    connection.retryNow();
    expect(pipes.length).toBe(1);
    last().onclose?.();
    connection.retryNow();
    expect(pipes.length).toBe(2);
  });

  it("stays closed once stopped", () => {
    connection.stop();
    clock.advance(60_000);
    expect(pipes.length).toBe(1);
    expect(last().closed).toBe(true);
  });
});
