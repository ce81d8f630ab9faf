// §13: what lets an execution go on that has ended or waits, and the replay of one from a run of it.
import type { Model } from './model.ts'
import { below, isFinal, type Run, type State } from './model-run.ts'

export function canRestart(model: Model): boolean {
  return (isFinal(model.state) && model.isEnded) || model.state === 'PAUSED'
}

/** §13.3. False where there is nothing to restart. */
export function restart(model: Model): boolean {
  const isWaiting = model.state === 'PAUSED'
  const isWanted = (run: Run): boolean => run.state === 'PAUSED' || (!isWaiting && run.state === 'FAILED')
  const gone = isWaiting ? childrenOfWaiting(model) : handlersAndFolders(model)
  const kept = model.runs.filter(run => !run.isRemoved && !gone.has(run))
  const wanted = kept.filter(isWanted)
  if (wanted.length === 0) return false
  for (const run of gone) if (!isFinal(run.state)) model.stop(run, 'KILLED')
  for (const run of gone) run.isRemoved = true
  for (const run of [model.root, ...kept]) run.children = run.children.filter(child => !gone.has(child))
  model.moveTo('RESTARTED')
  model.attemptNumber += 1
  if (model.isEnded) model.root.answers.clear()
  model.isEnded = false
  model.isKilled = false
  for (const run of wanted) beginAgain(model, run)
  // Beside one that waits nothing else changes: a group around it that has failed meanwhile has still failed.
  for (const run of wanted)
    for (let at = run.parent; at; at = at.parent) if (!isWaiting || !isFinal(at.state)) openAgain(model, at)
  openAgain(model, model.root)
  model.begin()
  return true
}

/** A leaf, a folder and what waits begin anew; a group goes on with what is in it. */
function beginAgain(model: Model, run: Run): void {
  if (run.isOpen && run.node.kind !== 'WorkingDirectory' && run.state !== 'PAUSED') return openAgain(model, run)
  run.timer = undefined
  run.isOpen = false
  run.verdict = undefined
  run.pass = undefined
  run.answers.clear()
  model.move(run, 'RESTARTED')
}

function openAgain(model: Model, group: Run): void {
  group.verdict = undefined
  group.isLeaving = false
  group.hasFailedLane = false
  for (const [lane, state] of group.ended) if (state === 'FAILED') group.ended.delete(lane)
  if (group !== model.root && group.state !== 'RUNNING') model.move(group, 'RUNNING')
}

/** The runs of all handlers, and what is in a folder that failed. */
function handlersAndFolders(model: Model): ReadonlySet<Run> {
  const gone = new Set<Run>()
  for (const run of model.runs) {
    const isInFolder = run.parent?.node.kind === 'WorkingDirectory' && run.parent.state === 'FAILED'
    if (run.list !== 'tasks' || isInFolder || (run.parent && gone.has(run.parent))) gone.add(run)
  }
  return gone
}

function childrenOfWaiting(model: Model): ReadonlySet<Run> {
  const gone = new Set<Run>()
  for (const run of model.runs)
    if (run.parent && (gone.has(run.parent) || (run.parent !== model.root && run.parent.state === 'PAUSED')))
      gone.add(run)
  return gone
}

// ---- Replay (§13.4): the source is left, the copy goes on

export function replay(model: Model, wished: Run): void {
  const target = wholeOf(wished)
  const gone = new Set(target.list === 'after' || model.isAfter(target) ? model.root.children.filter(isOfAfter) : [])
  const isAfterwards = gone.size > 0
  const around: Run[] = []
  if (!isAfterwards) {
    for (const child of target.children) gone.add(child)
    for (let at = target; at.parent; at = at.parent) {
      for (const other of behind(at)) gone.add(other)
      around.push(at.parent)
    }
  }
  const again = model.runs.filter(
    run => !isFinal(run.state) && !around.includes(run) && run !== target && !run.isRemoved,
  )
  const leaves = again.filter(run => !isOpenGroup(run) && run.state !== 'CREATED' && run.state !== 'RESTARTED')
  if (!isAfterwards && target.state !== 'CREATED') leaves.push(target)
  for (const leaf of leaves) for (const child of leaf.children) gone.add(child)
  takeOut(model, gone)
  takeOver(model)
  for (const run of model.runs.filter(run => isOpenGroup(run) && !isFinal(run.state) && !leaves.includes(run)))
    openAgain(model, run)
  for (const run of around) openAgain(model, run)
  for (const leaf of leaves) if (!leaf.isRemoved) beginAnew(model, leaf)
  model.begin()
}

/** The copy has nothing of what was out. */
function takeOver(model: Model): void {
  for (const run of model.runs) {
    run.saw = undefined
    run.out = undefined
    run.timer = undefined
    run.question = undefined
    run.answers.clear()
  }
  model.moveTo('RESTARTED')
  model.attemptNumber += 1
  model.root.answers.clear()
  model.root.question = undefined
  model.hasPlace = false
  model.isEnded = false
  model.isKilled = false
  model.hasGrace = false
  model.isRenewing = false
}

