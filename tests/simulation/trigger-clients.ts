// Those who switch triggers off and on again, backfill a schedule, unlock and restart what looks outside. Whoever was not answered asks again.
import { START_MS, count, type Backfilled, type SwitchedOff } from './ledger.ts'
import { TriggerRefusal, type TriggerDesk } from '../../packages/server/src/flows/trigger-desk.ts'
import type { TriggerKey } from '../../packages/server/src/storage/store.ts'
import type { ClientOptions } from './clients.ts'
import { ASKER, SCHEDULE_ID } from './special-flows.ts'

/** What may be said of the dates that were missed meanwhile. */
const MISSED = ['', 'ALL', 'LAST', 'NONE'] as const
const AGAIN_MS = 700
const TRIES = 50
const DOUBT_TRIES = 20
/** Whoever is asked may die before the answer. */
const ANSWER_MAX_MS = 6_000
/** So late something may come to pass that was asked for. */
const LATE_MAX_MS = 19_000
/** By then everything that anybody waited for has been answered or given up. */
const STALLED_MAX_MS = 60_000
/** In the past, so that its dates are not those of the schedule. */
const BACKFILL = { startMs: START_MS - 60_000, endMs: START_MS - 35_000 } as const

type Plan = (atMs: number, label: string, act: () => void) => void

export class TriggerClients {
  readonly #options: ClientOptions

  constructor(options: ClientOptions) {
    this.#options = options
  }

  plan(untilMs: number): void {
    const { world, chance, library } = this.#options
    const plan: Plan = (atMs, label, act) => void world.at(atMs, label, act)
    const soon = (): number => world.nowMs + chance.int(1_000, untilMs - world.nowMs - 9_000)
    const schedule = library.scheduled && { ...library.scheduled, triggerId: SCHEDULE_ID }
    if (schedule && chance.hits(0.4)) plan(soon(), 'backfill', () => void this.#backfill(schedule))
    const triggers = [...(schedule ? [schedule] : []), ...library.sources]
    for (const key of triggers)
      if (chance.hits(0.3)) plan(soon(), 'switch off', () => void this.#switch(key, schedule === key))
    for (const key of library.sources) {
      if (chance.hits(0.3)) plan(soon(), 'restart trigger', () => void this.#restart(key))
      if (key.flowId === ASKER.flowId && chance.hits(0.2)) plan(soon(), 'unlock', () => void this.#unlock(key))
    }
  }

  /** Whatever it waits for is given up, too. */
  async #restart(key: TriggerKey): Promise<void> {
    if (key.flowId === ASKER.flowId) this.#options.ledger.unlocked = true
    await this.#ask('trigger restarts', desk => desk.restart(key))
  }

  async #unlock(key: TriggerKey): Promise<void> {
    this.#options.ledger.unlocked = true
    await this.#ask('unlocks', desk => desk.unlock(key, true))
  }

  async #switch(key: TriggerKey, isSchedule: boolean): Promise<void> {
    const { world, chance, ledger } = this.#options
    const policy = isSchedule ? chance.pick(MISSED) : ''
    const off: SwitchedOff = { fromMs: world.nowMs, toMs: Infinity, isMadeUp: false }
    if (isSchedule) ledger.switchedOff.push(off)
    let isAnswered = false
    const switchOn = async (): Promise<void> => {
      const wish = policy === '' ? undefined : { policy }
      const isOn = await this.#ask('triggers switched on', desk => desk.setDisabled(key, false, wish))
      // Nobody else switches it on or off, and each time with the same wish.
      if (isOn && isAnswered && policy === 'ALL') off.isMadeUp = true
      // What nobody answered may come to pass at any time: a process that slept does it when it wakes up.
      if (isAnswered) off.toMs = world.nowMs
    }
    const atMs = world.nowMs + chance.int(1_000, 7_000)
    world.at(atMs, 'switch on', () => void switchOn())
    // What was asked of a process that died may come to pass long after.
    world.at(atMs + LATE_MAX_MS, 'switch on', () => void switchOn())
    isAnswered = await this.#ask('triggers switched off', desk => desk.setDisabled(key, true), 1)
    // A connection that stalls may hold it for longer than the nodes are away: what is still to be read is read once somebody has looked again.
    if (!isAnswered && !isSchedule) world.at(world.nowMs + STALLED_MAX_MS, 'switch on', () => void switchOn())
  }

  /** Paused, and deleted, now and then. */
  async #backfill(key: TriggerKey): Promise<void> {
    const { world, chance, ledger } = this.#options
    const backfill: Backfilled = { ...BACKFILL, isAcknowledged: false, isDeleted: false }
    ledger.backfills.push(backfill)
    const isPaused = chance.hits(0.4)
    const goOn = (): void => void this.#goOn(key, backfill, DOUBT_TRIES)
    world.at(world.nowMs + LATE_MAX_MS, 'go on', goOn)
    backfill.isAcknowledged = await this.#ask(
      'backfills',
      desk => desk.createBackfill(key, { ...BACKFILL, isPaused }),
      1,
    )
    if (isPaused) world.at(world.nowMs + chance.int(500, 4_000), 'go on', goOn)
    else if (chance.hits(0.5)) {
      await this.#ask('backfills paused', desk => desk.pauseBackfill(key, true), 1)
      goOn()
    }
    if (!chance.hits(0.2)) return
    backfill.isDeleted = true
    await this.#ask('backfills deleted', desk => desk.deleteBackfill(key))
  }

  /** Whoever was not told that the backfill is there asks again when none is found: it may still come to pass. */
  async #goOn(key: TriggerKey, backfill: Backfilled, tries: number): Promise<void> {
    const { world } = this.#options
    const isDone = await this.#ask('backfills that went on', desk => desk.pauseBackfill(key, false))
    if (isDone || backfill.isAcknowledged || tries <= 1) return
    world.at(world.nowMs + AGAIN_MS, 'go on', () => void this.#goOn(key, backfill, tries - 1))
  }

  /** False when it was refused, or nobody knows. */
  async #ask(what: string, act: (desk: TriggerDesk) => Promise<unknown>, tries: number = TRIES): Promise<boolean> {
    for (let left = tries; left > 0; left--) {
      const desk = this.#options.node()?.desk
      const answer = desk && (await this.#answerOf(what, () => act(desk)))
      if (answer === 'done') count(this.#options.ledger, what)
      if (answer !== undefined) return answer === 'done'
      if (left > 1) await this.#pause(AGAIN_MS)
    }
    return false
  }

  /** Undefined when there is none. */
  async #answerOf(what: string, act: () => Promise<unknown>): Promise<'done' | 'refused' | undefined> {
    try {
      return (await Promise.race([act().then(() => 'done' as const), this.#pause(ANSWER_MAX_MS)])) ?? undefined
    } catch (error) {
      if (error instanceof TriggerRefusal) return 'refused'
      this.#options.world.note(`${what}: ${String(error)}\n`)
      return undefined
    }
  }

  async #pause(forMs: number): Promise<undefined> {
    const { world } = this.#options
    return await new Promise(resolve => void world.at(world.nowMs + forMs, 'ask again', () => resolve(undefined)))
  }
}
