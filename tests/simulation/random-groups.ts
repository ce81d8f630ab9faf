// The groups of random flows, a table with one entry for every control task. A flow is of one dialect: what only the other one has is not in it.
import type { Chance } from './chance.ts'

export type Doc = Record<string, unknown>

/** Makes what stands in a group. */
export interface Maker {
  readonly chance: Chance
  readonly dialect: 1 | 2
  readonly namespace: string
  /** Flows that may be called. */
  readonly callable: readonly string[]
  list(depth: number, least: number, most: number): Doc[]
  /** Tasks that are no groups. */
  leaves(least: number, most: number): Doc[]
  newId(): string
}

interface Kind {
  readonly type: string
  readonly dialect?: 1 | 2
  readonly weight: number
  /** Undefined where the flow has nothing to put in it. */
  make(maker: Maker, depth: number): Doc | undefined
}

const LISTS = ['[]', '["a"]', '["a","b","c"]', '{{ ghost }}'] as const
const DELAYS = { pauseDuration: 'PT1S' } as const

const KINDS: readonly Kind[] = [
  { type: 'Sequential', weight: 3, make: ({ list }, depth) => ({ tasks: list(depth, 1, 3) }) },
  { type: 'AllowFailure', weight: 3, make: ({ list }, depth) => ({ tasks: list(depth, 1, 3) }) },
  {
    type: 'If',
    weight: 3,
    make: ({ list, chance }, depth) => ({
      condition: chance.pick(['true', 'false', '{{ ghost }}', "{{ kv('answer') }}"]),
      then: list(depth, 1, 2),
      ...(chance.hits(0.6) ? { else: list(depth, 1, 2) } : {}),
    }),
  },
  {
    type: 'Switch',
    weight: 3,
    make: ({ list, chance }, depth) => ({
      value: chance.pick(['a', 'b', 'z', '{{ ghost }}']),
      cases: { a: list(depth, 1, 2), b: list(depth, 1, 2) },
      ...(chance.hits(0.5) ? { defaults: list(depth, 1, 2) } : {}),
    }),
  },
  {
    type: 'Parallel',
    weight: 6,
    make: ({ list, chance }, depth) => ({ concurrent: chance.int(0, 3), tasks: list(depth, 2, 4) }),
  },
  {
    type: 'ForEach',
    dialect: 1,
    weight: 3,
    make: ({ list, chance }, depth) => ({
      values: chance.pick([...LISTS, '[1,2,3,4,5]']),
      concurrencyLimit: chance.int(0, 3),
      tasks: list(depth, 1, 3),
    }),
  },
  {
    type: 'EachParallel',
    dialect: 1,
    weight: 1,
    make: ({ list, chance }, depth) => ({
      value: chance.pick(LISTS),
      concurrent: chance.int(0, 3),
      tasks: list(depth, 1, 2),
    }),
  },
  {
    type: 'EachSequential',
    dialect: 1,
    weight: 1,
    make: ({ list, chance }, depth) => ({ value: chance.pick(LISTS), tasks: list(depth, 1, 2) }),
  },
  { type: 'ForEachItem', dialect: 1, weight: 1.5, make: forEachItem },
  { type: 'Dag', weight: 1, make: dag },
  { type: 'LoopUntil', weight: 1, make: loopUntil },
  { type: 'Pause', weight: 1.5, make: pause },
  { type: 'Loop', dialect: 2, weight: 4, make: loop },
  { type: 'Approval', dialect: 2, weight: 2, make: approval },
  {
    type: 'Wait',
    dialect: 2,
    weight: 1.5,
    make: ({ chance }) => ({
      ...chance.pick([DELAYS, { duration: 'PT2S' }]),
      behavior: chance.pick(['RESUME', 'WARN', 'FAIL', 'CANCEL']),
    }),
  },
  { type: 'WorkingDirectory', weight: 2, make: ({ leaves }) => ({ tasks: leaves(1, 3) }) },
]

export function randomGroup(maker: Maker, depth: number): Doc {
  const known = KINDS.filter(({ dialect }) => dialect === undefined || dialect === maker.dialect)
  let roll = maker.chance.next() * known.reduce((sum, { weight }) => sum + weight, 0)
  const kind = known.find(({ weight }) => (roll -= weight) < 0)
  const made = kind?.make(maker, depth)
  if (!kind || !made) return { type: typeOf('Sequential'), tasks: maker.list(depth, 1, 3) }
  return { type: typeOf(kind.type), ...made }
}

