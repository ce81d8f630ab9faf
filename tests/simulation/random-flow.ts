// Flows by chance: a tree of the control tasks over inline tasks, jobs and subflows, with everything that can be put on a task. Outcomes are
// written into the tasks, so that a flow does the same in every run; only order and faults differ.
import type { Chance } from './chance.ts'

export const JOB_TYPE = 'io.batuta.simulation.Job'

type Doc = Record<string, unknown>

export interface FlowShape {
  readonly id: string
  /** Flows that may be called, so that calls make no circle. */
  readonly callable: readonly string[]
}

export const NAMESPACE = 'simulation'

const TASKS_MAX = 14
const DEPTH_MAX = 3

export function randomFlow(chance: Chance, shape: FlowShape): Doc {
  const maker = new FlowMaker(chance, shape)
  const flow: Doc = { id: shape.id, namespace: NAMESPACE, tasks: maker.list(0, 1, 4) }
  if (chance.hits(0.3)) flow['errors'] = maker.list(DEPTH_MAX - 1, 1, 2)
  if (chance.hits(0.25)) flow['finally'] = maker.list(DEPTH_MAX - 1, 1, 2)
  if (chance.hits(0.25)) flow['afterExecution'] = maker.list(DEPTH_MAX - 1, 1, 2)
  if (chance.hits(0.25))
    flow['outputs'] = [
      { id: 'result', type: 'STRING', value: chance.pick(['{{ flow.id }}', '{{ ghost }}', "{{ kv('answer') }}"]) },
    ]
  if (chance.hits(0.1)) flow['retry'] = maker.retry(chance.hits(0.3))
  return flow
}

class FlowMaker {
  readonly #chance: Chance
  readonly #shape: FlowShape
  #tasks = 0

  constructor(chance: Chance, shape: FlowShape) {
    this.#chance = chance
    this.#shape = shape
  }

