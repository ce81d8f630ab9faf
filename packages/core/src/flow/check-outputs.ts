// `outputs.<task>.<field>`: is there such a task, can it have run, has it that field, and is it asked for the way loops keep it?
import type { PathReference } from '../expression/references.ts'
import { coreName } from './graph.ts'
import { inspectFields, warnOfName, wayOut } from './name-problem.ts'
import type { NameCheck } from './name-problem.ts'
import { loopAround, outOfReach } from './reach.ts'
import type { OutOfReach } from './reach.ts'
import { followShape } from './shape.ts'
import type { Shape } from './shape.ts'
import type { KnownTask } from './shape-of-flow.ts'

export function inspectTaskOutputs(check: NameCheck, reference: PathReference): void {
  const [first] = reference.steps
  if (first?.name === undefined) return
  const { name, at } = first
  const known = check.shapes.tasks.get(name)
  if (known === undefined) {
    const others = [...check.shapes.tasks.keys()]
    return warnOfName(check, {
      code: 'unknown-task',
      message: `The flow has no task "${name}".${wayOut(name, others, 'task')}`,
      at,
    })
  }
  if (!reference.isGuarded) {
    const problem = reachProblem(check, known, name)
    if (problem !== undefined) return warnOfName(check, { code: 'out-of-reach', message: problem, at })
  }
  inspectOutputFields(check, reference, known)
}

function reachProblem({ place }: NameCheck, known: KnownTask, id: string): string | undefined {
  const { reader } = place
  if (reader.type === 'flow') {
    const loop = loopAround(known, undefined)
    return loop === undefined ? disabledProblem(known, id) : REASONS.iteration(id, loop.id)
  }
  if (reader.type !== 'task') return undefined
  const reason = outOfReach(reader, known)
  if (reason === undefined) return disabledProblem(known, id)
  return REASONS[reason](id, reason === 'iteration' ? (loopAround(known, reader)?.id ?? '') : reader.task.id)
}

function disabledProblem({ task, ancestors }: KnownTask, id: string): string | undefined {
  const off = [...ancestors, task].find(({ disabled }) => disabled)
  if (off === undefined) return undefined
  const what = off.id === id ? 'is disabled' : `is part of "${off.id}", which is disabled`
  return `The task "${id}" ${what}, so it has no outputs; guard it with \`??\`.`
}

const REASONS: Readonly<Record<OutOfReach, (id: string, other: string) => string>> = {
  self: id => `A task cannot read its own outputs: "${id}" has none before it has run.`,
  later: (id, reader) => `The task "${id}" runs after "${reader}": put it before, or guard this with \`??\`.`,
  parallel: (id, reader) =>
    `"${id}" and "${reader}" run at the same time: use a Dag with \`dependsOn\`, or guard this with \`??\`.`,
  'other-branch': (id, reader) =>
    `"${id}" and "${reader}" stand in different branches, of which only one runs; guard this with \`??\`.`,
  'not-depended': (id, reader) => `"${reader}" does not depend on "${id}": add it to \`dependsOn\`.`,
  inside: (id, reader) => `"${reader}" is rendered before the task "${id}" inside of it has run.`,
  iteration: (id, loop) =>
    `Every iteration of the Loop "${loop}" keeps the outputs of "${id}" to itself: name them in its \`outputs\` and read \`loopOutputs(outputs.${loop}.outputs, '…')\`.`,
}

const KEYED: ReadonlySet<string> = new Set(['flow.ForEach', 'flow.EachSequential', 'flow.EachParallel'])

function inspectOutputFields(
  check: NameCheck,
  reference: PathReference,
  { task, ancestors, outputs }: KnownTask,
): void {
  const { steps, isGuarded } = reference
  const [first] = steps
  const simple = task.type.slice(task.type.lastIndexOf('.') + 1)
  const id = first?.name ?? task.id
  if (outputs === undefined) {
    if (isGuarded || steps.length < 2) return
    const message = `The task "${id}" (${simple}) has no outputs.`
    return warnOfName(check, { code: 'unknown-output', message, at: steps[1]?.at ?? 0 })
  }
  const loops = ancestors.filter(({ type }) => KEYED.has(coreName(type)))
  let shape: Shape = outputs
  for (let level = 0; level < loops.length; level++) shape = { type: 'values', item: shape, isIterated: true }
  const names = steps.slice(1).map(({ name }) => name)
  const fault = followShape(shape, names)
  if (fault === undefined) return
  const { name = '', at = 0 } = steps[fault.step + 1] ?? {}
  if (fault.type === 'unknown-field' && fault.step === loops.length) {
    const message = `The task "${id}" (${simple}) has no output "${name}".${wayOut(name, fault.known, 'output')}`
    return warnOfName(check, { code: 'unknown-output', message, at })
  }
  if (fault.type === 'not-keyed') {
    const message = `"${id}" runs once for each value of "${loops[fault.step]?.id}": write \`outputs.${id}[…].${name}\` with the value, such as \`taskrun.value\`, in brackets.`
    return warnOfName(check, { code: 'missing-value', message, at })
  }
  inspectFields(
    check,
    { ...reference, root: `outputs.${id}`, steps: steps.slice(1) },
    { shape, code: 'unknown-output', what: 'field' },
  )
}
