// The names of an expression held against what the flow declares: inputs, variables, outputs of tasks with their fields, what a trigger brings.
// All of it warns and nothing is refused: Kestra saves such flows, and some of them never render the text.
import { findReferences } from '../expression/references.ts'
import type { CallReference, PathReference } from '../expression/references.ts'
import type { Dialect } from './flow.ts'
import { inspectTaskOutputs } from './check-outputs.ts'
import type { Inspection } from './inspection.ts'
import { inspectFields, warnOfName, wayOut } from './name-problem.ts'
import type { NameCheck } from './name-problem.ts'
import { nearest } from './nearest.ts'
import { ANY, mapShape, NUMBER, TEXT } from './shape.ts'
import type { Shape } from './shape.ts'
import { triggerShape } from './shape-of-flow.ts'
import type { FlowShapes } from './shape-of-flow.ts'
import type { TemplatePlace } from './templates.ts'

export function inspectNames(inspection: Inspection, place: TemplatePlace, shapes: FlowShapes): void {
  const check: NameCheck = { inspection, place, shapes }
  for (const reference of findReferences(place.text, inspection.flow.dialect)) {
    if (reference.type === 'call') inspectCall(check, reference)
    else if (place.isOwnScope) inspectPath(check, reference)
    else if (place.reader.type === 'trigger') inspectInTrigger(check, reference)
  }
}

/** Roots of the context, and what is known of each without the flow. */
const ROOTS: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['flow', mapShape(['id', 'namespace', 'revision', 'tenantId'].map(key => [key, key === 'revision' ? NUMBER : TEXT]))],
  [
    'execution',
    mapShape(['id', 'startDate', 'originalId', 'state', 'outputs', 'attemptNumber'].map(key => [key, ANY])),
  ],
  ['task', mapShape(['id', 'type'].map(key => [key, TEXT]))],
  [
    'taskrun',
    mapShape(['id', 'startDate', 'attemptsCount', 'parentId', 'value', 'iteration', 'items'].map(key => [key, ANY])),
  ],
  ...[
    ...['parents', 'parent', 'inputs', 'outputs', 'tasks', 'vars', 'labels', 'trigger', 'schedule', 'envs', 'globals'],
    ...[
      'kestra',
      'namespace',
      'files',
      'workerTaskrun',
      'workingDir',
      'outputDir',
      'outputFiles',
      'bucketPath',
      'item',
    ],
    ...['response', 'error', 'secrets', 'loop', 'body', 'assets'],
  ].map((root): [string, Shape] => [root, ANY]),
])

/** What is there only when something runs. */
const OF_RUNS: ReadonlySet<string> = new Set(['outputs', 'taskrun', 'task', 'tasks', 'parent', 'parents', 'item'])

function inspectPath(check: NameCheck, reference: PathReference): void {
  const { place, shapes } = check
  const { root } = reference
  if (place.reader.type === 'input' && OF_RUNS.has(root)) {
    if (!reference.isGuarded) {
      const message = `Inputs are resolved before anything runs: there is no \`${root}\` yet.`
      warnOfName(check, { code: 'out-of-reach', message, at: reference.at })
    }
    return
  }
  const known = ROOTS.get(root)
  if (known === undefined) return unknownRoot(check, reference)
  if (root === 'inputs') inspectFields(check, reference, { shape: shapes.inputs, code: 'unknown-input', what: 'input' })
  else if (root === 'vars')
    inspectFields(check, reference, { shape: shapes.vars, code: 'unknown-variable', what: 'variable' })
  else if (root === 'outputs') inspectTaskOutputs(check, reference)
  else if (root === 'tasks') inspectTaskState(check, reference)
  else if (root === 'labels') inspectLabel(check, reference)
  else if (root === 'trigger') inspectTriggerField(check, reference)
  else if (root === 'taskrun') inspectTaskRun(check, reference, known)
  else inspectFields(check, reference, { shape: known, code: 'unknown-field', what: 'field' })
}

function unknownRoot(check: NameCheck, { root, at, isGuarded }: PathReference): void {
  const { flow } = check.inspection
  // Tasks and the older engine may put variables at the root.
  if (isGuarded && nearest(root, ROOTS.keys()) === undefined) return
  const holders: readonly (readonly [string, Shape | undefined])[] = [
    ['inputs', check.shapes.inputs],
    ['vars', check.shapes.vars],
  ]
  const holder = holders.find(([, shape]) => shape?.type === 'map' && shape.fields.has(root))?.[0]
  if (holder === 'vars' && flow.dialect === 1 && setsVariables(check)) return
  const close =
    holder !== undefined
      ? `${holder}.${root}`
      : check.shapes.tasks.has(root)
        ? `outputs.${root}`
        : nearest(root, ROOTS.keys())
  const hint = close === undefined ? ` Known are ${FIRST_ROOTS.join(', ')}.` : ` Did you mean \`${close}\`?`
  warnOfName(check, { code: 'unknown-root', message: `There is no variable \`${root}\` here.${hint}`, at })
}

const FIRST_ROOTS: readonly string[] = [
  ...['inputs', 'outputs', 'vars', 'labels', 'trigger', 'taskrun', 'task', 'execution', 'flow', 'envs', 'globals'],
]

function setsVariables({ shapes }: NameCheck): boolean {
  return [...shapes.tasks.values()].some(({ task }) => task.type.endsWith('.SetVariables'))
}

