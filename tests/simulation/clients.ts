// Those who use the server: they start executions, kill and restart them and save flows, and write down what they were told.
import { encodeValue, isFinal, mapGet, type Birth, type Command, type Plan, type StateName } from '@batuta/core'
import { prepareBirthNow, problemText } from '../../packages/server/src/flows/births.ts'
import { SubmitError } from '../../packages/server/src/inbox/inbox.ts'
import { Attendant } from './attendant.ts'
import { Callers } from './callers.ts'
import type { Audit } from './audit.ts'
import type { Chance } from './chance.ts'
import { replay, restartAnew } from './copiers.ts'
import { flowKey, type FlowLibrary } from './flow-library.ts'
import { count, type Ledger } from './ledger.ts'
import { drawValues, type GivenInputs } from './random-inputs.ts'
import type { SimulatedNode } from './simulated-node.ts'
import { TriggerClients } from './trigger-clients.ts'
import type { World } from './world.ts'

export interface ClientOptions {
  readonly world: World
  readonly chance: Chance
  readonly ledger: Ledger
  readonly audit: Audit
  readonly library: FlowLibrary
  /** The server that answers now, if one does. */
  node(): SimulatedNode | undefined
  /** Deletes an execution that has ended, with all that belongs to it. */
  remove(executionId: string): Promise<void>
}

interface Drawn {
  readonly plan: Plan
  readonly executionId: string
  readonly inputs: GivenInputs
}

const AGAIN_MS = 500
/** A command whose outcome nobody was told of is done by then, or never. */
const DOUBT_TRIES = 120

