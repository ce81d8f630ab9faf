// SP10, where a secret could be seen while it is used: in the arguments and the environment of processes, in what a script leaves when it crashes, in streams,
// exports, statistics and the log of what people did. What is kept and answered otherwise: secrets.test.ts.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { apiOf, type Api } from './api-of.ts'
import { startBatuta, type StartedBatuta } from './batuta.ts'
import { makePlaces, type Places } from './places.ts'
import { until } from './until.ts'

const CANARY = 'Goldammer*streng+geheim/11?'
const KEPT_CANARY = 'Nachtigall*streng+geheim/12?'
const IN_ENVIRONMENT = Buffer.from(CANARY).toString('base64')
const KEY = Buffer.from('01234567890123456789012345678901').toString('base64')

let places: Places
let batuta: StartedBatuta
let api: Api

before(async () => {
  places = makePlaces()
  const environment = {
    SECRET_CANARY: IN_ENVIRONMENT,
    KESTRA_CONFIGURATION: `kestra: { encryption: { secret-key: ${KEY} } }`,
  }
  batuta = await startBatuta({ ...places, environment })
  api = apiOf(batuta.address)
})

after(async () => {
  await batuta.stop()
  places.remove()
})

// Each tells that it is there, and waits until somebody writes the file `go`.
const waiting = (name: string): string =>
  `echo "$$ $(ulimit -c)" > ${places.home}/${name}; while [ ! -e ${places.home}/go ]; do sleep 0.05; done`

const flow = (): string => `
id: sinks
namespace: sinks
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - id: user
        type: io.kestra.plugin.scripts.shell.Commands
        env: { TOKEN: "{{ secret('CANARY') }}" }
        beforeCommands: ["MADE='{{ secret('KEPT') | upper }}'"]
        commands: ["GIVEN='{{ secret('CANARY') }}'", '[ "$GIVEN" = "$TOKEN" ] && echo same', ${JSON.stringify(waiting('user'))}]
      - id: sibling
        type: io.kestra.plugin.scripts.shell.Commands
        commands: [${JSON.stringify(waiting('sibling'))}]
  - { id: says, type: io.kestra.plugin.core.log.Log, message: "{{ secret('CANARY') }} {{ secret('KEPT') }}" }
  - { id: counts, type: io.kestra.plugin.core.metric.Publish, metrics: [{ name: m, type: counter, value: 1, tags: { t: "{{ secret('CANARY') }}" } }] }
`

test('a secret is seen in no argument, in no other environment and in no stream', async () => {
  const saved = await api.call('PUT', '/namespaces/sinks/secrets', {
    body: JSON.stringify({ key: 'KEPT', value: KEPT_CANARY }),
    type: 'application/json',
  })
  assert.equal(saved.status, 200, saved.text)
  await api.save(flow())
  const { id } = await api.start('sinks.sinks')
  const left = new AbortController()
  const live = follow(`/live?topics=exec:${id},logs:${id}`, left.signal)
  const followed = [`/executions/${id}/follow`, `/logs/${id}/follow`].map(path => follow(path, left.signal))
  const place = (name: string): string => join(places.home, name)
  const told = await until('both scripts run', async () => {
    const texts = ['user', 'sibling'].map(name => (existsSync(place(name)) ? readFileSync(place(name), 'utf8') : ''))
    return texts.every(text => text.endsWith('\n')) ? texts.map(text => text.trim().split(' ')) : undefined
  })

  const processes = readProcesses()
  writeFileSync(place('go'), '')
  const ended = await api.whenEnded(id, 30_000)

  const [[userPid] = [], [siblingPid] = []] = told
  assert.deepEqual(
    told.map(([, cores]) => cores),
    ['0', '0'],
    'a crash leaves no memory behind',
  )
  assert.equal(ended.state.current, 'SUCCESS', JSON.stringify(await api.logs(id)))
  for (const { pid, args } of processes) expectNothing(args, `the arguments of ${pid}`)
  const holders = processes.filter(({ environment }) => formsOf(CANARY).some(form => environment.includes(form)))
  const own = new Set([String(batuta.serverPid), userPid])
  for (const { pid, environment } of processes.filter(each => each.pid === siblingPid))
    expectNothing(environment, `the environment of the sibling ${pid}`)
  assert.ok(
    holders.some(({ pid }) => own.has(pid)),
    'the probe looks where there is something',
  )
  const streams = await Promise.all(followed)
  left.abort()
  for (const frames of [...streams, await live]) {
    assert.ok(frames.includes(id), 'the stream told nothing')
    expectNothing(frames, 'a stream')
  }
})

test('a secret is in no export, in no statistics and in no log of what people did', async () => {
  const { json } = await api.call('GET', '/executions/search?namespace=sinks')
  const [{ id } = { id: '' }] = (json?.['results'] ?? []) as readonly { readonly id: string }[]
  const body = JSON.stringify([{ namespace: 'sinks', id: 'sinks' }])
  const answers = [
    await api.call('GET', `/logs/${id}/download`),
    await api.call('GET', '/logs/search?size=100'),
    await api.call('GET', `/metrics/${id}`),
    await api.call('GET', '/executions/export/by-query/csv'),
    await api.call('GET', '/audit-logs/search?size=100'),
    await api.call('POST', '/flows/export/by-ids', { body, type: 'application/json' }),
    await api.call('GET', '/namespaces/sinks/secrets'),
    await api.call('GET', '/search?q=Goldammer'),
    await api.call('GET', '/search?q=Nachtigall'),
  ]
  const metrics = await (await fetch(`${batuta.address}/metrics`)).text()

  for (const { text, status } of answers) {
    assert.ok(status < 500)
    expectNothing(text, text.slice(0, 200))
  }
  expectNothing(metrics, 'the metrics')
  expectNothing(batuta.printed(), 'what the server printed')
  assert.ok(
    answers.filter(({ status }) => status === 200).length >= 7,
    JSON.stringify(answers.map(each => each.status)),
  )
})

/** Until it ends by itself, or nobody wants more of it. */
async function follow(path: string, signal: AbortSignal): Promise<string> {
  let text = ''
  try {
    const reply = await fetch(`${batuta.address}/api/v1/main${path}`, { signal })
    for await (const chunk of reply.body ?? []) text += Buffer.from(chunk).toString()
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return text
}

interface Seen {
  readonly pid: string
  readonly args: string
  readonly environment: string
}

function readProcesses(): readonly Seen[] {
  const read = (pid: string, name: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'latin1').replaceAll('\0', '\n')
    } catch {
      return '' // It has ended, or is somebody else's.
    }
  }
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(pid => ({ pid, args: read(pid, 'cmdline'), environment: read(pid, 'environ') }))
}

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64')
  return [secret, secret.toUpperCase(), base64, base64.replace(/=+$/, ''), encodeURIComponent(secret)]
}

function expectNothing(text: string, where: string): void {
  for (const secret of [CANARY, KEPT_CANARY])
    for (const form of formsOf(secret))
      assert.ok(
        !text.includes(form),
        `${where} holds "${form}": …${text.slice(Math.max(0, text.indexOf(form) - 400), text.indexOf(form) + 100)}…`,
      )
}
