import { Connection, type Surroundings } from "./connection";
import type { FromWorker, ToWorker } from "./messages";
import { Position } from "./position";
import type { Frame } from "./protocol";

/** The only layer that stays interesting when nobody looks. */
const HIDDEN_VIEW = "tile";

/**
 * One line to the hub, as it runs in a worker: keeps the connection, decodes, finds gaps, and hands
 * over frames that can be taken in blindly. `post` is given what may be moved instead of copied.
 */
export class Line {
  private readonly position = new Position();
  private connection: Connection | null = null;
  private query: Readonly<Record<string, string>> = {};
  private telemetry = true;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly post: (message: FromWorker, moved: ArrayBuffer[]) => void,
  ) {}

  hear(message: ToWorker): void {
    switch (message.type) {
      case "open":
        { this.open(message.url, message.query); return; }
      case "say":
        return this.connection?.send(message.request);
      case "took":
        return this.connection?.send({ kind: "ack", seq: message.seq });
      case "telemetry":
        { this.want(message.wanted); return; }
      case "retry":
        return this.connection?.retryNow();
      case "close":
        return this.connection?.stop();
    }
  }

  private open(url: string, query: Readonly<Record<string, string>>): void {
    this.query = query;
    this.connection = new Connection({
      url,
      surroundings: this.surroundings,
      query: () => ({ ...this.query, ...this.view(), ...this.resumption() }),
      onConnected: () => this.post({ type: "connected" }, []),
      onFrame: (frame) => this.take(frame),
    });
    this.connection.start();
  }

  private view(): Record<string, string> {
    return this.telemetry ? {} : { layers: HIDDEN_VIEW };
  }

  private resumption(): Record<string, string> {
    const { epoch, incidentSeq } = this.position;
    return epoch === null || incidentSeq === null ? {} : { epoch, incident_seq: String(incidentSeq) };
  }

  private want(wanted: boolean): void {
    if (wanted === this.telemetry) return;
    this.telemetry = wanted;
    this.connection?.send(wanted ? { kind: "subscribe" } : { kind: "subscribe", layers: [HIDDEN_VIEW] });
  }

  private take(frame: Frame): void {
    const { take, ask } = this.position.judge(frame);
    if (ask) this.connection?.requestSnapshot();
    const columns = frame.kind === "columns";
    // A tab that nobody sees takes its telemetry and forgets it: on its return everything comes anew.
    if (!take || (columns && !this.telemetry)) {
      if (columns) this.connection?.send({ kind: "ack", seq: frame.seq });
      return;
    }
    const { frames, unreadable } = this.connection ?? { frames: 0, unreadable: 0 };
    const { telemetry, incidents } = this.position.gaps;
    const facts = { frames, unreadable, refetched: telemetry + incidents };
    this.post({ type: "frame", frame, facts }, columns ? [frame.buffer] : []);
  }
}
