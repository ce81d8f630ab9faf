// ASVS 5.2.3: what is small to send and large to unpack. Archives are judged whole before anything of them is written; bodies are not unpacked at all.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { writeZip } from '../namespaces/zip/write-zip.ts'
import { callOf, listRoutes, sendCall } from '../testing/route-calls.ts'
import { openTestServer, type Answer, type TestServer } from '../testing/test-server.ts'

const API = '/api/v1/main'
const MIB = 2 ** 20
const FLOW = 'id: packed\nnamespace: bombs\ntasks: [{ id: t, type: core.debug.Return, format: x }]\n'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

interface Packed {
  readonly path: string
  readonly text?: string
  /** So many zeros instead. */
  readonly zeros?: number
}

async function zipOf(files: readonly Packed[]): Promise<Buffer<ArrayBuffer>> {
  const zeros = Buffer.alloc(MIB)
  const sources = files.map(({ path, text = '', zeros: count }) => ({
    path,
    modifiedMs: 0,
    open: () =>
      Promise.resolve(Readable.from(count === undefined ? [Buffer.from(text)] : Array(count / MIB).fill(zeros))),
  }))
  const chunks: Uint8Array[] = []
  for await (const chunk of writeZip(sources)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What the directory of an archive says of each file, to be changed. */
function entriesOf(zip: Buffer): readonly number[] {
  const places: number[] = []
  let at = zip.readUInt32LE(zip.length - 6)
  for (let index = 0; index < zip.readUInt16LE(zip.length - 12); index++) {
    places.push(at)
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return places
}

const SIZE = 24
const LOCAL = 42

async function bombs(): Promise<Readonly<Record<string, readonly [zip: Buffer<ArrayBuffer>, says: RegExp]>>> {
  const good = [
    { path: 'good.txt', text: 'good' },
    { path: '_flows/packed.yaml', text: FLOW },
  ]
  const large = await zipOf([...good, { path: 'zeros', zeros: 65 * MIB }])
  const modest = await zipOf([...good, { path: 'zeros', zeros: 8 * MIB }])
  const lying = Buffer.from(modest)
  lying.writeUInt32LE(10, (entriesOf(lying)[2] ?? 0) + SIZE)
  const boasting = Buffer.from(modest)
  boasting.writeUInt32LE(9 * MIB, (entriesOf(boasting)[2] ?? 0) + SIZE)
  const shared = await zipOf([...good, ...['a', 'b', 'c'].map(path => ({ path, zeros: 8 * MIB }))])
  const [, , first = 0, ...others] = entriesOf(shared)
  for (const other of others) shared.writeUInt32LE(shared.readUInt32LE(first + LOCAL), other + LOCAL)
  return {
    'a thousand times its size': [large, /unpacks to more than 100 times its size/],
    'more than it says': [lying, /"zeros" is damaged/],
    'less than it says': [boasting, /"zeros" is damaged/],
    'the same bytes as another': [shared, /are the same bytes/],
  }
}

test('an archive of files that unpacks to what it should not is refused, and nothing of it is written', async () => {
  for (const [what, [zip, says]] of Object.entries(await bombs())) {
    const body = new FormData()
    body.append('fileContent', new Blob([zip]), 'files.zip')
    const answer = await server.send('POST', `${API}/namespaces/bombs/files?path=/files.zip`, { body })

    assert.deepEqual([answer.status, answer.json.code], [422, 'file-refused'], `${what}: ${answer.text}`)
    assert.match(answer.json.message, says, what)
    await expectNothing(what)
  }
})

test('an archive with one flow or one name that cannot be is refused, and nothing of it is written', async () => {
  for (const bad of [
    { path: '_flows/bad.yaml', text: 'id: 1' },
    { path: '../out.txt', text: 'out' },
    { path: '', text: 'no name' },
    { path: '_flows/long.yaml', text: `${FLOW}# ${'x'.repeat(2 * MIB)}` },
  ]) {
    const body = new FormData()
    const good = [
      { path: 'good.txt', text: 'good' },
      { path: '_flows/packed.yaml', text: FLOW },
    ]
    body.append('fileContent', new Blob([await zipOf([...good, bad])]), 'files.zip')
    const answer = await server.send('POST', `${API}/namespaces/bombs/files?path=/files.zip`, { body })

    assert.equal(answer.status, bad.path.includes('long') ? 413 : 422, `${bad.path}: ${answer.text}`)
    await expectNothing(bad.path)
  }
})

test('an archive of flows that unpacks to what it should not is refused, and none of them is saved', async () => {
  for (const [what, [zip]] of Object.entries(await bombs())) {
    const body = new FormData()
    body.append('fileUpload', new Blob([zip]), 'flows.zip')
    const answer = await server.send('POST', `${API}/flows/import`, { body })

    assert.deepEqual([answer.status, answer.json.code], [422, 'file-refused'], `${what}: ${answer.text}`)
    await expectNothing(what)
  }
})

async function expectNothing(what: string): Promise<void> {
  assert.deepEqual((await server.send('GET', `${API}/namespaces/bombs/files/search?q=`)).json, [], what)
  assert.equal((await server.send('GET', `${API}/flows/bombs/packed`)).status, 404, what)
}

test('no route unpacks the body of a request', async () => {
  const json = Buffer.from('{"a":1}')
  const packed = { gzip: gzipSync(json), deflate: deflateSync(json), br: brotliCompressSync(json), 'gzip, br': json }
  const path = `${API}/executions/bombs/packed`
  const said: Answer[] = []
  for (const [encoding, body] of Object.entries(packed))
    said.push(
      await server.send('POST', path, {
        body: new Uint8Array(body),
        headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      }),
    )

  for (const { status, json: told, headers } of said)
    assert.deepEqual([status, told.code, headers.get('accept-encoding')], [415, 'body-encoded', 'identity'])
  const filling = { param: () => 'none', text: () => 'none', isSaid: () => false }
  const taking = listRoutes().filter(({ route }) => route.body.type !== 'none' && route.permission !== 'public')
  for (const each of taking) {
    const call = callOf(each, filling)
    const reply = await sendCall(server.address, { ...call, headers: { ...call.headers, 'content-encoding': 'gzip' } })
    if (reply.status === 422 && reply.text.includes('query-')) continue
    assert.equal(reply.status, 415, `${each.name} ${reply.status} ${reply.text.slice(0, 200)}`)
  }
  assert.ok(taking.length > 100, String(taking.length))
})