export class Clients {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  /** They act between now and then. */
  plan(untilMs: number): void {
    const { world, chance } = this.#options
    const startMs = world.nowMs
    const plan = (times: number, label: string, act: () => Promise<void>): void => {
      for (let time = 0; time < times; time++)
        world.at(startMs + chance.int(0, untilMs - startMs - 1), label, () => void act())
    }
    new Attendant(this.#options).start()
    new TriggerClients(this.#options).plan(untilMs)
    new Callers(this.#options).plan(untilMs)
    plan(chance.int(2, 8), 'create', () => this.#create(untilMs))
    if (chance.hits(0.5)) plan(chance.int(1, 4), 'kill', () => this.#kill())
    if (chance.hits(0.5)) plan(chance.int(1, 5), 'restart', () => this.#restart())
    if (chance.hits(0.3)) plan(chance.int(1, 2), 'unqueue', () => this.#unqueue())
    if (chance.hits(0.4)) plan(chance.int(1, 2), 'pause', () => this.#pause())
    if (chance.hits(0.4)) plan(chance.int(1, 3), 'overrule', () => this.#overrule())
    if (chance.hits(0.4)) plan(chance.int(1, 3), 'replay', () => replay(this.#options))
    if (chance.hits(0.2)) plan(chance.int(1, 2), 'restart anew', () => restartAnew(this.#options))
    if (chance.hits(0.15)) plan(1, 'release', () => this.#release())
    if (chance.hits(0.3)) plan(chance.int(1, 2), 'delete', () => this.#delete())
    if (chance.hits(0.3)) plan(chance.int(1, 2), 'relabel', () => this.#relabel())
    if (chance.hits(0.4)) plan(1, 'save', () => this.#save())
    if (chance.hits(0.3)) plan(1, 'switch off', () => this.#switchOff())
  }

  /** Whoever finds the server away comes again. */
  async #create(untilMs: number): Promise<void> {
    const { world, chance, ledger, node } = this.#options
    const server = node()
    if (!server) {
      if (world.nowMs + AGAIN_MS < untilMs) world.at(world.nowMs + AGAIN_MS, 'create', () => void this.#create(untilMs))
      return
    }
    const entry = server.flows.newest(flowKey(chance.int(0, this.#options.library.count - 1)))
    if (!entry) return
    const executionId = server.newId(entry)
    const plan = server.flows.planOf(entry)
    const inputs = drawValues(chance, plan.flow.inputs)
    const birth = this.#birthOf({ plan, executionId, inputs }, server)
    if (!birth) return
    try {
      await server.inbox.submit({ type: 'create', executionId, birth })
      ledger.acknowledged.push({ what: 'create', executionId, step: world.steps, generation: 1 })
      count(ledger, 'creates')
    } catch (error) {
      if (error instanceof SubmitError && error.fault !== 'unavailable') ledger.refused.set(executionId, error.fault)
    }
  }

  /** Undefined when the inputs are not valid: then nothing may be begun. */
  #birthOf({ plan, executionId, inputs }: Drawn, node: SimulatedNode): Birth | undefined {
    const { ledger } = this.#options
    const prepared = prepareBirthNow(executionId, { plan, inputs: inputs.given }, node.startWorld())
    const told = JSON.stringify(inputs.given)
    if (!('birth' in prepared)) {
      count(ledger, 'inputs refused')
      if (inputs.isValid) ledger.findings.push(`${executionId}: ${told} was refused: ${problemText(prepared.problems)}`)
      return undefined
    }
    if (!inputs.isValid) ledger.findings.push(`${executionId}: ${told} was taken`)
    for (const [id, kept] of Object.entries(inputs.kept)) {
      const is = encodeValue(mapGet(prepared.birth.inputs, id) ?? null)
      if (is !== encodeValue(kept) && is !== `${encodeValue(kept)}.0`)
        ledger.findings.push(`${executionId}: ${told} became ${is}`)
      count(ledger, 'inputs taken')
    }
    return prepared.birth
  }

  async #kill(): Promise<void> {
    const isCascading = this.#options.chance.hits(0.5)
    await this.#command('kill', state => !isFinal(state), { name: 'kill', isCascading })
  }

  /** What a kill switch tells those under way. One that is to be left lying would be held, and nothing is held here. */
  async #switchOff(): Promise<void> {
    const how = this.#options.chance.pick(['KILL', 'CANCEL'] as const)
    await this.#command('switch-off', state => !isFinal(state), { name: 'switch-off', how, by: 'simulator' })
  }

  async #restart(): Promise<void> {
    await this.#command('restart', state => state === 'FAILED', { name: 'restart' })
  }

  async #unqueue(): Promise<void> {
    const isUnqueue = this.#options.chance.hits(0.7)
    const command: Command = isUnqueue ? { name: 'unqueue', state: 'RUNNING' } : { name: 'force-run' }
    await this.#command(command.name, state => state === 'QUEUED', command)
  }

  /** Nothing is held here: it must be refused. */
  async #release(): Promise<void> {
    const { ledger } = this.#options
    const executionId = this.#find(() => true)
    if (executionId === undefined) return
    const generation = await this.#submit(executionId, { name: 'release' })
    if (generation) ledger.findings.push(`${executionId}: a release was taken, and nothing was held`)
    if (generation === 0) count(ledger, 'releases refused')
  }

  async #command(what: Command['name'], isWorthIt: (state: StateName) => boolean, command: Command): Promise<void> {
    const { world, chance, ledger, audit, node } = this.#options
    const all = [...audit.shadows].flatMap(([id, { state }]) =>
      ledger.deleted.has(id) ? [] : [{ id, isWorthy: isWorthIt(state.state) }],
    )
    const worthy = all.filter(found => found.isWorthy)
    const server = node()
    if (all.length === 0 || !server) return
    // Now and then somebody wants what cannot be.
    const { id: executionId } = chance.pick(worthy.length > 0 && chance.hits(0.8) ? worthy : all)
    // Nobody can tell then how it would have ended, even when nobody is told that it was done.
    if (what === 'switch-off') ledger.relabelled.add(executionId)
    try {
      const { refusal, view } = await server.inbox.submit(
        { type: 'command', executionId, command },
        { view: state => ({ generation: state.generation, isKilled: state.isKillRequested }) },
      )
      if (refusal || !view || (what === 'kill' && !view.isKilled)) return
      count(ledger, `${what}s`)
      count(ledger, `command ${command.name}`)
      if (what !== 'kill' && what !== 'restart') return
      ledger.acknowledged.push({ what, executionId, step: world.steps, generation: view.generation })
    } catch (error) {
      world.note(`${what} failed: ${String(error)}\n`)
    }
  }

  /** Whoever pauses an execution resumes it, however long the server is away meanwhile: what nobody was told of may still come to pass. */
  async #pause(): Promise<void> {
    const { world, chance, ledger } = this.#options
    const executionId = this.#find(state => state === 'RUNNING')
    if (executionId === undefined) return
    const pause = { executionId, tries: DOUBT_TRIES }
    ledger.answered.add(executionId)
    world.at(world.nowMs + chance.int(1, 5_000), 'resume', () => void this.#resume(pause))
    const generation = await this.#submit(executionId, { name: 'pause' })
    if (generation === 0) pause.tries = 0
    else count(ledger, 'pauses')
  }

  async #resume(pause: { readonly executionId: string; tries: number }): Promise<void> {
    const { world } = this.#options
    world.at(world.nowMs + AGAIN_MS, 'resume', () => {
      if (pause.tries-- > 0) void this.#resume(pause)
    })
    const generation = await this.#submit(pause.executionId, { name: 'resume' })
    if (generation) pause.tries = 0
  }

  /** One of the task runs of an execution that has ended is told how it ended. */
  async #overrule(): Promise<void> {
    const { world, chance, ledger, audit } = this.#options
    const executionId = this.#find(isFinal)
    const shadow = executionId === undefined ? undefined : audit.shadows.get(executionId)
    const runs = shadow?.state.runs.filter(run => !run.isRemoved) ?? []
    if (executionId === undefined || runs.length === 0) return
    const state = chance.pick(['SUCCESS', 'WARNING', 'FAILED', 'CANCELLED'])
    const command = { name: 'change-run-state', run: chance.pick(runs).ordinal, state } as const
    // A run that is cancelled cancels the execution, whatever its other tasks came to.
    if (state === 'CANCELLED') ledger.relabelled.add(executionId)
    const generation = await this.#submit(executionId, command)
    if (!generation) return
    ledger.acknowledged.push({ what: 'overrule', executionId, step: world.steps, generation })
    count(ledger, 'overrules')
  }

  async #relabel(): Promise<void> {
    const { chance, ledger } = this.#options
    const executionId = this.#find(isFinal)
    if (executionId === undefined) return
    const state = chance.pick(['SUCCESS', 'WARNING', 'FAILED'])
    // It may be done although nobody is told so.
    ledger.relabelled.add(executionId)
    await this.#submit(executionId, { name: 'change-status', state })
    await this.#submit(executionId, { name: 'set-labels', labels: [{ key: 'a', value: state }] })
    count(ledger, 'relabels')
  }

  /** Of one that has ended, all goes; whoever names it afterwards is told that it is not there. */
  async #delete(): Promise<void> {
    const { chance, audit, ledger, remove } = this.#options
    const all = [...audit.shadows].flatMap(([id, { state }]) =>
      state.isEnded && state.timers.size === 0 && !ledger.deleted.has(id) ? [id] : [],
    )
    if (all.length === 0) return
    const id = chance.pick(all)
    ledger.deleted.add(id)
    const shadow = audit.shadows.get(id)
    await remove(id)
    if (shadow) shadow.deletedAtRow = shadow.rows.length
    count(ledger, 'deletions')
  }

  #find(isWorthIt: (state: StateName) => boolean): string | undefined {
    const { audit, chance, ledger } = this.#options
    const all = [...audit.shadows].flatMap(([id, { state }]) =>
      isWorthIt(state.state) && !ledger.deleted.has(id) ? [id] : [],
    )
    return all.length === 0 ? undefined : chance.pick(all)
  }

  /** The generation after it; 0 when it was refused, undefined when nobody knows. */
  async #submit(executionId: string, command: Command): Promise<number | undefined> {
    const { world, node } = this.#options
    try {
      const receipt = await node()?.inbox.submit(
        { type: 'command', executionId, command },
        { view: state => state.generation },
      )
      if (!receipt) return undefined
      if (!receipt.refusal) count(this.#options.ledger, `command ${command.name}`)
      return receipt.refusal ? 0 : receipt.view
    } catch (error) {
      world.note(`${command.name} failed: ${String(error)}\n`)
      return undefined
    }
  }

  async #save(): Promise<void> {
    const { world, chance, library, node } = this.#options
    const server = node()
    if (!server) return
    const row = await library.save(chance.int(0, library.count - 1), world.nowMs)
    await server.take(row).catch(error => world.note(`the save was told late: ${String(error)}\n`))
  }
}
