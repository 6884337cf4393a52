import type { Frame } from "./protocol";

/** What becomes of a frame: whether the page takes it in, and whether a snapshot must be asked for. */
export interface Verdict {
  readonly take: boolean;
  readonly ask: boolean;
}

const TAKE: Verdict = { take: true, ask: false };
const DROP: Verdict = { take: false, ask: false };
const TAKE_AND_ASK: Verdict = { take: true, ask: true };
const DROP_AND_ASK: Verdict = { take: false, ask: true };

/**
 * A client's places in the two planes: it finds gaps and repeats, so that whoever takes the frames
 * in need not. A function of the frames alone: it reads no clock and does no I/O.
 */
export class Position {
  epoch: string | null = null;
  /** Sequence of the last telemetry frame. */
  seq = -1;
  /** Sequence of the last incident; null until a snapshot gave one. */
  incidentSeq: number | null = null;
  /** A gap was seen and a snapshot asked for: deltas are skipped until it comes. */
  awaiting = false;
  /** Telemetry frames missed, incidents missed, incidents that came twice. */
  readonly gaps = { telemetry: 0, incidents: 0, repeated: 0 };

  judge(frame: Frame): Verdict {
    switch (frame.kind) {
      case "hello":
        this.enter(frame.epoch);
        return TAKE;
      case "snapshot":
        this.enter(frame.epoch);
        this.awaiting = false;
        this.seq = frame.seq;
        // Of a resumed one the missed incidents follow one by one: our place stays where it is.
        if (frame.resumed) this.incidentSeq ??= frame.incident_seq;
        else this.incidentSeq = frame.incident_seq;
        return TAKE;
      case "delta":
      case "columns":
        return this.telemetry(frame);
      case "incident":
        return this.incident(frame);
      case "beat":
        if (frame.epoch === this.epoch || this.awaiting) return TAKE;
        this.awaiting = true;
        return TAKE_AND_ASK;
      case "bye":
        return TAKE;
    }
  }

  private telemetry({ epoch, seq, prev }: { epoch: string; seq: number; prev: number | null }): Verdict {
    if (prev === null && epoch === this.epoch) {
      this.seq = seq;
      return TAKE;
    }
    if (this.awaiting) return DROP;
    if (epoch === this.epoch && seq <= this.seq) return DROP;
    if (epoch === this.epoch && prev === this.seq) {
      this.seq = seq;
      return TAKE;
    }
    this.gaps.telemetry += 1;
    this.awaiting = true;
    return DROP_AND_ASK;
  }

  private incident({ epoch, seq, prev }: { epoch: string; seq: number; prev: number }): Verdict {
    if (epoch !== this.epoch || this.incidentSeq === null) {
      if (this.awaiting) return DROP;
      this.awaiting = true;
      return DROP_AND_ASK;
    }
    if (seq <= this.incidentSeq) {
      this.gaps.repeated += 1;
      return DROP;
    }
    // Even behind a gap the alert itself is true and newer: it is shown, and what is missing fetched.
    if (prev === this.incidentSeq) {
      this.incidentSeq = seq;
      return TAKE;
    }
    if (this.awaiting) return TAKE;
    this.gaps.incidents += 1;
    this.awaiting = true;
    return TAKE_AND_ASK;
  }

  /** A new epoch means that history was lost: nothing numbered before holds any more. */
  private enter(epoch: string): void {
    if (this.epoch === epoch) return;
    this.epoch = epoch;
    this.seq = -1;
    this.incidentSeq = null;
  }
}
