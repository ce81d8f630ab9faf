// The engine against the reference model: both are told the same, and after every word both must show the same. The player folds the journal after
// every turn and compares it with the state as well.
import { strict as assert } from 'node:assert'
import { writeYaml } from '../../../flow-test/write-yaml.ts'
import type { Value, ValueMap } from '../../../std/value.ts'
import { isFinal, ROOT, type TaskRun } from '../../state.ts'
import type { Admission } from '../../gate.ts'
import { ID, play, replayOf, type Player } from '../player.ts'
import {
  answer,
  beginPass,
  endChild,
  fire,
  forceKill,
  kill,
  pause,
  resume,
  resumeAll,
  settleJob,
  waitingLoops,
  waitingPauses,
  type Answer,
} from './model-commands.ts'
import { lose } from './model-attempts.ts'
import { canOverrule, canRestart, overrule, replay, restart } from './model-again.ts'
import { Model } from './model.ts'
import { isIterated, type Run } from './model-run.ts'
import type { Move } from './random-script.ts'
import { flowOf, type FlowTree } from './tree.ts'
import { engineView, modelView, nameOf, namesOf } from './views.ts'

type Settled = 'SUCCESS' | 'WARNING' | 'FAILED' | 'KILLED' | 'CANCELLED'

/** One word to both. Runs go by name, so that a step means the same in a smaller flow. */
export type Step =
  | {
      readonly what: 'ends' | 'child ends'
      readonly run: string
      readonly state: Settled | 'RETRIED'
      readonly mark: number
    }
  | { readonly what: 'is answered'; readonly run: string; readonly given: Answer }
  | { readonly what: 'is due' | 'is resumed' | 'is replayed' | 'is lost'; readonly run: string }
  | { readonly what: 'is told'; readonly run: string; readonly state: Settled }
  | { readonly what: 'kill' | 'grace is over' | 'pause' | 'resume' | 'restart' | 'granted' }

const STEPS_MAX = 400

export class Contest {
  readonly #model: Model
  #player: Player
  readonly steps: Step[] = []
  readonly tree: FlowTree

  constructor(tree: FlowTree) {
    this.tree = tree
    this.#model = new Model(tree)
    this.#player = play(writeYaml(flowOf(tree) as Value), { isTwinned: true, ...limitOf(tree) })
    this.#model.nowMs = this.#player.nowMs
    this.#model.begin()
    this.#compare()
  }

