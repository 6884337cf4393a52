const MAX_LENGTH_BYTES = 4 // MQTT 3.1.1, 2.2.3: the remaining length takes one to four bytes

/** Follows the packet boundaries of a byte stream and tells when a packet is announced too large. */
export class PacketLimit {
  #max
  #body = 0 // bytes of the current packet's body still to come
  #shift = -1 // -1: the next byte is a packet type; else: the length bytes read so far
  #length = 0

  constructor (max) {
    this.#max = max
  }

  /** Takes the next chunk; false once a packet of more than the limit has been announced. */
  accepts (chunk) {
    for (let at = 0; at < chunk.length;) {
      if (this.#body > 0) {
        const step = Math.min(this.#body, chunk.length - at)
        this.#body -= step
        at += step
      } else if (!this.#header(chunk[at++])) {
        return false
      }
    }
    return true
  }

  #header (byte) {
    if (this.#shift < 0) {
      this.#shift = 0
      this.#length = 0
      return true
    }
    this.#length += (byte & 0x7f) * 128 ** this.#shift++
    if (this.#length > this.#max || this.#shift > MAX_LENGTH_BYTES) return false
    if (byte < 0x80) {
      this.#body = this.#length
      this.#shift = -1
    }
    return true
  }
}

/** Ends a socket whose peer announces a packet above `max` bytes, before it is buffered. */
export function limitPackets (socket, max) {
  const limit = new PacketLimit(max)
  const read = socket.read.bind(socket)
  // Aedes pulls with read(); a transform in between would copy every message.
  socket.read = (size) => {
    const chunk = read(size)
    if (chunk === null || limit.accepts(chunk)) return chunk
    socket.destroy(new Error(`packet above ${max} bytes`))
    return null
  }
}