  list(depth: number, least: number, most: number): Doc[] {
    const length = this.#chance.int(least, most)
    return Array.from({ length }, () => this.#task(depth))
  }

  retry(isRenewing: boolean): Doc {
    const policy: Doc = this.#chance.hits(0.7)
      ? { type: 'constant', interval: this.#chance.pick(['PT0.1S', 'PT1S', 'PT5S']) }
      : { type: 'exponential', interval: 'PT0.5S', maxInterval: 'PT4S' }
    return {
      ...policy,
      maxAttempts: this.#chance.int(2, 3),
      ...(isRenewing ? { behavior: 'CREATE_NEW_EXECUTION' } : {}),
      ...(this.#chance.hits(0.2) ? { warningOnRetry: true } : {}),
    }
  }

  #task(depth: number): Doc {
    this.#tasks += 1
    const isLeaf = depth >= DEPTH_MAX || this.#tasks > TASKS_MAX || this.#chance.hits(0.45)
    const task = { id: `t${this.#tasks}`, ...(isLeaf ? this.#leaf() : this.#group(depth + 1)) }
    return { ...task, ...this.#extras() }
  }

  #extras(): Doc {
    const chance = this.#chance
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

  #leaf(): Doc {
    const chance = this.#chance
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
    return this.#subflow() ?? { type: 'io.kestra.plugin.core.debug.Return', format: 'y' }
  }

  #subflow(): Doc | undefined {
    const chance = this.#chance
    if (this.#shape.callable.length === 0) return undefined
    return {
      type: 'io.kestra.plugin.core.flow.Subflow',
      namespace: NAMESPACE,
      flowId: chance.pick(this.#shape.callable),
      ...(chance.hits(0.15) ? { wait: false } : {}),
      ...(chance.hits(0.2) ? { transmitFailed: false } : {}),
      ...(chance.hits(0.15) ? { restartBehavior: 'NEW_EXECUTION' } : {}),
    }
  }

  #group(depth: number): Doc {
    const chance = this.#chance
    const group = this.#branches(depth)
    if (chance.hits(0.15)) group['errors'] = this.list(DEPTH_MAX, 1, 2)
    if (chance.hits(0.12)) group['finally'] = this.list(DEPTH_MAX, 1, 2)
    return group
  }

  /** Of these the oracle foretells nothing: they are held to the invariants. */
  #rareGroup(depth: number): Doc {
    const chance = this.#chance
    const type = (name: string): string => `io.kestra.plugin.core.flow.${name}`
    const values = chance.pick(['[]', '["a"]', '["a","b","c"]', '{{ ghost }}'])
    const kind = chance.int(0, 6)
    if (kind === 0) return { type: type('Dag'), concurrent: chance.int(0, 2), tasks: this.#nodes(depth) }
    if (kind === 1)
      return { type: type('EachParallel'), value: values, concurrent: chance.int(0, 3), tasks: this.list(depth, 1, 2) }
    if (kind === 2) return { type: type('EachSequential'), value: values, tasks: this.list(depth, 1, 2) }
    if (kind === 3)
      return {
        type: type('LoopUntil'),
        condition: chance.pick(['true', 'false', '{{ ghost }}', "{{ kv('answer') }}", '{{ taskrun.iteration == 1 }}']),
        checkFrequency: { interval: chance.pick(['PT0S', 'PT1S']), maxIterations: chance.int(1, 3) },
        ...(chance.hits(0.3) ? { failOnMaxReached: true } : {}),
        tasks: this.list(depth, 1, 2),
      }
    if (kind === 4)
      return {
        type: type('Pause'),
        ...(chance.hits(0.6)
          ? { pauseDuration: 'PT1S', behavior: chance.pick(['RESUME', 'WARN', 'FAIL', 'CANCEL']) }
          : { timeout: 'PT2S' }),
        ...(chance.hits(0.3) ? { onPause: this.#task(DEPTH_MAX) } : {}),
        ...(chance.hits(0.5) ? { tasks: this.list(depth, 1, 2) } : {}),
      }
    if (kind === 5)
      return {
        type: type('Loop'),
        values,
        concurrencyLimit: chance.int(0, 3),
        ...(chance.hits(0.3) ? { transmitFailed: false } : {}),
        ...(chance.hits(0.5) ? { outputs: [this.#left()] } : {}),
        tasks: this.list(depth, 1, 3),
      }
    return { type: type('Sequential'), tasks: [...this.list(depth, 1, 2), { id: `x${this.#tasks}`, ...this.#exit() }] }
  }

  #left(): Doc {
    return {
      id: 'left',
      type: 'STRING',
      value: this.#chance.pick(['{{ item.value }}', '{{ ghost }}', "{{ kv('answer') }}"]),
    }
  }

  #exit(): Doc {
    const state = this.#chance.pick(['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED'])
    return { type: 'io.kestra.plugin.core.execution.Exit', state, runIf: this.#chance.pick(['true', 'false']) }
  }

  /** Each may wait for those before it. */
  #nodes(depth: number): Doc[] {
    const tasks = this.list(depth, 2, 4)
    return tasks.map((task, at) => ({
      task,
      dependsOn: tasks.slice(0, at).flatMap(({ id }) => (this.#chance.hits(0.5) ? [id] : [])),
    }))
  }

  #branches(depth: number): Doc {
    const chance = this.#chance
    const type = (name: string): string => `io.kestra.plugin.core.flow.${name}`
    if (chance.hits(0.35)) return this.#rareGroup(depth)
    const kind = chance.int(0, 6)
    if (kind === 0) return { type: type('Sequential'), tasks: this.list(depth, 1, 3) }
    if (kind === 1) return { type: type('AllowFailure'), tasks: this.list(depth, 1, 3) }
    if (kind === 2)
      return {
        type: type('If'),
        condition: chance.pick(['true', 'false', '{{ ghost }}', "{{ kv('answer') }}"]),
        then: this.list(depth, 1, 2),
        ...(chance.hits(0.6) ? { else: this.list(depth, 1, 2) } : {}),
      }
    if (kind === 3)
      return {
        type: type('Switch'),
        value: chance.pick(['a', 'b', 'z', '{{ ghost }}']),
        cases: { a: this.list(depth, 1, 2), b: this.list(depth, 1, 2) },
        ...(chance.hits(0.5) ? { defaults: this.list(depth, 1, 2) } : {}),
      }
    if (kind === 4)
      return {
        type: type('ForEach'),
        values: chance.pick(['[]', '["a"]', '["a","b","c"]', '[1,2,3,4,5]', '{{ ghost }}']),
        concurrencyLimit: chance.int(0, 3),
        tasks: this.list(depth, 1, 3),
      }
    return { type: type('Parallel'), concurrent: chance.int(0, 3), tasks: this.list(depth, 2, 4) }
  }
}
