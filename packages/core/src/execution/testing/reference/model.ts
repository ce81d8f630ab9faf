// The reference model: a plain recursive reading of the specification (flow model §5–§8), written to be checked against it and not to be fast. It
// knows no events, no journal, no agenda and no counts: what a group does next it finds out by looking at the runs in it, every time.
// A run that is created begins at once, before what was created after it; what ends tells its parent.
import {
  below,
  childrenState,
  enabled,
  groupState,
  hasFailed,
  isFinal,
  isIterated,
  isWaitingPause,
  newRun,
  nextRuns,
  runsOf,
  tolerated,
  type ListName,
  type Run,
  type RunPlace,
  type State,
} from './model-run.ts'
import { isBeginning } from './model-beginning.ts'
import { clearOut, refuse, settle, tryDirectoryAgain } from './model-attempts.ts'
import { closeIterations, endPass, expand, goesOn, openItems, sumUp, sumUpItems } from './model-loops.ts'
import { seenOutputs } from './model-outputs.ts'
import type { FlowTree, Saying, TaskNode } from './tree.ts'

export class Model {
  readonly tree: FlowTree
  readonly root: Run
  state: State = 'CREATED'
  history: State[] = ['CREATED']
  isKilled = false
  isEnded = false
  /** The timer of the kill's grace, and that of a new execution. */
  hasGrace = false
  isRenewing = false
  /** Of a limit; left at the end. */
  hasPlace = false
  attemptNumber = 1
  nowMs = 0
  #born = 0

  constructor(tree: FlowTree) {
    this.tree = tree
    const { tasks, errors, finally: last } = tree
    // A flow is a group that nothing stands around.
    const node: TaskNode = { kind: 'Sequential', id: '', tasks, errors, finally: last }
    this.root = newRun({ node, parent: undefined, list: 'tasks', lane: 0, value: undefined })
    this.root.branch = enabled(tasks)
    this.root.isOpen = true
    this.root.state = 'RUNNING'
  }

  get runs(): readonly Run[] {
    return below(this.root)
  }

  /** The first turn. */
  begin(): void {
    if (this.tree.isLimited === true && !this.hasPlace) return this.moveTo('QUEUED')
    this.enter()
  }

  /** §11.1: past the gate. */
  enter(): void {
    this.hasPlace = this.tree.isLimited === true
    if (this.state === 'CREATED' && this.root.branch.length === 0) return this.finish('SUCCESS')
    this.moveTo('RUNNING')
    this.goOn()
  }

  moveTo(state: State): void {
    this.state = state
    this.history.push(state)
  }

  move(run: Run, state: State): void {
    run.state = state
    run.history.push(state)
    if (!isFinal(state)) return
    run.timer = undefined
    run.question = undefined
    run.out = undefined
  }

  // ---- Groups

  /** Whatever can go on goes on, until nothing does. */
  goOn(): void {
    for (let before = ''; before !== this.fingerprint();) {
      before = this.fingerprint()
      for (const run of this.runs.toSorted((a, b) => a.born - b.born)) this.look(run)
      this.progress(this.root)
    }
  }

  look(run: Run): void {
    if (run.isRemoved || isFinal(run.state)) return
    // Its worker was lost. After the kill nothing begins but what comes after the execution.
    const isDying = this.isKilled && !isFinal(this.state)
    if (run.state === 'SUBMITTED' && run.out === undefined && !this.isHeldBack && !isDying) run.out = 'job'
    if (run.isOpen) this.progress(run)
    else if ((run.state === 'CREATED' || run.state === 'RESTARTED') && run.question === undefined) this.start(run)
  }

  fingerprint(): string {
    return `${this.state} ${this.runs.map(run => `${run.state}${run.question ?? ''}${run.ended.size}`).join()}`
  }

  progress(group: Run): void {
    const isRoot = group === this.root
    if (isRoot ? this.isEnded : isFinal(group.state)) return
    if (isFinal(this.state)) {
      if (isRoot) return this.afterwards()
      if (!this.isAfter(group)) return group.isLeaving ? this.leave(group) : undefined
    }
    if (this.isKilled && !isFinal(this.state)) return this.finishKill()
    if (this.isHeldBack) return
    if (group.state === 'PAUSED') return void this.nextHandler(group, 'hook')
    const handlers = (['finally', 'errors', 'closing'] as const).find(list => runsOf(group, list).length > 0)
    if (handlers) return this.afterTasks(group, handlers)
    return this.tasks(group)
  }

  /** A person paused it: what runs goes on, nothing begins. */
  get isHeldBack(): boolean {
    if (this.state === 'QUEUED') return true
    return this.state === 'PAUSED' && !this.runs.some(run => !run.isRemoved && run.state === 'PAUSED')
  }

