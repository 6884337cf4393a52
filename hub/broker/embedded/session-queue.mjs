import { MAX_QUEUED_BYTES, MAX_QUEUED_MESSAGES } from './limits.mjs'

const keyOf = (packet) => `${packet.brokerId}:${packet.brokerCounter}`

/** The unacknowledged packets of one persistent session, in order, bounded by count and bytes. */
export class SessionQueue {
  #packets = new Map() // key -> packet
  #keys = new Map() // packet identifier -> key
  #bytes = 0

  get packets () {
    return [...this.#packets.values()]
  }

  /** Adds a packet, or returns false where the queue is full. */
  add (packet) {
    const bytes = this.#bytes + packet.payload.length
    if (this.#packets.size >= MAX_QUEUED_MESSAGES || bytes > MAX_QUEUED_BYTES) return false
    this.#bytes = bytes
    this.#packets.set(keyOf(packet), packet)
    if (packet.messageId) this.#keys.set(packet.messageId, keyOf(packet))
    return true
  }

  /** Notes the identifier a packet was sent with, or its step from PUBLISH to PUBREL. */
  update (packet) {
    const key = packet.brokerId ? keyOf(packet) : this.#keys.get(packet.messageId)
    const stored = this.#packets.get(key)
    // A packet that found the queue full is sent all the same, once.
    if (!stored) return
    if (packet.brokerId) {
      stored.messageId = packet.messageId
    } else {
      const { brokerId, brokerCounter } = stored
      this.#bytes -= stored.payload.length
      this.#packets.set(key, { ...packet, payload: Buffer.alloc(0), brokerId, brokerCounter })
    }
    this.#keys.set(packet.messageId, key)
  }

  /** Takes out the packet acknowledged under this identifier. */
  remove (messageId) {
    const key = this.#keys.get(messageId)
    const stored = this.#packets.get(key)
    this.#keys.delete(messageId)
    if (!stored) return undefined
    this.#packets.delete(key)
    this.#bytes -= stored.payload.length
    return stored
  }
}
