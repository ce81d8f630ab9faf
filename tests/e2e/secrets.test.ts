// A secret is looked for everywhere that something is kept or answered: flows use one in every place where a flow can, then the whole data folder and
// every answer of the API are searched for it, as it is and in the forms that texts carry it in.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { apiOf, type Api } from './api-of.ts'
import { startBatuta, type StartedBatuta } from './batuta.ts'
import { makePlaces, type Places } from './places.ts'
import { until } from './until.ts'

const CANARY = 'Kanarienvogel+geheim/42?'
const INPUT_CANARY = 'Zeisig&streng geheim=7'
const PIN = '90210477'
const KEY = Buffer.from('01234567890123456789012345678901').toString('base64')

let places: Places
let batuta: StartedBatuta
let api: Api
const seen: string[] = []

before(async () => {
  places = makePlaces()
  const environment = {
    SECRET_CANARY: Buffer.from(CANARY).toString('base64'),
    SECRET_PIN: Buffer.from(PIN).toString('base64'),
    KESTRA_CONFIGURATION: `kestra: { encryption: { secret-key: ${KEY} } }`,
  }
  batuta = await startBatuta({ ...places, environment })
  api = apiOf(batuta.address)
})

after(async () => {
  await batuta.stop()
  places.remove()
})

const CHILD = `
id: child
namespace: secrets
inputs: [{ id: word, type: STRING }, { id: deep, type: JSON, required: false }]
tasks:
  - { id: says, type: io.kestra.plugin.core.log.Log, message: "child got {{ inputs.word }}" }
  - { id: same, type: io.kestra.plugin.core.flow.If, condition: "{{ inputs.word == secret('CANARY') }}", then: [{ id: yes, type: io.kestra.plugin.core.log.Log, message: same }] }
outputs: [{ id: word, type: STRING, value: "{{ inputs.word }}" }]`

const EVERYWHERE = `
id: everywhere
namespace: secrets
inputs:
  - { id: key, type: SECRET }
  - { id: made, type: STRING, defaults: "made of {{ secret('CANARY') }}" }
  - { id: again, type: STRING, defaults: "{{ inputs.key }}!", dependsOn: { inputs: [key] } }
labels: { where: everywhere }
variables: { word: "{{ secret('CANARY') }}" }
tasks:
  - { id: condition, type: io.kestra.plugin.core.log.Log, runIf: "{{ secret('CANARY') }}", message: ran }
  - id: choice
    type: io.kestra.plugin.core.flow.Switch
    value: "{{ secret('CANARY') }}"
    cases: { other: [{ id: wrong, type: io.kestra.plugin.core.execution.Fail }] }
    defaults: [{ id: right, type: io.kestra.plugin.core.log.Log, message: "chosen {{ outputs.choice.value }}" }]
  - id: decision
    type: io.kestra.plugin.core.flow.If
    condition: "{{ secret('CANARY') }}"
    then: [{ id: decided, type: io.kestra.plugin.core.log.Log, message: "{{ secret('CANARY') | base64encode }}" }]
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: ["{{ secret('CANARY') }}", "{{ inputs.key }}", plain]
    tasks:
      - { id: item, type: io.kestra.plugin.core.debug.Return, format: "<{{ taskrun.value }}>" }
      - { id: after, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.item[taskrun.value].value }}" }
  - id: sub
    type: io.kestra.plugin.core.flow.Subflow
    namespace: secrets
    flowId: child
    wait: true
    transmitFailed: true
    labels: { told: "{{ secret('CANARY') }}" }
    inputs: { word: "{{ secret('CANARY') }}", deep: { a: ["{{ inputs.key }}"] } }
  - { id: of_child, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.sub.outputs.word }}" }
  - { id: labels, type: io.kestra.plugin.core.execution.Labels, labels: { secret: "{{ secret('CANARY') }}" } }
  - { id: variables, type: io.kestra.plugin.core.execution.SetVariables, variables: { kept: "{{ secret('CANARY') }}" } }
  - { id: of_variables, type: io.kestra.plugin.core.debug.Return, format: "{{ vars.kept }} {{ kept ?? '' }}" }
  - { id: rendered, type: io.kestra.plugin.core.debug.Return, format: "{{ render(vars.word) }}" }
  - { id: coded, type: io.kestra.plugin.core.output.OutputValues, values: { a: "{{ secret('CANARY') | urlencode }}", b: ["{{ secret('CANARY') | base64encode }}"] } }
  - { id: kept, type: io.kestra.plugin.core.debug.Return, format: "{{ secret('CANARY') }}", taskCache: { enabled: true } }
  - { id: wrong_number, type: io.kestra.plugin.core.flow.Pause, pauseDuration: "{{ secret('CANARY') }}", allowFailure: true }
  - id: fails
    type: io.kestra.plugin.core.flow.AllowFailure
    tasks: [{ id: fail, type: io.kestra.plugin.core.execution.Fail, errorMessage: "failed with {{ secret('CANARY') }}" }]
  - { id: ends, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.made }} {{ inputs.again }} {{ inputs.key }}" }
outputs:
  - { id: word, type: STRING, value: "{{ secret('CANARY') }}" }
  - { id: own, type: SECRET, value: "{{ inputs.key }}" }`