  isAfter(run: Run): boolean {
    for (let at: Run | undefined = run; at; at = at.parent) if (at.list === 'after') return true
    return false
  }

  tasks(group: Run): void {
    // Where nothing is enabled nothing is begun, what comes finally neither.
    if (group === this.root && group.branch.length === 0) return this.finish('SUCCESS')
    if (isIterated(group)) closeIterations(this, group)
    const isFailed = hasFailed(group)
    if (isFailed && !goesOn(group)) {
      return isBeginning(group) ? undefined : this.leaveTasks(group, true)
    }
    // All that was created side by side begins before one of them goes on.
    if (
      group.children.some(run => (run.state === 'CREATED' || run.state === 'RESTARTED') && run.question === undefined)
    )
      return
    const created = nextRuns(group).map(place => this.create(place))
    for (const run of created) if (run.state === 'CREATED') this.start(run)
    if (created.length > 0) return this.progress(group)
    const isDone = group.children.every(run => isFinal(run.state)) && nextRuns(group).length === 0
    if (isDone) this.leaveTasks(group, false)
  }

  create(place: RunPlace): Run {
    const run = newRun(place, ++this.#born)
    run.iteration = place.value === undefined ? place.parent?.pass : place.lane
    place.parent?.children.push(run)
    return run
  }

  remove(group: Run, runs: readonly Run[]): void {
    for (const run of runs) for (const inner of [run, ...below(run)]) inner.isRemoved = true
    group.children = group.children.filter(run => !runs.includes(run))
  }

  leaveTasks(group: Run, isFailed: boolean): void {
    const { kind } = group.node
    if (kind === 'WorkingDirectory') return this.handle(group, 'closing')
    if (kind === 'Loop') sumUp(group)
    if (kind === 'Items') sumUpItems(group)
    if (kind === 'LoopUntil' && !isFailed && endPass(this, group)) return
    if (isFailed && group.verdict !== 'SUCCESS') return this.fail(group)
    this.lastly(group)
  }

  fail(group: Run): void {
    this.closeOpenGroups(group)
    if (enabled(group.node.errors).length > 0) return this.handle(group, 'errors')
    this.lastly(group)
  }

  lastly(group: Run): void {
    if (enabled(group.node.finally).length > 0) return this.handle(group, 'finally')
    this.close(group)
  }

  handle(group: Run, list: ListName): void {
    const [node] = this.nodesOf(group, list)
    // The hook of a Pause may still run.
    if (group.children.some(run => run.list === 'hook' && !isFinal(run.state))) return
    if (node) this.start(this.create({ node, parent: group, list, lane: 0, value: undefined }))
  }

  nodesOf(group: Run, list: ListName): readonly TaskNode[] {
    const { id, errors, finally: last, hook } = group.node
    switch (list) {
      case 'tasks':
        return group.branch
      case 'errors':
        return enabled(errors)
      case 'finally':
        return enabled(last)
      case 'after':
        return enabled(this.tree.after)
      case 'hook':
        return enabled(hook ? [hook] : [])
      case 'closing':
        return [{ kind: 'Job', id: `${id}$close` }]
    }
  }

  /** One after the other, failed or not; true while there is something to wait for. */
  nextHandler(group: Run, list: ListName): boolean {
    const runs = runsOf(group, list)
    const handlers = group.children.filter(run => run.list !== 'tasks')
    if (handlers.some(run => !isFinal(run.state))) return true
    const node = this.nodesOf(group, list)[runs.length]
    if (!node) return false
    this.start(this.create({ node, parent: group, list, lane: 0, value: undefined }))
    return true
  }

  afterTasks(group: Run, list: 'closing' | 'errors' | 'finally'): void {
    if (this.nextHandler(group, list)) return
    if (list === 'finally') return this.close(group)
    if (list === 'errors') {
      if (group.node.kind === 'LoopUntil' && endPass(this, group)) return
      return this.lastly(group)
    }
    const [closing] = runsOf(group, 'closing')
    group.verdict = closing?.state === 'FAILED' ? 'FAILED' : childrenState(group)
    if (closing?.outputs) group.outputs = closing.outputs
    if (group.verdict === 'FAILED' && tryDirectoryAgain(this, group)) return
    if (group.verdict === 'FAILED' && enabled(group.node.errors).length > 0) return this.handle(group, 'errors')
    this.lastly(group)
  }

  close(group: Run): void {
    const state = group.verdict ?? childrenState(group)
    if (group !== this.root) return this.end(group, groupState(group.node, state))
    if (this.runs.some(run => !run.isRemoved && !isFinal(run.state))) return
    this.finish(state)
  }

  end(run: Run, state: State): void {
    this.move(run, state)
    if (run.parent) this.progress(run.parent)
  }

  // ---- The end of the execution

  finish(state: State): void {
    // What it leaves is not asked of one that was killed.
    const said = state === 'KILLED' ? 'yes' : this.sayingOf(this.root, 'outputs', this.tree.outputs)
    if (said === 'asked') return
    this.moveTo(state)
    if (said === 'broken' && state !== 'FAILED') this.moveTo('FAILED')
    this.afterwards()
  }

  afterwards(): void {
    if (this.state !== 'RETRIED' && this.nextHandler(this.root, 'after')) return
    this.isEnded = !this.runs.some(run => !run.isRemoved && !isFinal(run.state))
    if (this.isEnded) this.hasPlace = false
  }

  finishKill(): void {
    if (this.runs.some(run => run.out !== undefined)) return
    for (const run of this.runs.toReversed()) if (!run.isRemoved && !isFinal(run.state)) this.move(run, 'KILLED')
    this.hasGrace = false
    this.root.question = undefined
    this.finish('KILLED')
  }

  leave(group: Run): void {
    if (group.children.every(run => isFinal(run.state))) this.end(group, group.verdict ?? childrenState(group))
  }

  /** §6.13 Exit: the run, its ancestors and the execution take the state; with KILLED whatever runs is stopped, else it ends by itself. */
  exit(run: Run, state: State): void {
    // What comes after the execution cannot end it again.
    if (isFinal(this.state)) return this.end(run, state)
    this.move(run, state)
    for (let at = run.parent; at?.parent; at = at.parent) if (!isFinal(at.state)) this.move(at, state)
    for (const other of this.runs.toReversed()) {
      if (other.isRemoved || isFinal(other.state)) continue
      if (state === 'KILLED') this.stop(other, 'KILLED')
      else if (other.isOpen && other.state === 'RUNNING') other.isLeaving = true
      else if (other.out === undefined) this.move(other, 'CANCELLED')
    }
    this.moveTo(state)
    this.goOn()
  }

  stop(run: Run, state: State): void {
    if (run.out === 'job') {
      run.history.push('RUNNING')
      run.attempts.push(state)
    }
    this.move(run, state)
  }

  // ---- §5.5: a failure closes what is open beside it

  closeOpenGroups(group: Run): void {
    this.wakeAfter(() => {
      if (this.tree.dialect === 2 && group.node.kind === 'Parallel') {
        for (const run of below(group).toReversed()) if (!isFinal(run.state)) this.stop(run, 'FAILED')
        return
      }
      const state = group === this.root ? 'FAILED' : groupState(group.node, 'FAILED')
      for (const run of group.children)
        if (run.isOpen && !isFinal(run.state) && !isWaitingPause(run)) this.closeOpen(run, state)
    })
  }

  /** The execution waits, or tries again, because of its runs: when what is done ends the last of these, it goes on. */
  wakeAfter(act: () => void): void {
    const hadRetry = this.runs.some(run => run.timer === 'retry')
    const hadPause = this.runs.some(run => run.state === 'PAUSED')
    act()
    const isWoken =
      (this.state === 'RETRYING' && hadRetry && !this.runs.some(run => run.timer === 'retry')) ||
      (this.state === 'PAUSED' && hadPause && !this.runs.some(run => run.state === 'PAUSED'))
    if (isWoken) this.moveTo('RUNNING')
  }

  closeOpen(group: Run, state: State): void {
    for (const run of group.children) {
      if (isFinal(run.state) || isWaitingPause(run) || run.out !== undefined || run.state === 'SUBMITTED') continue
      const inner = groupState(group.node, 'FAILED')
      if (run.isOpen) this.closeOpen(run, inner)
      else this.move(run, inner)
    }
    this.move(group, state)
  }

  pause(run: Run): void {
    this.move(run, 'PAUSED')
    if (this.state === 'RUNNING' || this.state === 'RETRYING') this.moveTo('PAUSED')
  }

  // ---- The beginning of a run

  start(run: Run): void {
    if (this.isKilled && !isFinal(this.state)) return this.move(run, 'KILLED')
    if (this.isHeldBack) return
    const { node } = run
    if (node.runIf !== undefined && run.attempts.length === 0 && run.state !== 'SUBMITTED') {
      const said = this.sayingOf(run, 'runIf', node.runIf)
      if (said === 'asked') return
      // Whatever is allowed of it.
      if (said === 'broken') return this.end(run, 'FAILED')
      if (said === 'no') {
        run.attempts.push('SKIPPED')
        return this.end(run, 'SKIPPED')
      }
    }
    this.startTask(run)
  }

  /** Asked once; the answer is kept for the run. */
  sayingOf(run: Run, question: string, saying: Saying | undefined): Saying {
    if (saying !== 'asked') return saying ?? 'yes'
    const answer = run.answers.get(question)
    if (answer === undefined) run.question = question
    return answer ?? 'asked'
  }

  startTask(run: Run): void {
    const { node } = run
    switch (node.kind) {
      case 'Job':
        run.out = 'job'
        return this.move(run, 'SUBMITTED')
      case 'Return':
        return node.format === 'broken' ? settle(this, run, 'FAILED') : settle(this, run, 'SUCCESS', { value: 'x' })
      case 'Probe':
        run.saw = { outputs: seenOutputs(this, run), value: run.value ?? 'none' }
        return settle(this, run, 'SUCCESS')
      // Without a condition it always fails; what cannot be rendered fails, too.
      case 'Fail':
        return settle(this, run, node.condition === 'no' ? 'SUCCESS' : 'FAILED')
      case 'Assert':
        return settle(this, run, (node.condition ?? 'yes') === 'yes' ? 'SUCCESS' : 'FAILED')
      case 'Labels':
        return node.format === 'broken' ? refuse(this, run) : settle(this, run, 'SUCCESS')
      case 'Exit':
        run.attempts.push(node.exit ?? 'SUCCESS')
        run.history.push('RUNNING')
        return this.exit(run, node.exit ?? 'SUCCESS')
      case 'Subflow':
        return this.call(run)
      case 'Wait':
      case 'Pause':
        this.open(run, node.tasks)
        run.timer =
          node.until === undefined || node.until === 'person'
            ? undefined
            : node.until === 'timeout'
              ? 'timeout'
              : 'delay'
        this.pause(run)
        return this.progress(run)
      default:
        return this.startGroup(run)
    }
  }

  startGroup(run: Run): void {
    const { node } = run
    const { tasks, values } = node
    if (values === 'broken' || node.choice === 'broken') return this.failUnopened(run)
    if (node.kind === 'If') {
      const said = this.sayingOf(run, 'condition', node.condition === 'second' ? 'no' : node.condition)
      if (said === 'asked') return
      if (said === 'broken') return this.failUnopened(run)
      run.outputs = { evaluationResult: said === 'yes' }
      return this.openWith(run, said === 'yes' ? tasks : node.other)
    }
    if (node.kind === 'Switch') {
      const { choice = 'a' } = node
      const matched = choice === 'a' ? tasks : choice === 'b' ? node.other : undefined
      const branch = matched ?? node.defaults
      run.outputs = { value: choice, defaults: matched === undefined }
      if (!branch) return this.failUnopened(run)
      return this.openWith(run, branch)
    }
    if (node.kind === 'ForEachItem') return this.openWith(run, expand(node))
    if (node.kind === 'Items') return openItems(this, run)
    run.values = [...new Set(values ?? [])]
    run.ended.clear()
    run.hasFailedLane = false
    if (node.kind === 'LoopUntil') run.outputs = { iterationCount: 1 }
    if (node.kind === 'Loop') {
      run.outputs = { iterationCount: run.values.length }
      if (run.values.length === 0) {
        run.outputs = { iterationCount: 0, runningIterations: 0 }
        return this.end(run, 'SUCCESS')
      }
    }
    this.openWith(
      run,
      node.kind === 'WorkingDirectory' ? [{ kind: 'Job', id: `${node.id}$open` }, ...(tasks ?? [])] : tasks,
    )
  }

  open(run: Run, branch: readonly TaskNode[] | undefined): void {
    run.branch = enabled(branch)
    run.isOpen = true
    if (run.node.kind === 'WorkingDirectory') clearOut(run)
    this.move(run, 'RUNNING')
  }

  openWith(run: Run, branch: readonly TaskNode[] | undefined): void {
    this.open(run, branch)
    this.progress(run)
  }

  call(run: Run): void {
    const { node } = run
    const isAgain = run.state === 'RESTARTED' && run.hasChild && node.isRenewing !== true
    if (!isAgain && node.isImpossible === true) return refuse(this, run)
    if (!isAgain && node.isUnawaited === true)
      return settle(this, run, 'SUCCESS', { executionId: '*', state: 'CREATED', outputs: {} })
    run.hasChild = true
    run.out = 'child'
    this.move(run, 'RUNNING')
  }

  /** A group that cannot be opened is begun and fails at once. */
  failUnopened(run: Run): void {
    this.move(run, 'RUNNING')
    this.end(run, tolerated(run.node, 'FAILED'))
  }
}
