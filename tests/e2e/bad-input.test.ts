// What must not be taken in, and what must not hurt when it is: after each the same server answers and runs a flow. Messages name the
// value and the way out.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { apiOf, type Api, type LogEntry, type Reply } from './api-of.ts'
import { ROOT, startBatuta, type StartedBatuta } from './batuta.ts'
import { commandLine } from './command-line.ts'
import { makePlaces, type Places } from './places.ts'
import { until } from './until.ts'

const YAML = 'application/x-yaml'
const JSON_TYPE = 'application/json'
/** Refusing costs next to nothing; a loaded machine is given some. */
const REFUSAL_MAX_MS = 30_000

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
})

function flow(id: string, body: string): string {
  return `id: ${id}\nnamespace: e2e\n${body}`
}

const LOG = 'tasks:\n  - id: one\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n'

function post(source: string): Promise<Reply> {
  return api.call('POST', '/flows', { body: source, type: YAML })
}

async function errorsOf(executionId: string): Promise<readonly LogEntry[]> {
  return (await api.logs(executionId)).filter(({ level }) => level === 'ERROR')
}

async function idsOf(flowId: string): Promise<readonly string[]> {
  const { json } = await api.call('GET', `/executions/search?namespace=e2e&flowId=${flowId}&size=100`)
  const results = (json?.['results'] ?? []) as readonly { readonly id: string }[]
  return results.map(({ id }) => id)
}

test('a billion laughs are refused before anybody laughs', async () => {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const parts =
      level === 0
        ? 'ha, ha, ha, ha, ha, ha, ha, ha, ha, ha'
        : Array(10)
            .fill(`*laugh${level - 1}`)
            .join(', ')
    return `  laugh${level}: &laugh${level} [${parts}]\n`
  })
  const startedMs = performance.now()

  const reply = await post(flow('bomb', `variables:\n${levels.join('')}${LOG}`))

  assert.equal(reply.status, 422)
  assert.match(reply.text, /line 9: The document grows to more than 200000 nodes .* do not alias what holds aliases/)
  assert.ok(performance.now() - startedMs < REFUSAL_MAX_MS)
})

test('a hundred thousand brackets are refused', async () => {
  const reply = await post(flow('deep', `variables: ${'['.repeat(100_000)}${']'.repeat(100_000)}\n${LOG}`))

  assert.equal(reply.status, 422)
  assert.match(reply.text, /nested deeper than 64 levels; move the inner parts to a flow of their own/)
})

test('a flow of 2 MB is refused over HTTP, by the command line and as a file', async () => {
  const source = flow('huge', `${LOG}description: ${'x'.repeat(2_000_000)}\n`)
  const file = join(places.home, 'huge.yaml')
  writeFileSync(file, source)

  const reply = await post(source)
  const told = await commandLine(batuta.address)('flow', 'update', file)
  writeFileSync(join(places.flowsDir, 'huge.yaml'), source)

  assert.equal(reply.status, 413)
  const message = /The body has 2000\d+ bytes or more, and at most 1048576 are taken: split the flow into subflows/
  assert.match(reply.text, message)
  assert.notEqual(told.exitCode, 0)
  assert.match(`${told.stdout}${told.stderr}`, message)
  const warning = /huge\.yaml:1:1 The document is larger than 1024 KiB; split it/
  await until('the server warns of the file', async () => (warning.test(batuta.printed()) ? true : undefined))
})

test('unknown properties and types are told with what may have been meant, all at once', async () => {
  const reply = await post(
    flow(
      'unknown',
      'descripton: x\ntasks:\n  - {id: one, type: core.log.Log, mesage: hi}\n  - {id: two, type: io.kestra.plugin.core.log.Logg}\n',
    ),
  )

  assert.equal(reply.status, 422)
  assert.match(reply.text, /Unknown property \\"descripton\\" of a flow; did you mean \\"description\\"\?/)
  assert.match(
    reply.text,
    /Unknown property \\"mesage\\" of io\.kestra\.plugin\.core\.log\.Log; did you mean \\"message\\"\?/,
  )
  assert.match(
    reply.text,
    /Invalid type: io\.kestra\.plugin\.core\.log\.Logg\. Nobody knows \\"io.* Did you mean \\"io\.kestra\.plugin\.core\.log\.Log\\"\?/,
  )
})

test('a missing or wrong input is refused before anything is started', async () => {
  const inputs = 'inputs:\n  - {id: city, type: STRING}\n  - {id: count, type: INT, max: 5, defaults: 1}\n'
  await api.save(flow('needs', `${inputs}${LOG}`))

  const missing = await api.call('POST', '/executions/e2e/needs')
  const wrong = await api.call('POST', '/executions/e2e/needs', {
    body: '{"city": "Faro", "count": 9}',
    type: JSON_TYPE,
  })
  const told = await commandLine(batuta.address)('flow', 'run', 'e2e.needs')

  assert.deepEqual([missing.status, wrong.status], [422, 422])
  assert.match(missing.text, /Missing required input: city/)
  assert.match(wrong.text, /Invalid input for `count`, it must be less than `5`, but received `9`/)
  assert.equal(told.exitCode, 5)
  assert.match(told.stderr, /Missing required input: city/)
  assert.deepEqual(await idsOf('needs'), [])
})

