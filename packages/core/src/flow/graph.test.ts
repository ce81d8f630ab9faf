import assert from 'node:assert/strict'
import test from 'node:test'
import { createCatalogue } from './catalogue.ts'
import type { Flow } from './flow.ts'
import { findAncestors, findCycles, findSubflowCycles, findTask, walkFlow } from './graph.ts'
import { parseFlow } from './parse.ts'

const catalogue = createCatalogue()

function flowOf(id: string, tasks: string): Flow {
  const { flow, diagnostics } = parseFlow(`id: ${id}\nnamespace: team\ntasks:\n${tasks}`, { catalogue })
  assert.ok(flow, JSON.stringify(diagnostics))
  return flow
}

function call(flowId: string, namespace = 'team'): string {
  return `  - {id: "call-${flowId.replace(/\W/g, '')}", type: core.flow.Subflow, namespace: "${namespace}", flowId: "${flowId}"}\n`
}

const NESTED = `  - id: outer
    type: core.flow.Sequential
    tasks:
      - id: choose
        type: core.flow.Switch
        value: x
        cases:
          one: [{id: in-case, type: core.debug.Return}]
        defaults: [{id: in-default, type: core.debug.Return}]
    errors: [{id: in-errors, type: core.debug.Return}]
  - {id: last, type: core.debug.Return}
errors: [{id: of-flow, type: core.debug.Return}]
`

test('a walk meets every task in the order of the document', () => {
  const ids = Array.from(walkFlow(flowOf('f', NESTED)), ({ task }) => task.id)

  assert.deepEqual(ids, ['outer', 'choose', 'in-case', 'in-default', 'in-errors', 'last', 'of-flow'])
})

test('a task is found by its id, with the groups around it', () => {
  const flow = flowOf('f', NESTED)

  assert.equal(findTask(flow, 'in-case')?.path, 'tasks[0].tasks[0].cases.one[0]')
  assert.deepEqual(
    findAncestors(flow, 'in-case')?.map(({ id }) => id),
    ['outer', 'choose'],
  )
  assert.deepEqual(findAncestors(flow, 'of-flow'), [])
  assert.equal(findTask(flow, 'ghost'), undefined)
})

test('flows that call one another in a circle are found', () => {
  const flows = [
    flowOf('a', call('b')),
    flowOf('b', call('c') + call('d')),
    flowOf('c', call('a', '{{ flow.namespace }}')),
    flowOf('d', call('ghost')),
  ]

  const cycles = findSubflowCycles(flows)

  assert.deepEqual(
    cycles.map(cycle => cycle.map(({ id }) => id)),
    [['a', 'b', 'c']],
  )
})

test('calls that only a run can resolve are no circle', () => {
  assert.deepEqual(findSubflowCycles([flowOf('a', call('{{ inputs.next }}'))]), [])
})

test('a chain of ten thousand calls is walked without exhausting the stack', () => {
  const nodes = new Map(Array.from({ length: 10_000 }, (_, index) => [`n${index}`, [`n${index + 1}`]]))

  assert.deepEqual(findCycles(nodes), [])
})
