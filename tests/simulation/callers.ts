// Those outside who call webhooks, and who release what a circuit breaker holds. Whoever is not answered calls again: the call before may have begun
// an execution, too.
import { RequestError } from '../../packages/server/src/http/request-error.ts'
import { callWebhook } from '../../packages/server/src/http/executions/call-webhook.ts'
import { SubmitError } from '../../packages/server/src/inbox/inbox.ts'
import type { FlowKey } from '../../packages/server/src/storage/store.ts'
import type { ClientOptions } from './clients.ts'
import { count, type Call } from './ledger.ts'
import { CALLED, DOORS, NUMBER_MAX, TICKED } from './special-flows.ts'
import type { SimulatedNode } from './simulated-node.ts'

const TRIES = 4
const AGAIN_MS = 600
const PATIENCE_MS = 9_000
/** Of the calls, so many ask for what the flow does not take. */
const INVALID = 0.25
const FAILING = 0.45

export class Callers {
  readonly #options: ClientOptions
  #calls = 0

  constructor(options: ClientOptions) {
    this.#options = options
  }

  plan(untilMs: number): void {
    const { world, chance, library } = this.#options
    const soon = (): number => world.nowMs + chance.int(0, untilMs - world.nowMs - 1)
    const later = (label: string, act: () => Promise<void>): void => void world.at(soon(), label, () => void act())
    if (library.hasDoors) for (let call = chance.int(3, 9); call > 0; call--) later('call', () => this.#call())
    if (library.hasDoors && chance.hits(0.5)) later('release', () => this.#release(CALLED, undefined))
    if (library.hasTicks && chance.hits(0.6)) later('release', () => this.#release(TICKED, 'ticks'))
  }

  async #call(): Promise<void> {
    const { chance, ledger } = this.#options
    const isValid = !chance.hits(INVALID)
    const number = ++this.#calls
    const call: Call = { number, isValid, tries: 0, isRefused: false, answers: [] }
    ledger.calls.push(call)
    const given = isValid ? number : chance.pick([NUMBER_MAX + number, -number, 'no number'])
    const body = JSON.stringify({ number: given, fails: chance.hits(FAILING) })
    const { id } = chance.pick(DOORS)
    while (call.tries < TRIES) {
      const server = this.#options.node()
      call.tries += server ? 1 : 0
      if (server && (await this.#isAnswered(call, body, { server, id }))) return
      await this.#pause(AGAIN_MS)
      if (!server && chance.hits(0.1)) return
    }
  }

  /** A call that was answered may be made again all the same: the answer got lost. */
  async #isAnswered(
    call: Call,
    body: string,
    { server, id }: { readonly server: SimulatedNode; readonly id: string },
  ): Promise<boolean> {
    const { ledger, chance } = this.#options
    const gone = new AbortController()
    const request = { rawHeaders: [], search: '', body, path: undefined, dialect: 'b', traceparent: undefined } as const
    const place = { namespace: CALLED.namespace, flowId: CALLED.flowId, key: id }
    const own = { ...request, ...place, isBegun: () => count(ledger, 'calls that wait'), signal: () => gone.signal }
    try {
      const reply = await Promise.race([callWebhook(own, server.doors), this.#pause(PATIENCE_MS)])
      gone.abort()
      if (!reply) return false
      if (reply.type !== 'body' || typeof reply.body !== 'string') throw new Error(`a webhook answered ${reply.type}`)
      const { status } = reply
      const told = JSON.parse(reply.body) as { readonly id?: string }
      call.answers.push(told.id === undefined ? { outputs: told, status } : { executionId: told.id, status })
      count(ledger, told.id === undefined ? 'calls answered with outputs' : 'calls answered')
      const isLost = chance.hits(0.15)
      if (isLost) count(ledger, 'calls made again')
      return !isLost
    } catch (error) {
      gone.abort()
      return this.#isRefused(call, error)
    }
  }

  /** Whoever is told that nothing was begun does not insist, unless it may be another time. */
  #isRefused(call: Call, error: unknown): boolean {
    const { ledger, world } = this.#options
    if (error instanceof RequestError) {
      count(ledger, `calls refused: ${error.code}`)
      call.isRefused = true
      if (error.code === 'inputs-invalid' && call.isValid) ledger.findings.push(`call ${call.number}: ${error.message}`)
      return true
    }
    if (!(error instanceof SubmitError)) world.note(`call failed: ${String(error)}\n`)
    return false
  }

  async #release(flow: FlowKey, triggerId: string | undefined): Promise<void> {
    const { world, node } = this.#options
    const done = node()?.doors.breakers?.release(flow, triggerId)
    await done?.catch(error => world.note(`release failed: ${String(error)}\n`))
  }

  async #pause(forMs: number): Promise<undefined> {
    const { world } = this.#options
    return await new Promise(resolve => void world.at(world.nowMs + forMs, 'call again', () => resolve(undefined)))
  }
}
