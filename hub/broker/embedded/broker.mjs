/** `node broker.mjs --port N --data DIR`: an MQTT 3.1.1 broker on 127.0.0.1 for one laptop. */
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { parseArgs } from 'node:util'
import { Aedes } from 'aedes'
import { DRAIN_MS, MAX_PACKET_BYTES, REPORT_MS, SAVE_MS } from './limits.mjs'
import { limitPackets } from './packet-limit.mjs'
import { FilePersistence } from './persistence.mjs'

const HOST = '127.0.0.1'

/** One line per kind of trouble and period, with how often it came. */
function makeReport () {
  const kinds = new Map()
  return (kind, detail) => {
    const seen = kinds.get(kind) ?? { total: 0, told: -Infinity }
    kinds.set(kind, seen)
    seen.total += 1
    if (performance.now() - seen.told < REPORT_MS) return
    seen.told = performance.now()
    console.error(`${kind} (${seen.total} so far): ${detail}`)
  }
}

/** Aedes decodes bytes that are no UTF-8 to U+FFFD and would pass the topic on. */
function authorizePublish (client, packet, done) {
  const bad = /[\0\ufffd]/.test(packet.topic) || packet.topic.startsWith('$SYS/')
  done(bad ? new Error(`topic refused: ${JSON.stringify(packet.topic)}`) : null)
}

async function main () {
  const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } })
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65535 || !values.data) {
    throw new Error('usage: broker.mjs --port N --data DIR')
  }
  mkdirSync(values.data, { recursive: true })
  const report = makeReport()
  const persistence = new FilePersistence(values.data, report)
  const broker = await Aedes.createBroker({ persistence, authorizePublish, drainTimeout: DRAIN_MS })
  broker.on('clientError', (client, error) => report('client', `${client.id}: ${error.message}`))
  broker.on('connectionError', (_, error) => report('connection', error.message))

  const server = createServer((socket) => {
    limitPackets(socket, MAX_PACKET_BYTES)
    broker.handle(socket)
  })
  let saving = Promise.resolve()
  const save = () => {
    saving = saving.then(() => persistence.save()).catch((error) => report('save', error.message))
    return saving
  }
  const timer = setInterval(save, SAVE_MS)

  const stop = () => {
    clearInterval(timer)
    server.close()
    broker.close(async () => {
      await save()
      process.exit(0)
    })
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  server.once('error', (error) => {
    console.error(error.message)
    process.exit(1)
  })
  server.listen(port, HOST, () => console.log(`aedes ${broker.version} ready on ${HOST}:${port}`))
}

await main()