test('a template with an error fails its task with line, column and what may have been meant', async () => {
  const message = 'message: |\n      Dear traveller,\n        {{ inputs.citi }}\n'
  await api.save(
    flow(
      'template',
      `inputs:\n  - {id: city, type: STRING, defaults: Faro}\ntasks:\n  - id: one\n    type: io.kestra.plugin.core.log.Log\n    ${message}`,
    ),
  )
  await api.save(
    flow(
      'filter',
      'tasks:\n  - {id: one, type: io.kestra.plugin.scripts.shell.Commands, commands: ["echo {{ flow.id | uper }}"]}\n',
    ),
  )
  const syntax = await post(flow('syntax', 'tasks:\n  - {id: one, type: core.log.Log, message: "{{ 1 + }}"}\n'))

  const broken = await api.run('e2e.syntax')
  const variable = await api.run('e2e.template')
  const filter = await api.run('e2e.filter')

  assert.deepEqual([variable.state.current, filter.state.current], ['FAILED', 'FAILED'])
  const [ofVariable] = await errorsOf(variable.id)
  assert.match(ofVariable?.message ?? '', /Unable to find `citi` .*at line 2, column 13; did you mean `city`\?/s)
  assert.equal(ofVariable?.taskId, 'one')
  const [ofFilter] = await errorsOf(filter.id)
  assert.match(ofFilter?.message ?? '', /no filter `uper` .*at line 1, column 19; did you mean `upper`\?/)
  // As Kestra does, it is saved, with a warning, and fails when it is rendered.
  assert.equal(syntax.status, 200)
  assert.equal(broken.state.current, 'FAILED')
  const [ofSyntax] = await errorsOf(broken.id)
  assert.match(ofSyntax?.message ?? '', /expected a value before it/)
})

test('flows that call one another in a circle are refused when that is sure, and stopped when it shows', async () => {
  const calling = (id: string, called: string, more = ''): string =>
    flow(
      id,
      `tasks:\n  - {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: e2e, flowId: "${called}"${more}}\n`,
    )
  await api.save(calling('ring-a', 'ring-b'))

  const sure = await post(calling('ring-b', 'ring-a'))
  const warned = await api.call('POST', '/flows/validate', {
    body: calling('ring-b', 'ring-a', ', wait: false'),
    type: YAML,
  })
  await api.save(calling('ring-b', "{{ 'ring-a' }}"))
  const ended = await api.run('e2e.ring-a')

  assert.equal(sure.status, 422)
  assert.match(
    sure.text,
    /\\"call\\" always comes back to this flow, without end \(e2e\.ring-b → e2e\.ring-a → e2e\.ring-b\): put a condition/,
  )
  assert.match(warned.text, /may come back to this flow/)
  assert.equal(ended.state.current, 'FAILED')
  assert.match((await errorsOf(ended.id))[0]?.message ?? '', /execution \w{22} .* ended FAILED: its own log tells why/)
  const all = [...(await idsOf('ring-a')), ...(await idsOf('ring-b'))]
  assert.equal(all.length, 33)
  const reasons = (await Promise.all(all.map(errorsOf))).flat().map(({ message }) => message)
  assert.ok(
    reasons.some(reason =>
      /33 levels deep, and at most 32 are run \(LINEAGE_LIMIT\).* a condition must end it/.test(reason),
    ),
    reasons.join('\n'),
  )
})

test('a webhook takes a broken body as the text that it is, and the flow says what it missed', async () => {
  const hook = 'triggers:\n  - {id: hook, type: io.kestra.plugin.core.trigger.Webhook, key: a-long-enough-key}\n'
  await api.save(
    flow(
      'hooked',
      `tasks:\n  - {id: one, type: io.kestra.plugin.core.log.Log, message: "{{ trigger.body.name }}"}\n${hook}`,
    ),
  )
  const path = '/executions/webhook/e2e/hooked/a-long-enough-key'

  const broken = await api.call('POST', path, { body: '{"name": "Ada"', type: JSON_TYPE })
  const bytes = await api.call('POST', path, { body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), type: JSON_TYPE })
  const large = await api.call('POST', path, { body: 'x'.repeat(17 * 2 ** 20), type: JSON_TYPE })
  const wrongKey = await api.call('POST', `${path}s`, { body: '{}', type: JSON_TYPE })
  const cutOff = await sendHalf(`/api/v1/main${path}`)

  assert.equal(broken.status, 200, broken.text)
  const ended = await api.whenEnded(String(broken.json?.['id'] ?? broken.json?.['executionId']))
  assert.equal(ended.state.current, 'FAILED')
  assert.match((await errorsOf(ended.id))[0]?.message ?? '', /Unable to find `name` .*at line 1, column 17/)
  assert.deepEqual([bytes.status, large.status, wrongKey.status], [400, 413, 404])
  assert.match(bytes.text, /The body is no UTF-8 text/)
  assert.match(
    large.text,
    /The body has \d+ bytes or more, and at most 16777216 are taken: send what is large as a file/,
  )
  assert.match(wrongKey.text, /There is no webhook at this address/)
  assert.match(cutOff, /^$|^HTTP\/1\.1 400/)
})

test('a body that is no JSON and a form that is none are told apart', async () => {
  const json = await api.call('POST', '/executions/examples/hello-world', { body: '{"name": ', type: JSON_TYPE })
  const form = await api.call('POST', '/executions/examples/hello-world', {
    body: 'x',
    type: 'multipart/form-data; boundary=b',
  })

  assert.deepEqual([json.status, form.status], [400, 400])
  assert.match(json.text, /The body is not a JSON value: expected a value at the end/)
  assert.match(form.text, /The multipart body is malformed/)
})

/** Announces more than it sends, and goes. */
async function sendHalf(path: string): Promise<string> {
  const { hostname, port } = new URL(batuta.address)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('utf8').on('data', text => (answer += text))
  socket.end(
    `POST ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: 100\r\n\r\n{"name"`,
  )
  await new Promise(resolve => socket.once('close', resolve))
  return answer
}
