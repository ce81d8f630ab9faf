// Trees by chance. The ids are given afterwards, in the order of writing, so that a tree that shrank is a valid flow, too.
import fc, { type Arbitrary } from 'fast-check'
import type { FlowTree, Kind, RetryNode, Saying, TaskNode } from './tree.ts'

type List = 'tasks' | 'other' | 'defaults' | 'errors' | 'finally'

/** A task without its id; what was not chosen is undefined. */
type Blank = {
  readonly [Key in Exclude<keyof TaskNode, 'id' | 'kind' | 'hook' | List>]?: TaskNode[Key] | undefined
} & {
  readonly [Key in List]?: readonly Blank[] | undefined
} & { readonly kind: Kind; readonly hook?: Blank | undefined; readonly edges?: readonly number[] }

const DEPTH_MAX = 3

/** Chosen in so many of a hundred; else absent, which is also what it shrinks to. */
function seldom<Item>(percent: number, item: Arbitrary<Item>): Arbitrary<Item | undefined> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 100 - percent, arbitrary: fc.constant(undefined) },
    { weight: percent, arbitrary: item },
  )
}

const RETRY: Arbitrary<RetryNode> = fc.record({
  maxAttempts: fc.constantFrom(2, 3),
  isRenewing: fc.constantFrom(false, false, false, false, true),
  isWarning: fc.constantFrom(false, false, false, true),
})

const FLAGS = fc.record({
  isDisabled: seldom(5, fc.constant(true)),
  allowFailure: seldom(12, fc.constant(true)),
  allowWarning: seldom(6, fc.constant(true)),
  runIf: seldom(9, fc.constantFrom<Saying>('yes', 'no', 'no', 'asked', 'asked', 'broken')),
  isWhen: seldom(20, fc.constant(true)),
  retry: seldom(12, RETRY),
})

const leaf = (kind: Kind): Arbitrary<Blank> => fc.constant({ kind })

const CALL: Arbitrary<Blank> = fc.record({
  kind: fc.constant<Kind>('Subflow'),
  isUnawaited: seldom(10, fc.constant(true)),
  isTolerant: seldom(20, fc.constant(true)),
  isRenewing: seldom(20, fc.constant(true)),
})

const LEAF: Arbitrary<Blank> = fc.oneof(
  { withCrossShrink: true },
  { weight: 24, arbitrary: leaf('Job') },
  { weight: 2, arbitrary: leaf('Return') },
  { weight: 3, arbitrary: leaf('Probe') },
  { weight: 1, arbitrary: fc.constant<Blank>({ kind: 'Return', format: 'broken' }) },
  { weight: 1, arbitrary: leaf('Fail') },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom<Kind[]>('Fail', 'Assert', 'Assert'),
      condition: fc.constantFrom<Saying>('yes', 'no', 'broken'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant<Kind>('Labels'), format: fc.constantFrom('yes', 'broken') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant<Kind>('Exit'),
      exit: fc.constantFrom('SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED'),
      runIf: fc.constantFrom('no', 'yes', 'asked', 'asked'),
    }),
  },
  { weight: 3, arbitrary: CALL },
)

function withFlags(blank: Arbitrary<Blank>): Arbitrary<Blank> {
  return fc.tuple(blank, FLAGS).map(([node, flags]) => ({ ...flags, ...without(node) }))
}

function without(node: Blank): Blank {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined)) as unknown as Blank
}

const LEAVES: Arbitrary<readonly Blank[]> = fc.array(withFlags(LEAF), { minLength: 1, maxLength: 2 })
const HANDLERS = fc.record({ errors: seldom(18, LEAVES), finally: seldom(14, LEAVES) })

/** A task at most so many groups above the leaves. */
function taskOf(depth: number): Arbitrary<Blank> {
  if (depth === 0) return withFlags(LEAF)
  return withFlags(
    fc.oneof({ withCrossShrink: true }, { weight: 5, arbitrary: LEAF }, { weight: 5, arbitrary: groupOf(depth) }),
  )
}

const VALUES = fc.constantFrom<readonly string[] | 'broken'>(
  ['x'],
  ['x', 'y'],
  ['x', 'y'],
  ['x', 'y', 'x', 'z'],
  ['x', 'y', 'z'],
  [],
  'broken',
)
const LIMIT = fc.constantFrom(undefined, 0, 1, 2)