function typeOf(name: string): string {
  return `io.kestra.plugin.core.flow.${name}`
}

/** Each may wait for those before it. */
function dag({ list, chance }: Maker, depth: number): Doc {
  const tasks = list(depth, 2, 4)
  return {
    concurrent: chance.int(0, 2),
    tasks: tasks.map((task, at) => ({
      task,
      dependsOn: tasks.slice(0, at).flatMap(({ id }) => (chance.hits(0.5) ? [id] : [])),
    })),
  }
}

function loopUntil({ list, chance }: Maker, depth: number): Doc {
  return {
    condition: chance.pick(['true', 'false', '{{ ghost }}', "{{ kv('answer') }}", '{{ taskrun.iteration == 1 }}']),
    checkFrequency: { interval: chance.pick(['PT0S', 'PT1S']), maxIterations: chance.int(1, 3) },
    ...(chance.hits(0.3) ? { failOnMaxReached: true } : {}),
    tasks: list(depth, 1, 2),
  }
}

/** Now and then one waits for a person, for as long as it takes. */
function pause({ list, leaves, chance }: Maker, depth: number): Doc {
  const until = chance.next()
  return {
    ...(until < 0.5
      ? { ...DELAYS, behavior: chance.pick(['RESUME', 'WARN', 'FAIL', 'CANCEL']) }
      : until < 0.75
        ? { timeout: 'PT2S' }
        : {}),
    ...(chance.hits(0.3) ? { onPause: leaves(1, 1)[0] } : {}),
    ...(chance.hits(0.5) ? { tasks: list(depth, 1, 2) } : {}),
  }
}

function approval({ list, leaves, chance }: Maker, depth: number): Doc {
  const behaviors = ['CONTINUE', 'WARN', 'FAIL', 'SUCCEED', 'CANCEL', 'KILL'] as const
  const pick = (name: string): Doc => (chance.hits(0.5) ? { [name]: chance.pick(behaviors) } : {})
  return {
    ...pick('approveBehavior'),
    ...pick('denyBehavior'),
    ...pick('expireBehavior'),
    ...(chance.hits(0.3) ? { autoApprove: true } : {}),
    ...(chance.hits(0.6) ? { timeout: 'PT2S' } : {}),
    ...(chance.hits(0.6) ? { onApprove: list(depth, 1, 2) } : {}),
    ...(chance.hits(0.6) ? { onDeny: list(depth, 1, 2) } : {}),
    ...(chance.hits(0.3) ? { onWait: leaves(1, 2) } : {}),
  }
}

function loop({ list, chance }: Maker, depth: number): Doc {
  const values = ['{{ item.value }}', '{{ ghost }}', "{{ kv('answer') }}"] as const
  return {
    values: chance.pick([...LISTS, itemsOf(chance)]),
    concurrencyLimit: chance.int(0, 3),
    ...(chance.hits(0.3) ? { transmitFailed: false } : {}),
    ...(chance.hits(0.5) ? { outputs: [{ id: 'left', type: 'STRING', value: chance.pick(values) }] } : {}),
    ...(chance.hits(0.2) ? { breakWhen: chance.pick(['{{ item.value == "b" }}', "{{ kv('answer') }}"]) } : {}),
    tasks: list(depth, 1, 3),
  }
}

/** How many lines the file of that name has is said by its name. */
export const ITEMS_MAX = 4
function itemsOf(chance: Chance): string {
  return `kestra:///items/${chance.int(0, ITEMS_MAX)}`
}

function forEachItem({ chance, callable, namespace }: Maker): Doc | undefined {
  if (callable.length === 0) return undefined
  return {
    items: itemsOf(chance),
    namespace,
    flowId: chance.pick(callable),
    ...(chance.hits(0.15) ? { wait: false } : {}),
    ...(chance.hits(0.2) ? { transmitFailed: false } : {}),
    ...(chance.hits(0.15) ? { restartBehavior: 'NEW_EXECUTION' } : {}),
  }
}
