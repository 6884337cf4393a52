import type { FromWorker, LineFacts, ToWorker } from "./messages";
import { emptyModel, type CityModel } from "./model";
import type { Request } from "./protocol";
import { applyFrame } from "./reducer";

/** The part of a Worker that is used here. */
export interface LineWorker {
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  postMessage(message: ToWorker): void;
  terminate(): void;
}

export interface FeedOptions {
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  readonly worker: LineWorker;
  onConnected?(): void;
  /** After each frame that was taken in. */
  onFrame(feed: Feed): void;
}

/** A city as it comes over one line: live, or out of the archive. */
export class Feed {
  readonly model: CityModel = emptyModel();
  facts: LineFacts = { frames: 0, unreadable: 0, refetched: 0 };
  /** When the last frame came, ms; null before the first. */
  lastFrameAt: number | null = null;
  private readonly startedAt = Date.now();

  constructor(private readonly options: FeedOptions) {
    options.worker.onmessage = ({ data }) => this.hear(data);
    this.post({ type: "open", url: options.url, query: options.query });
  }

  /** Milliseconds without a frame, counted from the start when there was none. */
  get silentFor(): number {
    return Date.now() - (this.lastFrameAt ?? this.startedAt);
  }

  say(request: Request): void {
    this.post({ type: "say", request });
  }

  /** Whether anybody sees telemetry; incidents come in any case. */
  want(telemetry: boolean): void {
    this.post({ type: "telemetry", wanted: telemetry });
  }

  retry(): void {
    this.post({ type: "retry" });
  }

  close(): void {
    this.post({ type: "close" });
    this.options.worker.terminate();
  }

  private post(message: ToWorker): void {
    this.options.worker.postMessage(message);
  }

  private hear(message: FromWorker): void {
    if (message.type === "connected") {
      this.options.onConnected?.();
      return;
    }
    this.lastFrameAt = Date.now();
    this.facts = message.facts;
    applyFrame(this.model, message.frame, Date.now());
    if (message.frame.kind === "columns") this.post({ type: "took", seq: message.frame.seq });
    this.options.onFrame(this);
  }
}

/** A line in a thread of its own: decoding never waits for drawing, nor drawing for decoding. */
export function lineWorker(): LineWorker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
}

export function streamUrl(location: Location, path: "city" | "history"): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/${path}`;
}