function groupOf(depth: number): Arbitrary<Blank> {
  const list = (least: number, most: number): Arbitrary<readonly Blank[]> =>
    fc.array(taskOf(depth - 1), { minLength: least, maxLength: most })
  const kind = (...kinds: readonly [Kind, ...Kind[]]): Arbitrary<Kind> => fc.constantFrom(...kinds)
  const bodies: Arbitrary<object>[] = [
    fc.record({ kind: kind('Sequential', 'AllowFailure'), tasks: list(1, 3) }),
    fc.record({ kind: kind('Parallel'), tasks: list(1, 4), limit: LIMIT }),
    fc.record({ kind: kind('Dag'), tasks: list(1, 4), limit: LIMIT, edges: fc.array(fc.nat(7), { maxLength: 4 }) }),
    fc.record({
      kind: kind('If'),
      tasks: list(1, 2),
      other: seldom(50, list(1, 2)),
      condition: fc.constantFrom<Saying>('yes', 'yes', 'no', 'no', 'asked', 'broken'),
    }),
    fc.record({
      kind: kind('Switch'),
      tasks: list(1, 2),
      other: seldom(50, list(1, 2)),
      defaults: seldom(50, list(1, 2)),
      choice: fc.constantFrom('a', 'a', 'b', 'b', 'z', 'broken'),
    }),
    fc.record({ kind: kind('ForEach', 'EachParallel'), tasks: list(1, 3), values: VALUES, limit: LIMIT }),
    fc.record({ kind: kind('EachSequential'), tasks: list(1, 2), values: VALUES }),
    fc.record({
      kind: kind('Loop'),
      tasks: list(1, 2),
      values: VALUES,
      limit: LIMIT,
      isTolerant: seldom(30, fc.constant(true)),
    }),
    fc.record({
      kind: kind('LoopUntil'),
      tasks: list(1, 2),
      condition: fc.constantFrom('yes', 'no', 'broken', 'asked', 'second', 'second'),
      limit: fc.constantFrom(1, 2, 3),
      failsOnMaximum: seldom(30, fc.constant(true)),
    }),
    fc.record({
      kind: kind('ForEachItem'),
      isUnawaited: seldom(10, fc.constant(true)),
      isTolerant: seldom(20, fc.constant(true)),
      isRenewing: seldom(20, fc.constant(true)),
    }),
    fc.record({
      kind: kind('WorkingDirectory'),
      tasks: fc.array(withFlags(leaf('Job')), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({
      kind: kind('Pause'),
      until: fc.constantFrom('person', 'timeout', 'RESUME', 'WARN', 'FAIL', 'CANCEL'),
      tasks: seldom(30, list(1, 2)),
      hook: seldom(20, withFlags(leaf('Job'))),
    }),
    fc.record({ kind: kind('Wait'), until: fc.constantFrom('RESUME', 'WARN', 'FAIL', 'CANCEL') }),
  ]
  return fc.tuple(fc.oneof(...bodies), HANDLERS).map(([body, handlers]) => without({ ...(body as Blank), ...handlers }))
}

export const TREE: Arbitrary<FlowTree> = fc
  .record({
    isSecond: seldom(25, fc.constant(true)),
    tasks: fc.array(taskOf(DEPTH_MAX), { minLength: 1, maxLength: 3 }),
    errors: seldom(30, fc.array(taskOf(1), { minLength: 1, maxLength: 2 })),
    finally: seldom(25, fc.array(taskOf(1), { minLength: 1, maxLength: 2 })),
    after: seldom(25, fc.array(taskOf(1), { minLength: 1, maxLength: 2 })),
    retry: seldom(8, RETRY),
    outputs: seldom(15, fc.constantFrom('yes', 'broken', 'asked')),
    isLimited: seldom(8, fc.constant(true)),
  })
  .map(({ isSecond, tasks, errors, finally: last, after, retry, outputs, isLimited }) => {
    const names = new Names()
    const given = (list: readonly Blank[] | undefined): readonly TaskNode[] =>
      (list ?? []).map(node => names.give(node))
    const tree: FlowTree = {
      dialect: isSecond === true ? 2 : 1,
      tasks: given(tasks),
      errors: given(errors),
      finally: given(last),
      after: given(after),
      ...(retry ? { retry } : {}),
      ...(outputs ? { outputs } : {}),
      ...(isLimited ? { isLimited } : {}),
    }
    // A Loop is of 2.0, and so is the flow that has one.
    return names.isSecond ? { ...tree, dialect: 2 } : tree
  })

class Names {
  #count = 0
  isSecond = false

  give(blank: Blank, isValued = false): TaskNode {
    const { edges, ...rest } = blank
    const id = `t${++this.#count}`
    const isOf2 = blank.kind === 'Loop' || blank.kind === 'Wait' || (blank.isWhen === true && blank.runIf !== undefined)
    if (isOf2) this.isSecond = true
    const node: Record<string, unknown> = { ...without(rest), id }
    for (const list of ['tasks', 'other', 'defaults', 'errors', 'finally'] as const) {
      const nodes = rest[list]
      if (nodes) node[list] = nodes.map(inner => this.give(inner, rest.values !== undefined))
    }
    // The iteration of a loop over values is not that of its own passes.
    if (isValued && rest.condition === 'second') node['condition'] = 'asked'
    if (rest.hook) node['hook'] = this.give(rest.hook)
    // Each bit of an edge is a task before it.
    if (edges)
      node['dependsOn'] = (blank.tasks ?? []).map((_, at) =>
        [0, 1, 2].filter(other => other < at && (((edges[at] ?? 0) >> other) & 1) === 1),
      )
    return node as unknown as TaskNode
  }
}