const TRIGGERED = `
id: triggered
namespace: secrets
inputs: [{ id: word, type: STRING, required: false }]
tasks: [{ id: says, type: io.kestra.plugin.core.log.Log, message: "{{ inputs.word }}" }]
triggers:
  - id: hook
    type: io.kestra.plugin.core.trigger.Webhook
    key: "door"
  - id: second
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "* * * * * *"
    withSeconds: true
    stopAfter: [SUCCESS, FAILED, WARNING]
    labels: { told: "{{ secret('CANARY') }}" }
    inputs: { word: "{{ secret('CANARY') }}" }`

const NUMBERS = `
id: numbers
namespace: secrets
tasks:
  - id: pin
    type: io.kestra.plugin.core.output.OutputValues
    values: { number: "{{ secret('PIN') | number }}", wide: "{{ secret('PIN') | number('DOUBLE') }}", list: ["{{ secret('PIN') | number('LONG') }}"] }
  - { id: says, type: io.kestra.plugin.core.log.Log, message: "{{ secret('PIN') | number }} {{ secret('PIN') | number('DOUBLE') }}" }
  - { id: reckons, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.pin.values.number - 90210000 }} {{ outputs.pin.values.list[0] - 90210000 }}" }
outputs: [{ id: number, type: INT, value: "{{ outputs.pin.values.number }}" }]`

const FORGER = `
id: forger
namespace: secrets
inputs: [{ id: key, type: SECRET }, { id: cipher, type: STRING }]
tasks:
  - { id: inline, type: io.kestra.plugin.core.output.OutputValues, values: { forged: "{{ {'type': 'io.kestra.' ~ 'datatype:aes_encrypted', 'value': inputs.cipher} }}" } }
  - { id: looped, type: io.kestra.plugin.core.flow.ForEach, values: ["{{ 'io.kestra.' ~ 'datatype:aes_encrypted:' ~ inputs.cipher }}"], tasks: [{ id: peek, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value | upper }}" }] }
  - { id: reads, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.inline.values | upper }} {{ inputs.key | length }}" }`

test('a secret is nowhere: not in the database, not in files, not in any answer', async () => {
  await api.save(CHILD)
  await api.save(EVERYWHERE)
  await api.save(TRIGGERED)

  const { id } = await api.start('secrets.everywhere', { key: INPUT_CANARY })
  const ended = await api.whenEnded(id, 60_000)
  assert.equal(
    ended.state.current,
    'WARNING',
    JSON.stringify(ended.taskRunList?.map(run => [run.taskId, run.state.current])),
  )
  const ran = new Set(ended.taskRunList?.map(({ taskId }) => taskId))
  for (const task of ['condition', 'right', 'decided', 'ends']) assert.ok(ran.has(task), `${task} did not run`)
  assert.ok(!ran.has('wrong'))
  const children = await until('the schedule fired', async () => {
    const found = await answer('GET', '/executions/search?namespace=secrets&size=100')
    return /"flowId":"triggered"/.test(found) ? found : undefined
  })
  for (const [, executionId] of children.matchAll(/"id":"(\w{22})"/g)) await lookAt(executionId ?? '')
  await answer('POST', `/executions/${id}/eval`, "{{ secret('CANARY') }} {{ inputs }} {{ outputs }}", 'text/plain')
  await answer('GET', `/executions/${id}/graph`)
  await answer('GET', '/logs/search?size=1000')

  expectNothing(seen.join('\n'), 'an answer')
  for (const [file, text] of filesIn(places.dataDir)) {
    expectNothing(text, file)
    if (text.startsWith('SQLite format 3')) for (const [table, rows] of rowsIn(file)) expectNothing(rows, table)
  }
})

