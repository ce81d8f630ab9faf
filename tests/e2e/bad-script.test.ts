// Scripts that do not know when to stop: they print, fork or answer too much. Each ends with a word on what happened, and neither the server
// nor its host grows or leaves anything behind.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { apiOf, type Api } from './api-of.ts'
import { ROOT, startBatuta, type StartedBatuta } from './batuta.ts'
import { makePlaces, type Places } from './places.ts'
import { childrenOf, peakMemoryMb, processesWith } from './processes.ts'
import { until } from './until.ts'

const PRINTED_BYTES = 1_000_000_000
/** What the two processes may grow to while a gigabyte passes through them: half of what a runaway buffer would take at once. */
const PEAK_MAX_MB = 400
const RUN_MAX_MS = 180_000
/** A reply while a script floods; a machine that is busy otherwise is given some. */
const REPLY_MAX_MS = 5_000

let places: Places
let batuta: StartedBatuta
let api: Api

before(async () => {
  places = makePlaces()
  batuta = await startBatuta(places)
  api = apiOf(batuta.address)
  await api.save(readFileSync(join(ROOT, 'examples', 'hello-world.yaml'), 'utf8'))
})

after(async () => {
  await batuta.stop()
  places.remove()
})

afterEach(async () => {
  const hello = await api.run('examples.hello-world', { name: 'after that' })
  assert.deepEqual(hello.outputs, { greeting: 'Hello, after that!' })
  assert.deepEqual(memoryAbove(PEAK_MAX_MB), [])
})

function memoryAbove(limitMb: number): readonly string[] {
  return [batuta.serverPid, ...childrenOf(batuta.serverPid)].flatMap(pid => {
    const peakMb = peakMemoryMb(pid)
    return peakMb > limitMb ? [`${pid} held ${Math.round(peakMb)} MB`] : []
  })
}

async function saveScript(id: string, type: string, body: string): Promise<string> {
  const runner = 'taskRunner: {type: io.kestra.plugin.core.runner.Process}'
  const lines = [`type: io.kestra.plugin.scripts.${type}`, runner, ...body.split('\n')].map(line => `    ${line}\n`)
  await api.save(`id: ${id}\nnamespace: e2e\ntasks:\n  - id: one\n${lines.join('')}`)
  return `e2e.${id}`
}

async function reasonOf(executionId: string): Promise<string> {
  return (await api.logs(executionId)).flatMap(({ level, message }) => (level === 'ERROR' ? [message] : [])).join('\n')
}

test('a script prints a gigabyte: the log says where the rest is, and nobody grows or waits', async () => {
  const flow = await saveScript(
    'prints',
    'shell.Script',
    `script: head -c ${PRINTED_BYTES} /dev/zero | tr '\\0' x | fold -w 999`,
  )
  const { id } = await api.start(flow)
  await until('the log is full', async () => ((await markerOf(id)) === undefined ? undefined : true), {
    limitMs: RUN_MAX_MS,
  })
  const startedMs = performance.now()
  await api.run('examples.hello-world')
  const tookMs = performance.now() - startedMs

  const ended = await api.whenEnded(id, RUN_MAX_MS)

  assert.equal(ended.state.current, 'SUCCESS')
  assert.ok(tookMs < REPLY_MAX_MS, `a flow beside it took ${tookMs} ms`)
  const [, uri = ''] = /longer than 10485760 bytes; the rest is in (kestra:\S+)$/.exec((await markerOf(id)) ?? '') ?? []
  const { json } = await api.call('GET', `/executions/${id}/file/metas?path=${encodeURIComponent(uri)}`)
  assert.ok(Number(json?.['size']) > PRINTED_BYTES * 0.98, JSON.stringify(json))
})

async function markerOf(executionId: string): Promise<string | undefined> {
  const { json } = await api.call('GET', `/logs/search?executionId=${executionId}&minLevel=WARN&size=10`)
  const entries = (json?.['results'] ?? []) as readonly { readonly message: string }[]
  return entries.map(({ message }) => message).find(message => message.startsWith('the log is longer than'))
}

