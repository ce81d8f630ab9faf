// The person on duty: whatever waits for somebody is answered, sooner or later, also when all others have gone home. Whoever paused an execution by a
// command resumes it themselves.
import { findWaiting, type Command, type ExecutionState } from '@batuta/core'
import type { ClientOptions } from './clients.ts'
import { count } from './ledger.ts'

const LOOK_EVERY_MS = 3_000
/** Of what waits, so much is answered at each look. */
const ANSWERED = 0.7
/** What waits for its hour as well is answered early now and then. */
const EARLY = 0.15

export class Attendant {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  start(): void {
    const { world } = this.#options
    world.at(world.nowMs + LOOK_EVERY_MS, 'attend', () => {
      this.#look()
      this.start()
    })
  }

  #look(): void {
    const { chance, audit } = this.#options
    for (const [id, { state, plan }] of audit.shadows) {
      const isAtBreakpoint = state.state === 'BREAKPOINT'
      if (state.isEnded || (state.paused === 0 && !isAtBreakpoint)) continue
      const run = findWaiting({ state, plan })
      if (!run && !isAtBreakpoint) continue
      if (!chance.hits(run && isTimed(state, run.ordinal) ? EARLY : ANSWERED)) continue
      void this.#answer(id, isAtBreakpoint ? this.#goOn() : this.#resume(run?.ordinal))
    }
  }

  #resume(run: number | undefined): Command {
    const { chance } = this.#options
    const decision = chance.pick(['approve', 'deny', '', 'perhaps'])
    return {
      name: 'resume',
      ...(run === undefined || chance.hits(0.3) ? {} : { run }),
      ...(decision === '' ? {} : { decision }),
      by: 'attendant',
    }
  }

  #goOn(): Command {
    const { chance } = this.#options
    if (chance.hits(0.3)) return { name: 'force-run' }
    return { name: 'resume-from-breakpoint', ...(chance.hits(0.5) ? { breakpoints: [] } : {}) }
  }

  async #answer(executionId: string, command: Command): Promise<void> {
    const { world, ledger, node } = this.#options
    ledger.answered.add(executionId)
    try {
      const receipt = await node()?.inbox.submit({ type: 'command', executionId, command })
      if (receipt && !receipt.refusal) count(ledger, `command ${command.name}`)
    } catch (error) {
      world.note(`${command.name} failed: ${String(error)}\n`)
    }
  }
}

function isTimed({ timers }: ExecutionState, run: number): boolean {
  return timers.has(`delay:${run}`) || timers.has(`timeout:${run}`)
}
