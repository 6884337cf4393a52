import { describe, expect, it } from "vitest";
import type { Socket } from "../../src/stream/connection";
import { Line } from "../../src/stream/line";
import type { FromWorker } from "../../src/stream/messages";
import { packed, snapshot } from "../samples";

/** A line with its socket in hand. */
function line(): { line: Line; sockets: Fake[]; posted: FromWorker[]; later: (() => void)[] } {
  const sockets: Fake[] = [];
  const posted: FromWorker[] = [];
  const later: (() => void)[] = [];
  const made = new Line(
    {
      openSocket: (url) => {
        const socket = new Fake(url);
        sockets.push(socket);
        return socket;
      },
      now: () => 0,
      random: () => 1,
      after: (ms, run) => {
        if (ms < 500) return () => undefined;
        later.push(run);
        return () => undefined;
      },
    },
    (message) => posted.push(message),
  );
  made.hear({ type: "open", url: "ws://hub/ws/city", query: { format: "columns" } });
  return { line: made, sockets, posted, later };
}

class Fake implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly sent: unknown[] = [];
  constructor(readonly url: string) {}
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.onclose?.();
  }
  deliver(data: unknown): void {
    this.onmessage?.({ data });
  }
}

const frames = (posted: FromWorker[]): string[] => posted.flatMap((each) => (each.type === "frame" ? [each.frame.kind] : []));

describe("the line of a page", () => {
  it("hands over what follows, and acknowledges what the page took", () => {
    const { line: here, sockets: [socket], posted } = line();
    socket?.onopen?.();
    socket?.deliver(JSON.stringify(snapshot()));
    socket?.deliver(packed(50, null, []));
    expect(frames(posted)).toEqual(["snapshot", "columns"]);
    expect(socket?.sent).toEqual([]);
    here.hear({ type: "took", seq: 50 });
    expect(socket?.sent).toEqual([{ kind: "ack", seq: 50 }]);
  });

  it("takes telemetry without the page while nobody looks, and asks for everything after", () => {
    const { line: here, sockets: [socket], posted } = line();
    socket?.onopen?.();
    socket?.deliver(JSON.stringify(snapshot()));
    here.hear({ type: "telemetry", wanted: false });
    socket?.deliver(packed(50, null, []));
    expect(frames(posted)).toEqual(["snapshot"]);
    here.hear({ type: "telemetry", wanted: true });
    expect(socket?.sent).toEqual([{ kind: "subscribe", layers: ["tile"] }, { kind: "ack", seq: 50 }, { kind: "subscribe" }]);
  });

  it("resumes where it was, with the view that is wanted", () => {
    const { line: here, sockets, later } = line();
    sockets[0]?.onopen?.();
    sockets[0]?.deliver(JSON.stringify(snapshot()));
    here.hear({ type: "telemetry", wanted: false });
    const before = later.length;
    sockets[0]?.onclose?.();
    later.slice(before).forEach((run) => run());
    expect(sockets[1]?.url).toBe("ws://hub/ws/city?format=columns&layers=tile&epoch=e1&incident_seq=17");
  });
});