function isOfAfter(run: Run): boolean {
  return run.list === 'after'
}

function isOpenGroup(run: Run): boolean {
  return run.isOpen && run.state !== 'PAUSED' && run.node.kind !== 'WorkingDirectory'
}

/** A folder is begun whole, and so is what waits. */
function wholeOf(wished: Run): Run {
  let target = wished
  for (let at: Run | undefined = wished; at; at = at.parent)
    if (at.node.kind === 'Pause' || at.node.kind === 'Wait' || at.node.kind === 'WorkingDirectory') target = at
  return target
}

function behind(run: Run): readonly Run[] {
  const siblings = run.parent?.children ?? []
  return siblings.filter(other => other !== run && isBehind(run, other, siblings))
}

function isBehind(run: Run, other: Run, siblings: readonly Run[]): boolean {
  const isLater = siblings.indexOf(other) > siblings.indexOf(run)
  if (run.list !== 'tasks') return other.list !== 'tasks' && isLater
  if (other.list !== 'tasks') return true
  switch (run.parent?.node.kind) {
    case 'Dag':
      return isDependent(run.parent, run, other)
    case 'Parallel':
    case 'EachParallel':
      return false
    case 'ForEach':
    case 'Loop':
      return other.lane === run.lane ? isLater : (run.parent.node.limit ?? 1) === 1 && other.lane > run.lane
    case 'EachSequential':
      return other.lane === run.lane ? isLater : other.lane > run.lane
    default:
      return isLater
  }
}

function isDependent(dag: Run, run: Run, other: Run): boolean {
  const { tasks = [], dependsOn = [] } = dag.node
  const needs = (node: number, wanted: number): boolean =>
    (dependsOn[node] ?? []).some(before => before === wanted || needs(before, wanted))
  return needs(tasks.indexOf(other.node), tasks.indexOf(run.node))
}

function takeOut(model: Model, gone: ReadonlySet<Run>): void {
  for (const run of gone) for (const inner of [run, ...below(run)]) inner.isRemoved = true
  for (const run of [model.root, ...model.runs]) run.children = run.children.filter(child => !gone.has(child))
}

function beginAnew(model: Model, run: Run): void {
  run.hasChild = false
  run.isOpen = false
  run.verdict = undefined
  run.pass = undefined
  // To set a state again is nothing (§5.2).
  if (run.state !== 'RESTARTED') model.move(run, 'RESTARTED')
}

// ---- The state of a run, told by a person (§13.5)

export function canOverrule(model: Model, run: Run): boolean {
  // What goes on while a task waits does not end its wait.
  for (let at = run.parent; at; at = at.parent) if (at.state === 'PAUSED') return false
  const isOver = isFinal(model.state) && model.isEnded && model.state !== 'RETRIED'
  return (isOver || model.state === 'PAUSED') && (isFinal(run.state) || run.state === 'PAUSED')
}

export function overrule(model: Model, run: Run, state: State): void {
  if (model.isAfter(run)) return overruleAfter(model, run, state)
  const around: Run[] = []
  const gone = new Set<Run>()
  for (let at = run; at.parent; at = at.parent) {
    around.push(at.parent)
    const siblings = at.parent.children
    for (const other of siblings) {
      const isLater = siblings.indexOf(other) > siblings.indexOf(at)
      if (other !== at && other.list !== 'tasks' && (at.list === 'tasks' || isLater)) gone.add(other)
    }
  }
  if (state === 'CANCELLED') {
    for (const other of model.runs.toReversed())
      if (!isFinal(other.state) && !around.includes(other) && other !== run) model.stop(other, 'KILLED')
    takeOut(model, gone)
    tellState(model, run, state)
    for (const group of around)
      if (group !== model.root) {
        openAgain(model, group)
        model.move(group, 'CANCELLED')
      }
    if (model.state !== 'CANCELLED') model.moveTo('CANCELLED')
    model.isEnded = true
    model.hasPlace = false
    return
  }
  takeOut(model, gone)
  model.moveTo('RESTARTED')
  if (model.isEnded) model.root.answers.clear()
  model.isEnded = false
  model.isKilled = false
  tellState(model, run, state)
  for (const group of around) openAgain(model, group)
  model.begin()
}

function overruleAfter(model: Model, run: Run, state: State): void {
  tellState(model, run, state)
  model.isEnded = false
  for (let at = run.parent; at?.parent; at = at.parent) openAgain(model, at)
  model.goOn()
}

function tellState(model: Model, run: Run, state: State): void {
  if (run.attempts.length > 0) run.attempts[run.attempts.length - 1] = state
  run.timer = undefined
  if (run.state !== state) model.move(run, state)
}