function inspectTaskState(check: NameCheck, { steps }: PathReference): void {
  const [first] = steps
  if (first?.name === undefined || check.shapes.tasks.has(first.name)) return
  const known = [...check.shapes.tasks.keys()]
  const message = `The flow has no task "${first.name}".${wayOut(first.name, known, 'task')}`
  warnOfName(check, { code: 'unknown-task', message, at: first.at })
}

/** Whoever starts an execution may give it any label: only what looks like a slip is told. */
function inspectLabel(check: NameCheck, { steps, isGuarded }: PathReference): void {
  const name = steps.every(step => step.name !== undefined) ? steps.map(step => step.name).join('.') : undefined
  const known = check.inspection.flow.labels.map(({ key }) => key)
  if (name === undefined || name === '' || isGuarded || name.startsWith('system.')) return
  if (known.some(key => key === name || key.startsWith(`${name}.`) || name.startsWith(`${key}.`))) return
  const close = nearest(name, known)
  if (close === undefined) return
  const message = `The flow has no label "${name}". Did you mean "${close}"?`
  warnOfName(check, { code: 'unknown-label', message, at: steps[0]?.at ?? 0 })
}

function inspectTriggerField(check: NameCheck, reference: PathReference): void {
  const { flow } = check.inspection
  if (reference.isGuarded) return
  const [first] = reference.steps
  const { trigger: shape } = check.shapes
  if (flow.triggers.length > 0 || shape.type !== 'map' || first?.name === undefined || shape.fields.has(first.name))
    return inspectFields(check, reference, { shape, code: 'unknown-field', what: 'field' })
  const message = `No trigger of the flow brings \`trigger.${first.name}\`; guard it with \`??\` if only some callers do.`
  warnOfName(check, { code: 'unknown-field', message, at: first.at })
}

const VALUED: readonly string[] = ['ForEach', 'EachSequential', 'EachParallel'].map(
  name => `io.kestra.plugin.core.flow.${name}`,
)
const DIRECTORY = 'io.kestra.plugin.core.flow.WorkingDirectory'
const LOOP = 'io.kestra.plugin.core.flow.Loop'

function inspectTaskRun(check: NameCheck, reference: PathReference, shape: Shape): void {
  const { reader } = check.place
  const [first] = reference.steps
  if (first?.name === 'value' && reader.type === 'task' && !reference.isGuarded) {
    const groups = reader.ancestors.filter(({ type }) => type !== DIRECTORY)
    const [parent] = groups.slice(-1)
    if (parent !== undefined && VALUED.includes(parent.type)) return
    if (reader.task.type.endsWith('.ForEachItem')) return
    const message = messageOfValue(
      groups.map(({ type }) => type),
      check.inspection.flow.dialect,
    )
    return warnOfName(check, { code: 'no-value', message, at: first.at })
  }
  inspectFields(check, reference, { shape, code: 'unknown-field', what: 'field' })
}

/** Groups that an expression meets among its `parents` although they have no value: those that put something out. */
const SHOWN_GROUPS: ReadonlySet<string> = new Set(
  ['If', 'Switch', 'LoopUntil', 'Pause'].map(name => `io.kestra.plugin.core.flow.${name}`),
)

/** `types` are those of the groups around the task, outermost first. */
function messageOfValue(types: readonly string[], dialect: Dialect): string {
  const valued = types.findLastIndex(type => VALUED.includes(type))
  const loop = types.lastIndexOf(LOOP)
  if (loop >= 0 && loop > valued) return 'Inside a Loop the value is `item.value`; `taskrun.value` is not set.'
  if (valued < 0) return 'No ForEach is around this task, so it has no `taskrun.value`.'
  // The loop's own child has the value; groups below it lie between.
  const between = types.slice(valued + 2).filter(type => dialect === 2 || SHOWN_GROUPS.has(type)).length
  const way = between === 0 ? 'parent.taskrun.value' : `parents[${between}].taskrun.value`
  return `Only the direct tasks of a ForEach have a \`taskrun.value\`; here it is \`${way}\`.`
}

function inspectInTrigger(check: NameCheck, reference: PathReference): void {
  const { reader } = check.place
  if (reader.type !== 'trigger' || reference.isGuarded || !reader.isBirth) return
  if (reference.root === 'trigger') {
    const shape = triggerShape(reader.trigger, check.inspection.catalogue)
    inspectFields(check, reference, { shape, code: 'unknown-field', what: 'field' })
  } else if (!ROOTS.has(reference.root)) unknownRoot(check, reference)
}

const KEY = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/

/** The keys and secrets themselves are known to the server only; their names can be wrong by themselves. */
function inspectCall(check: NameCheck, { name, positional, named, at }: CallReference): void {
  if (name !== 'kv' && name !== 'secret') return
  const key = positional[0] ?? named.get('key')
  if (typeof key !== 'string') return
  const isKey = name === 'kv' ? KEY.test(key) : key.trim() !== ''
  if (isKey) return
  const message =
    name === 'kv'
      ? `No key can be called "${key}": keys begin with a letter or digit and hold letters, digits, "-", "_" and ".".`
      : 'The name of the secret is empty.'
  warnOfName(check, { code: `invalid-${name === 'kv' ? 'key' : 'secret'}`, message, at })
}
