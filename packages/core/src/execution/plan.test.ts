import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue } from '../flow/catalogue.ts'
import type { Flow } from '../flow/flow.ts'
import { parseFlow } from '../flow/parse.ts'
import type { ValueMap } from '../std/value.ts'
import { birthOf, fold, openJournal } from './journal.ts'
import { compilePlan, getTask } from './plan.ts'
import { presentRunRows } from './present-runs.ts'
import { canonical } from './testing/canonical.ts'
import { ID, play } from './testing/player.ts'

const BODY = `
inputs: [{ id: name, type: STRING, defaults: you }]
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: "Hello {{ inputs.name }}" }
  - { id: keep, type: io.kestra.plugin.core.kv.Get, key: "{{ flow.id }}" }
  - id: group
    type: io.kestra.plugin.core.flow.Sequential
    tasks: [{ id: back, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.name }}" }]
outputs: [{ id: out, type: STRING, value: "{{ inputs.name }}" }]
`

/** The flow, and how often the properties of its first task were read. */
function watchedFlow(): { readonly flow: Flow; reads(): number } {
  const { flow } = parseFlow(`id: f\nnamespace: a.b\n${BODY}`, { catalogue: createCatalogue([]) })
  assert.ok(flow)
  const [first, ...others] = flow.tasks
  assert.ok(first)
  let count = 0
  const properties: ValueMap = Object.defineProperty({}, 'message', {
    enumerable: true,
    get: () => {
      count += 1
      return 'Hello {{ inputs.name }}'
    },
  })
  return { flow: { ...flow, tasks: [{ ...first, properties }, ...others] }, reads: () => count }
}

test('who reads what ran compiles no template', () => {
  const { flow, reads } = watchedFlow()
  const { rows: journal } = play(BODY)

  const plan = compilePlan(flow, { tenant: 'main', revision: 3 })
  const state = fold(ID, journal, plan)
  const shown = presentRunRows(state, plan, { dialect: 'b', nowMs: 0 })

  assert.ok(shown.some(({ text }) => text.includes('"taskId":"say"')))
  assert.equal(reads(), 0)
})

test('the templates of a task are compiled once', () => {
  const { flow, reads } = watchedFlow()
  const task = getTask(compilePlan(flow, { tenant: 'main', revision: 3 }), 0)

  const { properties, kind } = task

  assert.deepEqual([kind.type, properties.get('message')?.raw], ['inline', 'Hello {{ inputs.name }}'])
  assert.deepEqual([...task.roots], ['inputs'])
  assert.equal(task.properties, properties)
  assert.equal(reads(), 1)
})

test('how the runs of a task are shown is known by its type', () => {
  const { flow } = watchedFlow()
  const { tasks } = compilePlan(flow, { tenant: 'main', revision: 3 })

  assert.deepEqual(
    tasks.map(({ id, look, kind }) => [id, look, kind.type]),
    [
      ['say', 'worker', 'inline'],
      ['keep', 'worker', 'job'],
      ['group', 'group', 'control'],
      ['back', 'worker', 'inline'],
    ],
  )
})

test('a journal that was opened is folded as any other', () => {
  const { plan, rows: journal } = play(BODY)

  const opened = openJournal(ID, journal)

  assert.deepEqual(opened.birth, birthOf(ID, journal))
  assert.equal(canonical(opened.fold(plan)), canonical(fold(ID, journal, plan)))
  assert.throws(() => openJournal(ID, []), /has no beginning/)
  assert.throws(() => openJournal(ID, journal.slice(1)), /has no beginning/)
})
