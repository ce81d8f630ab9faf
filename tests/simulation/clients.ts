// Those who use the server: they start executions, kill and restart them and save flows, and write down what they were told.
import { isFinal, type Birth, type Command, type Plan, type StateName } from '@batuta/core'
import { prepareBirthNow } from '../../packages/server/src/flows/births.ts'
import { SubmitError } from '../../packages/server/src/inbox/inbox.ts'
import type { Audit } from './audit.ts'
import type { Chance } from './chance.ts'
import { flowKey, type FlowLibrary } from './flow-library.ts'
import { count, type Ledger } from './ledger.ts'
import type { SimulatedNode } from './simulated-node.ts'
import type { World } from './world.ts'

export interface ClientOptions {
  readonly world: World
  readonly chance: Chance
  readonly ledger: Ledger
  readonly audit: Audit
  readonly library: FlowLibrary
  /** The server that answers now, if one does. */
  node(): SimulatedNode | undefined
}

const AGAIN_MS = 500

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
    plan(chance.int(2, 8), 'create', () => this.#create(untilMs))
    if (chance.hits(0.5)) plan(chance.int(1, 4), 'kill', () => this.#kill())
    if (chance.hits(0.5)) plan(chance.int(1, 5), 'restart', () => this.#restart())
    if (chance.hits(0.3)) plan(chance.int(1, 2), 'unqueue', () => this.#unqueue())
    if (chance.hits(0.4)) plan(1, 'save', () => this.#save())
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
    const birth = birthOf(server.flows.planOf(entry), executionId, server)
    try {
      await server.inbox.submit({ type: 'create', executionId, birth })
      ledger.acknowledged.push({ what: 'create', executionId, step: world.steps, generation: 1 })
      count(ledger, 'creates')
    } catch (error) {
      if (error instanceof SubmitError && error.fault !== 'unavailable') ledger.refused.set(executionId, error.fault)
    }
  }

  async #kill(): Promise<void> {
    const isCascading = this.#options.chance.hits(0.5)
    await this.#command('kill', state => !isFinal(state), { name: 'kill', isCascading })
  }

  async #restart(): Promise<void> {
    await this.#command('restart', state => state === 'FAILED', { name: 'restart' })
  }

  async #unqueue(): Promise<void> {
    const isUnqueue = this.#options.chance.hits(0.7)
    const command: Command = isUnqueue ? { name: 'unqueue', state: 'RUNNING' } : { name: 'force-run' }
    await this.#command(command.name, state => state === 'QUEUED', command)
  }

  async #command(what: Command['name'], isWorthIt: (state: StateName) => boolean, command: Command): Promise<void> {
    const { world, chance, ledger, audit, node } = this.#options
    const all = [...audit.shadows].map(([id, { state }]) => ({ id, isWorthy: isWorthIt(state.state) }))
    const worthy = all.filter(found => found.isWorthy)
    const server = node()
    if (all.length === 0 || !server) return
    // Now and then somebody wants what cannot be.
    const { id: executionId } = chance.pick(worthy.length > 0 && chance.hits(0.8) ? worthy : all)
    try {
      const { refusal, view } = await server.inbox.submit(
        { type: 'command', executionId, command },
        { view: state => ({ generation: state.generation, isKilled: state.isKillRequested }) },
      )
      if (refusal || !view || (what === 'kill' && !view.isKilled)) return
      count(ledger, `${what}s`)
      if (what !== 'kill' && what !== 'restart') return
      ledger.acknowledged.push({ what, executionId, step: world.steps, generation: view.generation })
    } catch (error) {
      world.note(`${what} failed: ${String(error)}\n`)
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

function birthOf(plan: Plan, executionId: string, node: SimulatedNode): Birth {
  const prepared = prepareBirthNow(executionId, { plan, inputs: {} }, node.startWorld())
  if (!('birth' in prepared)) throw new Error('a flow without inputs needs none')
  return prepared.birth
}
