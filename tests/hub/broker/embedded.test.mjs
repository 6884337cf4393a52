import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MAX_QUEUED_MESSAGES } from '../../../hub/broker/embedded/limits.mjs'
import { PacketLimit } from '../../../hub/broker/embedded/packet-limit.mjs'
import { SessionQueue } from '../../../hub/broker/embedded/session-queue.mjs'

const packet = (brokerCounter, payload = 'x') =>
  ({ cmd: 'publish', brokerId: 'b', brokerCounter, payload: Buffer.from(payload) })

test('a queue takes its bound and refuses the next', () => {
  const queue = new SessionQueue()
  for (let n = 0; n < MAX_QUEUED_MESSAGES; n++) assert.ok(queue.add(packet(n)))
  assert.equal(queue.add(packet(MAX_QUEUED_MESSAGES)), false)
  queue.update({ ...packet(0), messageId: 7 })
  assert.equal(queue.remove(7).brokerCounter, 0)
  assert.ok(queue.add(packet(MAX_QUEUED_MESSAGES)))
})

test('an identifier that is not known takes nothing out', () => {
  const queue = new SessionQueue()
  queue.add(packet(1))
  assert.equal(queue.remove(9), undefined)
  queue.update({ ...packet(2), messageId: 3 })
  assert.equal(queue.packets.length, 1)
})

test('QoS 2: PUBREL takes the place of its PUBLISH', () => {
  const queue = new SessionQueue()
  queue.add(packet(1))
  queue.update({ ...packet(1), messageId: 5 })
  queue.update({ cmd: 'pubrel', messageId: 5 })
  assert.equal(queue.packets[0].cmd, 'pubrel')
  assert.equal(queue.remove(5).brokerCounter, 1)
  assert.equal(queue.packets.length, 0)
})

test('a packet above the limit is refused, however the bytes arrive', () => {
  const fits = Buffer.from([0x30, 0x80, 0x01, ...Buffer.alloc(128)])
  const large = Buffer.from([0x30, 0x81, 0x01])
  for (const size of [1, 2, 3, 1000]) {
    const limit = new PacketLimit(128)
    const bytes = Buffer.concat([fits, fits, large])
    const answers = []
    for (let at = 0; at < bytes.length; at += size) {
      answers.push(limit.accepts(bytes.subarray(at, at + size)))
    }
    assert.equal(answers.indexOf(false), answers.length - 1)
  }
})

test('a length of five bytes is refused', () => {
  assert.equal(new PacketLimit(128).accepts(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01])), false)
})