  /** What can be done is done by chance, and then all that is out comes back, until the execution is over. */
  run(script: readonly Move[]): void {
    for (const move of script) this.take(stepFor(this.#model, move))
    this.#goToTheEnd()
  }

  /** The same steps again; those that do not fit are left out. */
  retrace(steps: readonly Step[]): void {
    for (const step of steps) this.take(step)
    this.#goToTheEnd()
  }

  #goToTheEnd(): void {
    for (let at = 0; !this.#model.isEnded && at < STEPS_MAX; at++)
      this.take(stepFor(this.#model, { what: 'go', which: 0, how: 0 }))
    assert.ok(this.#model.isEnded, 'the execution has not ended, and nothing is out')
  }

  take(step: Step | undefined): void {
    if (!step) return
    const { root, runs } = this.#model
    const known = [root, ...runs]
    const run = 'run' in step ? known.find(other => !other.isRemoved && nameOf(other) === step.run) : undefined
    if (!fits(this.#model, step, run)) return
    this.steps.push(step)
    this.#model.nowMs = this.#player.nowMs
    if (run) this.#tellOfRun(step, run)
    else this.#tell(step)
    this.#compare()
  }

  #tell({ what }: Step): void {
    const model = this.#model
    const player = this.#player
    switch (what) {
      case 'kill':
        kill(model)
        return void player.kill()
      case 'grace is over':
        forceKill(model)
        return void player.fire('kill')
      case 'pause':
        pause(model)
        return void player.command({ name: 'pause' })
      case 'resume': {
        const [loop] = waitingLoops(model)
        if (loop) beginPass(model, loop)
        else resumeAll(model)
        return void player.command({ name: 'resume' })
      }
      case 'restart': {
        const isTaken = restart(model)
        const { refusals } = player.restart()
        return assert.equal(refusals[0] === undefined, isTaken, 'one refuses the restart')
      }
      case 'granted':
        model.enter()
        return void player.take({ type: 'limit-granted', executionId: ID })
      case 'ends':
      case 'child ends':
      case 'is lost':
      case 'is answered':
      case 'is due':
      case 'is resumed':
      case 'is replayed':
      case 'is told':
    }
  }

  #tellOfRun(step: Step, run: Run): void {
    if (step.what === 'is answered') return this.#answer(step.given, run)
    const engine = namesOf(this.#player).get(nameOf(run))
    assert.ok(engine, `the engine has no run ${nameOf(run)}`)
    switch (step.what) {
      case 'ends': {
        const outputs = outputsOf(run, step.mark)
        const state = step.state === 'RETRIED' ? 'SUCCESS' : step.state
        settleJob(this.#model, run, state, outputs as Record<string, unknown> | undefined)
        return void this.#player.take(this.#player.settlement(engine, state, outputs))
      }
      case 'child ends':
        return this.#endChild(step, run, engine)
      case 'is lost':
        lose(this.#model, run)
        return void this.#player.take({ type: 'lost', executionId: ID, run: engine.ordinal, epoch: engine.epoch })
      case 'is due':
        return this.#fire(run, engine)
      case 'is resumed':
        resume(this.#model, run)
        return void this.#player.command({ name: 'resume', run: engine.ordinal })
      case 'is replayed':
        this.#player = replayOf(this.#player, { run: engine, isTwinned: true, ...limitOf(this.tree) })
        this.#model.nowMs = this.#player.nowMs
        return replay(this.#model, run)
      case 'is told': {
        overrule(this.#model, run, step.state)
        const command = { name: 'change-run-state', run: engine.ordinal, state: step.state } as const
        return assert.deepEqual(this.#player.command(command).refusals, [undefined])
      }
      case 'kill':
      case 'grace is over':
      case 'pause':
      case 'resume':
      case 'restart':
      case 'granted':
    }
  }

  #endChild({ state }: Extract<Step, { mark: number }>, run: Run, { ordinal }: TaskRun): void {
    const childId = this.#player.state.children.get(ordinal)
    assert.ok(childId !== undefined, `${nameOf(run)} waits for no child`)
    endChild(this.#model, run, state)
    this.#player.take({ type: 'child-ended', executionId: ID, run: ordinal, childId, state })
  }

  #answer(given: Answer, run: Run): void {
    const ordinal = namesOf(this.#player).get(nameOf(run))?.ordinal ?? ROOT
    const slot = [...this.#player.state.asked].find(key => key.startsWith(`${ordinal} `))?.slice(`${ordinal} `.length)
    assert.ok(slot !== undefined, `${nameOf(run)} asks nothing`)
    answer(this.#model, run, given)
    const value = given === 'broken' ? { error: 'no such key' } : { value: valueOf(run, given) }
    this.#player.take({ type: 'evaluated', executionId: ID, run: ordinal, slot, ...value })
  }

  #fire(run: Run, { ordinal }: TaskRun): void {
    const name = `${run.timer}:${ordinal}`
    const atMs = this.#player.state.timers.get(name)
    assert.ok(atMs !== undefined, `there is no timer ${name} for ${nameOf(run)}`)
    this.#model.nowMs = Math.max(this.#player.nowMs, atMs)
    fire(this.#model, run)
    this.#player.fire(name)
  }

  #compare(): void {
    const [engine, model] = [engineView(this.#player), modelView(this.#model)]
    assert.deepEqual(engine, model, 'the engine (actual) and the model (expected) differ')
  }
}

/** Batches are read from a file; anything else is a key. */
function valueOf({ node }: Run, given: 'yes' | 'no'): Value {
  if (node.kind === 'Items') return given === 'yes' ? ['kestra:///0', 'kestra:///1'] : []
  return given === 'yes' ? 'true' : 'false'
}

function limitOf({ isLimited }: FlowTree): { readonly admit?: () => Admission } {
  return isLimited === true ? { admit: () => ({ type: 'waits', keys: ['limit'] }) } : {}
}

/** Each attempt leaves something of its own; the jobs around a folder leave what they leave. */
function outputsOf({ node, attempts }: Run, mark: number): ValueMap | undefined {
  if (node.id.endsWith('$open')) return undefined
  if (node.id.endsWith('$close')) return { outputFiles: { a: 'x' } }
  return { [`k${attempts.length}`]: mark, list: [mark] }
}

function fits(model: Model, step: Step, run: Run | undefined): boolean {
  switch (step.what) {
    case 'ends':
      return run?.out === 'job'
    case 'child ends':
      return run?.out === 'child'
    case 'is answered':
      return run?.question !== undefined
    case 'is due':
      return run?.timer !== undefined
    case 'is resumed':
      return run !== undefined && waitingPauses(model).includes(run)
    case 'kill':
      return !isFinal(model.state) && !model.isKilled
    case 'grace is over':
      return model.hasGrace
    case 'granted':
      return model.state === 'QUEUED'
    case 'is lost':
      return run?.out === 'job'
    case 'pause':
      return model.state === 'RUNNING'
    case 'resume':
      return model.state === 'PAUSED' && waitingPauses(model).length === 0 && waitingLoops(model).length <= 1
    case 'restart':
      return canRestart(model) && model.state !== 'RETRIED'
    case 'is replayed':
      return run !== undefined && !run.node.id.includes('$') && !isInLoop(run)
    case 'is told':
      return run !== undefined && !run.node.id.includes('$') && !isInLoop(run) && canOverrule(model, run)
  }
}

/** No list shows what is in an iteration of a Loop. */
function isInLoop({ parent, list }: Run): boolean {
  return parent !== undefined && ((isIterated(parent) && list === 'tasks') || isInLoop(parent))
}

function stepFor(model: Model, move: Move): Step | undefined {
  if (move.what === 'resume') return resumption(model, move)
  if (move.what === 'replay' || move.what === 'tell') return repetition(model, move, move.what)
  if (move.what !== 'go') return { what: move.what }
  const out = model.runs
    .filter(run => !run.isRemoved && (run.out !== undefined || run.timer !== undefined || run.question !== undefined))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  if (model.state === 'QUEUED') return { what: 'granted' }
  if (model.root.question !== undefined) return returnOf(model.root, move.how)
  const count = out.length + (model.hasGrace ? 1 : 0)
  if (count === 0) return resumption(model, move)
  const run = out[move.which % count]
  return run ? returnOf(run, move.how) : { what: 'grace is over' }
}

function resumption(model: Model, { which }: Move): Step {
  const pauses = waitingPauses(model)
  const run = pauses[which % Math.max(1, pauses.length)]
  return run ? { what: 'is resumed', run: nameOf(run) } : { what: 'resume' }
}

function repetition(model: Model, { which, how }: Move, what: 'replay' | 'tell'): Step | undefined {
  const runs = model.runs.filter(run => !run.isRemoved)
  const run = runs[which % Math.max(1, runs.length)]
  if (!run) return undefined
  return what === 'replay'
    ? { what: 'is replayed', run: nameOf(run) }
    : { what: 'is told', run: nameOf(run), state: outcome(how) }
}

function returnOf(run: Run, how: number): Step {
  const name = { run: nameOf(run) }
  if (run.out === 'job' && how === 38) return { what: 'is lost', ...name }
  if (run.out === 'job') return { what: 'ends', ...name, state: outcome(how), mark: how }
  if (run.out === 'child')
    return { what: 'child ends', ...name, state: how === 39 ? 'RETRIED' : outcome(how), mark: how }
  if (run.question === undefined) return { what: 'is due', ...name }
  return { what: 'is answered', ...name, given: how < 22 ? 'yes' : how < 33 ? 'no' : 'broken' }
}

function outcome(how: number): Settled {
  if (how < 22) return 'SUCCESS'
  if (how < 34) return 'FAILED'
  return (['WARNING', 'WARNING', 'KILLED', 'CANCELLED'] as const)[how % 4] ?? 'SUCCESS'
}
