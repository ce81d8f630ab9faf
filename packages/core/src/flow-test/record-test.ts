// A suite of tests made of an execution: its inputs, what its tasks brought back from the world as fixtures, and what came of it as assertions.
import type { Catalogue } from '../flow/catalogue.ts'
import type { Flow, Task } from '../flow/flow.ts'
import { findTask } from '../flow/graph.ts'
import { isEncrypted } from '../flow/input-value.ts'
import { isMap, isList, mapEntries, mapSize } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { controlTypes } from '../control/control.ts'
import { inlineTypes } from '../inline/inline-task.ts'
import { writeYaml } from './write-yaml.ts'

/** What is needed of an execution's document. */
export interface RecordedExecution {
  readonly id: string
  readonly state: string
  readonly inputs: ValueMap
  readonly outputs: ValueMap
  readonly trigger?: { readonly id: string; readonly type: string; readonly variables: ValueMap }
  readonly runs: readonly RecordedRun[]
}

export interface RecordedRun {
  readonly id: string
  readonly taskId: string
  readonly parentId?: string
  readonly value?: string
  readonly state: string
  readonly attempts: readonly string[]
  readonly outputs: ValueMap
}

const OF_THE_ENGINE: ReadonlySet<string> = new Set(
  [...controlTypes(), ...inlineTypes()].filter(type => !type.endsWith('.Pause') && !type.endsWith('.Approval')),
)
const TEXT_MAX = 500
const FINAL = new Set(['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED'])

export function recordTest(execution: RecordedExecution, flow: Flow, catalogue: Catalogue): string {
  const fixtures = fixturesOf(execution, flow, catalogue)
  const { inputs, hidden } = inputsOf(execution.inputs)
  const { trigger } = execution
  const suite: ValueMap = {
    id: `${flow.id.replaceAll('.', '-')}-recorded`,
    namespace: flow.namespace,
    flowId: flow.id,
    testCases: [
      {
        id: 'recorded',
        description: `As the execution ${execution.id} went.`,
        fixtures: {
          ...(mapSize(inputs) > 0 && { inputs }),
          ...(trigger && { trigger: { id: trigger.id, type: trigger.type, variables: trigger.variables } }),
          ...(fixtures.length > 0 && { tasks: fixtures }),
        },
        expectedState: execution.state,
        assertions: assertionsOf(execution, flow),
      },
    ],
  }
  const remark = hidden.length === 0 ? '' : `# Secret inputs were left out; give them a value: ${hidden.join(', ')}\n`
  return `${remark}${writeYaml(suite)}`
}

function inputsOf(inputs: ValueMap): { readonly inputs: ValueMap; readonly hidden: readonly string[] } {
  const kept: Record<string, Value> = {}
  const hidden: string[] = []
  for (const [key, value] of mapEntries(inputs)) {
    if (isEncrypted(value)) hidden.push(key)
    else if (value !== null) kept[key] = value
  }
  return { inputs: kept, hidden }
}

/** Of tasks that went out: what the engine runs itself it runs again. */
function fixturesOf(execution: RecordedExecution, flow: Flow, catalogue: Catalogue): readonly Value[] {
  const fixtures: Value[] = []
  const fixed = new Set<string>()
  for (const run of execution.runs) {
    const task = findTask(flow, run.taskId)
    const type = task && (catalogue.resolve(task.type)?.type ?? task.type)
    if (type === undefined || OF_THE_ENGINE.has(type) || !FINAL.has(run.state)) continue
    if (run.parentId !== undefined && fixed.has(run.parentId)) continue
    fixed.add(run.id)
    const own = { id: run.taskId, ...valueOf(run, execution.runs) }
    // Each failed attempt before the last is a fixture of its own.
    for (const state of run.attempts.slice(0, -1)) if (state === 'FAILED') fixtures.push({ ...own, state })
    fixtures.push({
      ...own,
      ...(run.state !== 'SUCCESS' && { state: run.state }),
      ...(mapSize(run.outputs) > 0 && { outputs: run.outputs }),
    })
  }
  return fixtures
}

/** The values of the loops around a run, outermost first. */
function valueOf(run: RecordedRun, runs: readonly RecordedRun[]): { readonly value?: string } {
  const byId = new Map(runs.map(other => [other.id, other]))
  const chain: string[] = []
  for (let at: RecordedRun | undefined = run; at !== undefined; at = byId.get(at.parentId ?? ''))
    if (at.value !== undefined) chain.unshift(at.value)
  return chain.length === 0 ? {} : { value: chain.join('/') }
}

function assertionsOf({ id, outputs, runs }: RecordedExecution, flow: Flow): readonly Value[] {
  const assertions: Value[] = []
  const assert = (path: string, value: Value): void => {
    if (isLasting(value, id)) assertions.push({ value: `{{ ${path} }}`, equalTo: value })
  }
  for (const [key, value] of mapEntries(outputs)) assert(`execution.outputs${step(key)}`, value)
  for (const run of runs) {
    const task = findTask(flow, run.taskId)
    if (task === undefined || !isPlain(task) || run.value !== undefined || run.parentId !== undefined) continue
    for (const [key, value] of mapEntries(run.outputs)) assert(`outputs${step(run.taskId)}${step(key)}`, value)
  }
  return assertions
}

function isPlain({ type }: Task): boolean {
  return OF_THE_ENGINE.has(type)
}

function step(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `['${key.replaceAll("'", "\\'")}']`
}

/** Neither empty, nor huge, nor of this one execution. */
function isLasting(value: Value, executionId: string): boolean {
  if (value === null || isEncrypted(value)) return false
  if (typeof value === 'string')
    return value.length <= TEXT_MAX && !value.includes(executionId) && !value.includes('kestra://')
  if (isList(value)) return value.length <= 20 && value.every(item => isLasting(item, executionId))
  return !isMap(value) || Array.from(mapEntries(value)).every(([, item]) => isLasting(item, executionId))
}
