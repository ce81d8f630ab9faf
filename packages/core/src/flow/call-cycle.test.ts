import assert from 'node:assert/strict'
import test from 'node:test'
import { findCallCycle } from './call-cycle.ts'
import type { CallCycle } from './call-cycle.ts'
import { createCatalogue } from './catalogue.ts'
import type { Flow } from './flow.ts'
import { parseFlow } from './parse.ts'

const catalogue = createCatalogue()

function call(flowId: string, more = ''): string {
  return `{id: call-${flowId}, type: core.flow.Subflow, namespace: team, flowId: ${flowId}${more}}`
}

/** The first flow is the one that is saved; each is written as its tasks. */
function cycleOf(flows: Readonly<Record<string, string>>): CallCycle | undefined {
  const parsed = Object.entries(flows).map(([id, tasks]): readonly [string, Flow] => {
    const { flow, diagnostics } = parseFlow(`id: ${id}\nnamespace: team\n${tasks}\n`, { catalogue })
    assert.ok(flow, JSON.stringify(diagnostics))
    return [id, flow]
  })
  const byId = new Map(parsed)
  const first = parsed[0]?.[1]
  return first && findCallCycle(first, ({ id }) => byId.get(id))
}

function shown(cycle: CallCycle | undefined): string {
  return cycle === undefined
    ? 'none'
    : `${cycle.isEndless ? 'endless' : 'perhaps'} ${cycle.flows.map(({ id }) => id).join(' ')} by ${cycle.task.id}`
}

const CASES: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ['flows that call each other', { a: `tasks: [${call('b')}]`, b: `tasks: [${call('a')}]` }, 'endless a b by call-b'],
  [
    'a circle of three, in plain groups',
    {
      a: `tasks: [{id: s, type: core.flow.Sequential, tasks: [{id: p, type: core.flow.Parallel, tasks: [${call('b')}]}]}]`,
      b: `tasks: [${call('c')}]`,
      c: `tasks: [${call('a')}]`,
    },
    'endless a b c by call-b',
  ],
  [
    'a call under a condition',
    { a: `tasks: [${call('b')}]`, b: `tasks: [${call('a', ', runIf: "{{ x }}"')}]` },
    'perhaps a b by call-b',
  ],
  [
    'a call in a branch',
    {
      a: `tasks: [{id: i, type: core.flow.If, condition: "{{ x }}", then: [${call('b')}]}]`,
      b: `tasks: [${call('a')}]`,
    },
    'perhaps a b by call-b',
  ],
  [
    'a call that is not waited for',
    { a: `tasks: [${call('b', ', wait: false')}]`, b: `tasks: [${call('a')}]` },
    'perhaps a b by call-b',
  ],
  [
    'a call when something failed',
    { a: `tasks: [${call('b')}]`, b: `tasks: [{id: t, type: core.debug.Return}]\nerrors: [${call('a')}]` },
    'perhaps a b by call-b',
  ],
  [
    'a circle of others',
    { a: `tasks: [${call('b')}]`, b: `tasks: [${call('c')}]`, c: `tasks: [${call('b')}]` },
    'none',
  ],
  ['a flow that is switched off', { a: `tasks: [${call('b')}]`, b: `disabled: true\ntasks: [${call('a')}]` }, 'none'],
  ['a flow that is not there', { a: `tasks: [${call('b')}]` }, 'none'],
  [
    'the endless one of two',
    {
      a: `tasks: [${call('b', ', wait: false')}, ${call('c')}]`,
      b: `tasks: [${call('a')}]`,
      c: `tasks: [${call('a')}]`,
    },
    'endless a c by call-c',
  ],
]

for (const [name, flows, expected] of CASES) {
  test(`${name}: ${expected}`, () => {
    assert.equal(shown(cycleOf(flows)), expected)
  })
}
