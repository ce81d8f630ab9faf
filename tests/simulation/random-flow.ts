// Flows by chance: a tree of the control tasks over inline tasks, jobs and subflows, with everything that can be put on a task. Outcomes are
// written into the tasks, so that a flow does the same in every run; only order and faults differ.
import type { Chance } from './chance.ts'
import { randomInputs } from './random-inputs.ts'
import { randomGroup, type Doc, type Maker } from './random-groups.ts'

export const JOB_TYPE = 'io.batuta.simulation.Job'

export interface FlowShape {
  readonly id: string
  /** Flows that may be called, so that calls make no circle. */
  readonly callable: readonly string[]
}

export const NAMESPACE = 'simulation'

const TASKS_MAX = 14
const DEPTH_MAX = 3
/** Of the flows, so many are written in dialect 2. */
const SECOND_DIALECT = 0.4

export function randomFlow(chance: Chance, shape: FlowShape): Doc {
  const maker = new FlowMaker(chance, shape)
  const flow: Doc = { id: shape.id, namespace: NAMESPACE, tasks: maker.list(0, 1, 4) }
  if (maker.dialect === 2) flow['labels'] = { dialect: '2' }
  if (chance.hits(0.3)) flow['errors'] = maker.list(DEPTH_MAX - 1, 1, 2)
  if (chance.hits(0.25)) flow['finally'] = maker.list(DEPTH_MAX - 1, 1, 2)
  if (chance.hits(0.25)) flow['afterExecution'] = maker.list(DEPTH_MAX - 1, 1, 2)
  if (chance.hits(0.25))
    flow['outputs'] = [
      { id: 'result', type: 'STRING', value: chance.pick(['{{ flow.id }}', '{{ ghost }}', "{{ kv('answer') }}"]) },
    ]
  if (chance.hits(0.15)) flow['sla'] = [randomSla(chance)]
  if (chance.hits(0.3)) flow['inputs'] = randomInputs(chance, maker.dialect)
  if (chance.hits(0.1)) flow['retry'] = maker.retry(chance.hits(0.3))
  return flow
}

/** How long an execution may last when it promises so. */
export const PROMISED_MS = 6_000

function randomSla(chance: Chance): Doc {
  const behavior = chance.pick(['FAIL', 'CANCEL', 'NONE'])
  const own = { id: 'promise', behavior, labels: { sla: 'broken' } }
  return chance.hits(0.6)
    ? { ...own, type: 'MAX_DURATION', duration: `PT${PROMISED_MS / 1_000}S` }
    : { ...own, type: 'EXECUTION_ASSERTION', assert: chance.pick(['true', '{{ taskrun is null }}', '{{ ghost }}']) }
}

class FlowMaker implements Maker {
  readonly chance: Chance
  readonly dialect: 1 | 2
  readonly namespace = NAMESPACE
  readonly callable: readonly string[]
  #tasks = 0

  constructor(chance: Chance, { callable }: FlowShape) {
    this.chance = chance
    this.callable = callable
    this.dialect = chance.hits(SECOND_DIALECT) ? 2 : 1
  }

  readonly list = (depth: number, least: number, most: number): Doc[] => {
    const length = this.chance.int(least, most)
    return Array.from({ length }, () => this.#task(depth))
  }

  readonly leaves = (least: number, most: number): Doc[] => this.list(DEPTH_MAX, least, most)

  newId(): string {
    this.#tasks += 1
    return `t${this.#tasks}`
  }

  retry(isRenewing: boolean): Doc {
    const policy: Doc = this.chance.hits(0.7)
      ? { type: 'constant', interval: this.chance.pick(['PT0.1S', 'PT1S', 'PT5S']) }
      : { type: 'exponential', interval: 'PT0.5S', maxInterval: 'PT4S' }
    return {
      ...policy,
      maxAttempts: this.chance.int(2, 3),
      ...(isRenewing ? { behavior: 'CREATE_NEW_EXECUTION' } : {}),
      ...(this.chance.hits(0.2) ? { warningOnRetry: true } : {}),
    }
  }

  #task(depth: number): Doc {
    const id = this.newId()
    const isLeaf = depth >= DEPTH_MAX || this.#tasks > TASKS_MAX || this.chance.hits(0.45)
    const task = { id, ...(isLeaf ? this.#leaf(depth) : this.#group(depth + 1)) }
    return { ...task, ...this.#extras() }
  }

  #extras(): Doc {
    const { chance } = this
    return {
      ...(chance.hits(0.12) ? { allowFailure: true } : {}),
      ...(chance.hits(0.06) ? { allowWarning: true } : {}),
      ...(chance.hits(0.1)
        ? { runIf: chance.pick(['true', 'false', '{{ flow.id }}', '{{ ghost }}', "{{ kv('answer') }}"]) }
        : {}),
      ...(chance.hits(0.05) ? { disabled: true } : {}),
      ...(chance.hits(0.15) ? { retry: this.retry(chance.hits(0.2)) } : {}),
    }
  }

  #leaf(depth: number): Doc {
    const { chance } = this
    const roll = chance.next()
    if (roll < 0.5) return { type: JOB_TYPE, outcomes: chance.pick(['S', 'S', 'S', 'S', 'F', 'FS', 'FFS', 'W', 'SF']) }
    if (roll < 0.65)
      return {
        type: 'io.kestra.plugin.core.debug.Return',
        format: chance.pick(['x', '{{ taskrun.id }}', '{{ ghost }}']),
      }
    if (roll < 0.72) return { type: 'io.kestra.plugin.core.log.Log', message: 'line' }
    if (roll < 0.78) return { type: 'io.kestra.plugin.core.execution.Fail' }
    if (roll < 0.84) return { type: 'io.kestra.plugin.core.execution.Labels', labels: { mark: `m${this.#tasks}` } }
    if (roll < 0.87) return { type: 'io.kestra.plugin.core.execution.SetVariables', variables: { mark: 'x' } }
    if (roll < 0.9 && depth < DEPTH_MAX) return this.#exit()
    return this.#subflow() ?? { type: 'io.kestra.plugin.core.debug.Return', format: 'y' }
  }

  /** It ends the execution, whatever else runs. */
  #exit(): Doc {
    const state = this.chance.pick(['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED'])
    return { type: 'io.kestra.plugin.core.execution.Exit', state, runIf: this.chance.pick(['true', 'false']) }
  }

  #subflow(): Doc | undefined {
    const { chance } = this
    if (this.callable.length === 0) return undefined
    return {
      type: 'io.kestra.plugin.core.flow.Subflow',
      namespace: NAMESPACE,
      flowId: chance.pick(this.callable),
      ...(chance.hits(0.15) ? { wait: false } : {}),
      ...(chance.hits(0.2) ? { transmitFailed: false } : {}),
      ...(chance.hits(0.15) ? { restartBehavior: 'NEW_EXECUTION' } : {}),
    }
  }

  #group(depth: number): Doc {
    const { chance } = this
    const group = randomGroup(this, depth)
    if (chance.hits(0.15)) group['errors'] = this.leaves(1, 2)
    if (chance.hits(0.12)) group['finally'] = this.leaves(1, 2)
    return group
  }
}
