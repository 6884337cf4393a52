/** What the embedded broker may hold and wait for; every figure is our default unless it says so. */

/** Queued per session. Packet identifiers have 16 bits, so more than 65,535 cannot be told apart. */
export const MAX_QUEUED_MESSAGES = 60_000
/** Payload bytes queued per session: a quarter of a GiB, as for mosquitto. */
export const MAX_QUEUED_BYTES = 256 * 1024 * 1024
/** Largest packet taken, 4 MiB, as for mosquitto: the hub refuses large messages itself. */
export const MAX_PACKET_BYTES = 4 * 1024 * 1024
/** Retained topics: two per device, for ten times the 15,000 devices of a large city. */
export const MAX_RETAINED = 300_000
/** Milliseconds between saves: what a kill -9 may lose, as mosquitto's autosave_interval 1. */
export const SAVE_MS = 1_000
/** Milliseconds a client may leave its socket full. Aedes makes every publisher wait for it, so
 * it is closed early; a persistent session loses nothing by that. */
export const DRAIN_MS = 5_000
/** Milliseconds between two lines about the same kind of trouble. */
export const REPORT_MS = 10_000