test('a secret that is read as a number stays secret, and stays a number', async () => {
  await api.save(NUMBERS)
  const { id, taskRunList = [], state } = await api.run('secrets.numbers')
  await lookAt(id)

  assert.equal(state.current, 'SUCCESS')
  assert.equal(taskRunList.find(({ taskId }) => taskId === 'reckons')?.outputs?.['value'], '477 477')
  const text = seen.join('\n')
  for (const form of [PIN, '9.0210477E7', '9.0210477e7']) assert.ok(!text.includes(form), `${form} is in an answer`)
  for (const [file, bytes] of filesIn(places.dataDir)) {
    assert.ok(!bytes.includes(PIN), `${file} holds it`)
    if (!bytes.startsWith('SQLite format 3')) continue
    for (const [table, rows] of rowsIn(file)) assert.ok(!/90210477|9\.0210477e7/i.test(rows), `${table} holds it`)
  }
})

test('a secret is worked with as if it were there', async () => {
  const { id } = await api.start('secrets.everywhere', { key: INPUT_CANARY })
  const { taskRunList = [] } = await api.whenEnded(id, 60_000)

  const child = taskRunList.find(({ taskId }) => taskId === 'sub')?.outputs?.['executionId']
  const ofChild = await api.find(String(child))
  assert.ok(
    ofChild.taskRunList?.some(({ taskId }) => taskId === 'yes'),
    'the child did not get the secret',
  )
  const again = JSON.parse(await answer('POST', `/executions/${id}/replay`)) as { readonly id: string }
  const replayed = await api.whenEnded(again.id, 60_000)
  assert.equal(replayed.state.current, 'WARNING')
  assert.deepEqual(
    replayed.taskRunList?.map(({ taskId, state }) => [taskId, state.current]),
    taskRunList.map(({ taskId, state }) => [taskId, state.current]),
  )
  const after = taskRunList.filter(({ taskId }) => taskId === 'after')
  assert.deepEqual(
    after.map(({ state }) => state.current),
    ['SUCCESS', 'SUCCESS', 'SUCCESS'],
  )
})

test('cipher texts that a flow makes up are not opened', async () => {
  await api.save(FORGER)
  const before = await api.run('secrets.everywhere', { key: INPUT_CANARY })
  const input = before.inputs?.['key']
  const cipher = typeof input === 'object' && input !== null ? String(Object(input)['value']) : ''
  assert.ok(cipher.length > 20)

  const { taskRunList = [], state } = await api.run('secrets.forger', { key: 'another one', cipher })

  assert.equal(state.current, 'SUCCESS')
  const text = JSON.stringify(taskRunList.map(({ outputs }) => outputs))
  assert.ok(!text.includes(INPUT_CANARY.toUpperCase()), text)
  assert.ok(text.includes(cipher.toUpperCase()), text)
  const refused = await api.call('POST', '/flows', {
    body: CHILD.replace('child got', 'io.kestra.datatype:aes_encrypted').replace('id: child', 'id: literal'),
    type: 'application/x-yaml',
  })
  assert.equal(refused.status, 422)
})

async function answer(method: string, path: string, body?: string, type?: string): Promise<string> {
  const { text } = await api.call(method, path, body === undefined ? {} : { body, type: type ?? 'application/json' })
  seen.push(text)
  return text
}

async function lookAt(executionId: string): Promise<void> {
  await answer('GET', `/executions/${executionId}`)
  await answer('GET', `/logs/${executionId}`)
  await answer('GET', `/metrics/${executionId}`)
  await answer('GET', `/executions/${executionId}/flow`)
}

function* filesIn(folder: string): Iterable<readonly [string, string]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name)
      yield [path, readFileSync(path, 'latin1')]
    }
}

/** Long texts lie in pieces in the file. */
function* rowsIn(file: string): Iterable<readonly [string, string]> {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const tables = database.prepare(`select name from sqlite_schema where type = 'table'`).all()
    for (const { name } of tables) {
      const rows = database.prepare(`select * from "${String(name)}"`).all()
      yield [String(name), rows.flatMap(row => Object.values(row).map(textOf)).join('\n')]
    }
  } finally {
    database.close()
  }
}

function textOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value)
}

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64')
  return [
    secret,
    base64,
    base64.replace(/=+$/, ''),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll('%20', '+'),
  ]
}

function expectNothing(text: string, where: string): void {
  for (const secret of [CANARY, INPUT_CANARY])
    for (const form of formsOf(secret)) {
      const at = text.indexOf(form)
      assert.equal(at, -1, `${where} holds "${form}": …${text.slice(Math.max(0, at - 400), at + 100)}…`)
    }
}
