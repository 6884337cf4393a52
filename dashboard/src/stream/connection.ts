import { parseFrame, type Frame, type Request } from "./protocol";

/**
 * Without a frame for this long the data counts as interrupted: two beats missed, and still
 * within the 3 s in which the page has to say so.
 */
export const SILENCE_MS = 2_200;
/** An open socket silent for this long is taken for dead and replaced. */
export const DEAD_SOCKET_MS = 8_000;
/** A requested snapshot is asked for again after this long. */
export const SNAPSHOT_PATIENCE_MS = 5_000;
export const BACKOFF_FIRST_MS = 500;
/** Practice: long enough to spare a starting hub, short enough to wait for. */
export const BACKOFF_MAX_MS = 15_000;

/** The part of a WebSocket that is used here. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(): void;
}

/** Everything that is not deterministic, handed in so that tests can hold it. */
export interface Surroundings {
  openSocket(url: string): Socket;
  /** Monotonic enough for intervals, ms since the Unix epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  after(ms: number, run: () => void): () => void;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly surroundings: Surroundings;
  /** Takes a frame in. */
  onFrame(frame: Frame): void;
  /** What the address says besides: the view, and where to resume. */
  query(): Readonly<Record<string, string>>;
  onConnected(): void;
}

/** Delay before attempt n (from 0): exponential, capped, the upper half of it random. */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 16));
  return full / 2 + (full / 2) * random;
}

/** Keeps one socket to the hub open, for ever, and resumes where the last one ended. */
export class Connection {
  /** When the last frame came, ms; null before the first. */
  lastFrameAt: number | null = null;
  /** Messages that were no frame of the protocol. */
  unreadable = 0;
  frames = 0;
  private socket: Socket | null = null;
  private opened = false;
  private openedAt = 0;
  private startedAt = 0;
  private attempt = 0;
  private cancelRetry: (() => void) | null = null;
  private cancelWatch: (() => void) | null = null;
  private snapshotAskedAt: number | null = null;
  private stopped = false;

  constructor(private readonly options: ConnectionOptions) {}

  start(): void {
    this.startedAt = this.options.surroundings.now();
    this.open();
    this.watch();
  }

  stop(): void {
    this.stopped = true;
    this.cancelRetry?.();
    this.cancelWatch?.();
    this.abandonSocket();
  }

  /** The network came back, or the page was shown again: do not sit out the backoff. */
  retryNow(): void {
    if (this.socket !== null || this.stopped) return;
    this.cancelRetry?.();
    this.open();
  }

  /** Milliseconds without a frame, counted from the start of the page when there was none. */
  get silentFor(): number {
    return this.options.surroundings.now() - (this.lastFrameAt ?? this.startedAt);
  }

  requestSnapshot(): void {
    this.snapshotAskedAt = this.options.surroundings.now();
    this.send({ kind: "snapshot" });
  }

  /** Says something; what is said before the socket is open is in its address already. */
  send(request: Request): void {
    if (this.opened) this.socket?.send(JSON.stringify(request));
  }

  private open(): void {
    this.cancelRetry = null;
    const { surroundings } = this.options;
    const socket = surroundings.openSocket(this.address());
    this.socket = socket;
    this.openedAt = surroundings.now();
    this.snapshotAskedAt = null;
    this.opened = false;
    socket.onopen = () => {
      this.opened = true;
      this.options.onConnected();
    };
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = () => this.lost(socket);
    // A browser always follows an error with a close: one of them is enough to act on.
    socket.onerror = null;
  }

  private address(): string {
    const query = new URLSearchParams({ ...this.options.query() }).toString();
    return query === "" ? this.options.url : `${this.options.url}?${query}`;
  }

  private receive(data: unknown): void {
    const frame = parseFrame(data);
    if (frame === null) {
      this.unreadable += 1;
      return;
    }
    this.lastFrameAt = this.options.surroundings.now();
    this.frames += 1;
    // A snapshot proves the connection good.
    if (frame.kind === "snapshot") {
      this.attempt = 0;
      this.snapshotAskedAt = null;
    }
    this.options.onFrame(frame);
  }

  private lost(socket: Socket): void {
    if (socket !== this.socket || this.stopped) return;
    this.abandonSocket();
    const { surroundings } = this.options;
    const wait = backoffMs(this.attempt, surroundings.random());
    this.attempt += 1;
    this.cancelRetry = surroundings.after(wait, () => this.open());
  }

  private abandonSocket(): void {
    const socket = this.socket;
    this.socket = null;
    this.opened = false;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private watch(): void {
    const { surroundings } = this.options;
    this.cancelWatch = surroundings.after(500, () => {
      const now = surroundings.now();
      const since = Math.max(this.lastFrameAt ?? 0, this.openedAt);
      if (this.socket !== null && now - since > DEAD_SOCKET_MS) this.lost(this.socket);
      else if (this.snapshotAskedAt !== null && now - this.snapshotAskedAt > SNAPSHOT_PATIENCE_MS) {
        this.requestSnapshot();
      }
      this.watch();
    });
  }
}

/** The real world, in a browser's page or worker. */
export function browserSurroundings(): Surroundings {
  return {
    openSocket: (url) => {
      const socket = new WebSocket(url);
      socket.binaryType = "arraybuffer";
      return socket as unknown as Socket;
    },
    now: () => Date.now(),
    random: () => Math.random(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  };
}
