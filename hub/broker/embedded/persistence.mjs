import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { deserialize, serialize } from 'node:v8'
import MemoryPersistence from 'aedes-persistence/asyncPersistence.js'
import { MAX_RETAINED } from './limits.mjs'
import { SessionQueue } from './session-queue.mjs'

const FILE = 'sessions.v8'
const { Packet } = MemoryPersistence

/**
 * Aedes' memory persistence with bounded queues, an acknowledgement that takes constant time,
 * and a file that keeps retained messages, subscriptions and queues.
 */
export class FilePersistence extends MemoryPersistence {
  #path
  #report
  #dirty = false
  #retained = new Map() // topic -> packet
  #clients = new Map() // client id -> Map(filter -> subscription)
  #queues = new Map() // client id -> SessionQueue

  /** `folder` exists; `report(kind, detail)` hears of every drop. */
  constructor (folder, report) {
    super()
    this.#path = join(folder, FILE)
    this.#report = report
  }

  async setup (broker) {
    await super.setup(broker)
    const saved = this.#read()
    for (const packet of saved.retained) await this.storeRetained(packet)
    for (const [id, subs] of saved.clients) await this.addSubscriptions({ id }, subs)
    for (const [id, packets] of saved.queues) {
      for (const packet of packets) this.#queue(id).add(packet)
    }
    this.#dirty = false
  }

  #read () {
    const empty = { retained: [], clients: [], queues: [] }
    let bytes
    try {
      bytes = readFileSync(this.#path)
    } catch (error) {
      if (error.code === 'ENOENT') return empty
      throw error
    }
    try {
      return deserialize(bytes)
    } catch (error) {
      this.#report('unreadable', `${this.#path}: ${error.message}; starting empty`)
      return empty
    }
  }

  /** Writes what changed since the last save; the old file stays whole until the new one is. */
  async save () {
    if (!this.#dirty) return
    this.#dirty = false
    const bytes = serialize({
      retained: [...this.#retained.values()],
      clients: [...this.#clients].map(([id, subs]) => [id, [...subs.values()]]),
      queues: [...this.#queues].map(([id, queue]) => [id, queue.packets])
    })
    try {
      await writeFile(`${this.#path}.new`, bytes)
      await rename(`${this.#path}.new`, this.#path)
    } catch (error) {
      this.#dirty = true
      throw error
    }
  }

  #queue (id) {
    let queue = this.#queues.get(id)
    if (!queue) this.#queues.set(id, queue = new SessionQueue())
    return queue
  }

  async storeRetained (packet) {
    const { topic, payload } = packet
    if (payload.length > 0 && !this.#retained.has(topic) && this.#retained.size >= MAX_RETAINED) {
      this.#report('retained-full', topic)
      return
    }
    // A copy: the payload is a view into the whole chunk it was read in.
    const kept = { ...packet, payload: Buffer.from(payload) }
    if (payload.length > 0) this.#retained.set(topic, kept)
    else this.#retained.delete(topic)
    this.#dirty = true
    await super.storeRetained(kept)
  }

  async addSubscriptions (client, subs) {
    const known = this.#clients.get(client.id) ?? new Map()
    this.#clients.set(client.id, known)
    for (const sub of subs) known.set(sub.topic, sub)
    this.#dirty = true
    await super.addSubscriptions(client, subs)
  }

  async removeSubscriptions (client, filters) {
    const known = this.#clients.get(client.id)
    for (const filter of filters) known?.delete(filter)
    this.#dirty = true
    await super.removeSubscriptions(client, filters)
  }

  /** The session ends: its subscriptions and its queue go. */
  async cleanSubscriptions (client) {
    const had = this.#clients.delete(client.id)
    this.#dirty = this.#queues.delete(client.id) || had || this.#dirty
    await super.cleanSubscriptions(client)
  }

  async outgoingEnqueue (sub, packet) {
    if (!this.#queue(sub.clientId).add(new Packet(packet))) this.#report('queue-full', sub.clientId)
    this.#dirty = true
  }

  async outgoingEnqueueCombi (subs, packet) {
    for (const sub of subs) await this.outgoingEnqueue(sub, packet)
  }

  async outgoingUpdate (client, packet) {
    this.#queue(client.id).update(packet)
  }

  async outgoingClearMessageId (client, packet) {
    this.#dirty = true
    return this.#queues.get(client.id)?.remove(packet.messageId)
  }

  outgoingStream (client) {
    return Readable.from(this.#queues.get(client.id)?.packets ?? [])
  }
}