/** Each fork leaves its session and ignores the polite signal. 20 a second are enough to show it and do no harm where root has no limit. */
function forking(mark: string, more = ''): string {
  return `${more}script: |\n  trap "" TERM\n  while true; do setsid sleep ${mark} & sleep 0.05; done`
}

test('a script that forks for ever is ended by its timeout, with all that it forked', async () => {
  const mark = `98765.${process.pid}1`
  const flow = await saveScript('forks', 'shell.Script', forking(mark, 'timeout: PT1S\n'))

  const ended = await api.run(flow)

  assert.equal(ended.state.current, 'FAILED')
  assert.match(await reasonOf(ended.id), /ran longer than its timeout of 1000 ms/)
  await until('nothing of it is left', async () => (processesWith(mark).length === 0 ? true : undefined))
})

test('a script that forks for ever is ended by a kill, with all that it forked', async () => {
  const mark = `98765.${process.pid}2`
  const flow = await saveScript('forks-on', 'shell.Script', forking(mark))
  const { id } = await api.start(flow)
  await until('it has forked', async () => (processesWith(mark).length > 10 ? true : undefined))

  const reply = await api.kill(id)
  const ended = await api.whenEnded(id)

  assert.equal(reply.status, 202)
  assert.equal(ended.state.current, 'KILLED')
  await until('nothing of it is left', async () => (processesWith(mark).length === 0 ? true : undefined))
})

const TOO_LARGE: readonly (readonly [string, string])[] = [
  ['one output of 50 MB', `print('::{"outputs":{"big":"' + 'x' * 50_000_000 + '"}}::')`],
  ['ten outputs of 5 MB', `[print('::{"outputs":{"big%d":"' % i + 'x' * 5_000_000 + '"}}::') for i in range(10)]`],
]

for (const [index, [name, script]] of TOO_LARGE.entries()) {
  test(`${name} are too large for values: the task fails and says where to put them`, async () => {
    const flow = await saveScript(`answers-${index}`, 'python.Script', `script: |\n  ${script}`)

    const ended = await api.run(flow)

    assert.equal(ended.state.current, 'FAILED')
    assert.match(
      await reasonOf(ended.id),
      /(16777215|16777216) characters \(OUTPUT_TOO_LARGE\): write them to a file in \{\{ outputDir \}\}/,
    )
    assert.deepEqual(ended.taskRunList?.[0]?.outputs?.['vars'] ?? {}, {})
  })
}

test('an output of 50 MB in a file is no trouble, and one of 5 MB is a value', async () => {
  const script = `open('{{ outputDir }}/big.txt', 'w').write('x' * 50_000_000)\n  print('::{"outputs":{"big":"' + 'x' * 5_000_000 + '"}}::')`
  const flow = await saveScript('answers-well', 'python.Script', `script: |\n  ${script}`)

  const ended = await api.run(flow)

  assert.equal(ended.state.current, 'SUCCESS', await reasonOf(ended.id))
  const { outputFiles = {}, vars = {} } = (ended.taskRunList?.[0]?.outputs ?? {}) as {
    readonly outputFiles?: Readonly<Record<string, string>>
    readonly vars?: Readonly<Record<string, { readonly uri: string }>>
  }
  assert.equal((await api.file(ended.id, vars['big']?.uri ?? '')).length, 5_000_000)
  assert.equal((await api.file(ended.id, outputFiles['big.txt'] ?? '')).length, 50_000_000)
})

test('a reply of 50 MB is too large for a value, and the task says so', async () => {
  const { port, close } = await serveBytes(50_000_000)
  const flow = 'id: asks\nnamespace: e2e\ntasks:\n  - id: one\n    type: io.kestra.plugin.core.http.Request\n'
  await api.save(`${flow}    uri: "http://127.0.0.1:${port}/"\n`)

  const ended = await api.run('e2e.asks')

  close()
  assert.equal(ended.state.current, 'FAILED')
  assert.match(
    await reasonOf(ended.id),
    /the response has more than 10485760 bytes; raise options\.maxContentLength or use Download/,
  )
})

async function serveBytes(bytes: number): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((_request, response) => response.end(Buffer.alloc(bytes, 'x')))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}
