// What goes wrong in a run. Every seed draws its own mixture, so that some runs crash often and others never, and rare pairs of faults meet.
import type { Chance } from './chance.ts'

export interface Faults {
  /** Crashes per step of the world. */
  readonly crash: number
  /** Of the crashes: the old process only sleeps, and wakes up when another has taken its place. */
  readonly zombie: number
  /** Of the other crashes: the server is asked to stop. */
  readonly stop: number
  /** Flushes whose outcome nobody can tell. */
  readonly unknown: number
  /** Flushes that find no room. */
  readonly full: number
  /** Answers that take seconds instead of milliseconds. */
  readonly slow: number
  /** Reads and rare writes whose answer is lost. */
  readonly readError: number
  /** Offers, timers and evaluations that nobody hears of. */
  readonly lost: number
  /** Settlements and timers that come twice. */
  readonly doubled: number
  /** Attempts that a host which died had under way. */
  readonly hostDeath: number
  /** Callbacks that come seconds late, because the event loop was busy. */
  readonly late: number
  /** Connections cut, per step of the world. */
  readonly cut: number
  /** Connections that stand still for a while, per step: what was sent arrives later. */
  readonly stall: number
  /** Times that the database fails over to its standby. */
  readonly failovers: number
  /** How far the clocks of the machines are from the true time, at most, and how often one is set. */
  readonly skewMs: number
  readonly clockSets: number
}

export const NO_FAULTS: Faults = {
  crash: 0,
  zombie: 0,
  stop: 0,
  unknown: 0,
  full: 0,
  slow: 0,
  readError: 0,
  lost: 0,
  doubled: 0,
  hostDeath: 0,
  late: 0,
  cut: 0,
  stall: 0,
  failovers: 0,
  skewMs: 0,
  clockSets: 0,
}

const SKEW_MAX_MS = 300_000

export function drawFaults(chance: Chance): Faults {
  const rate = (share: number, most: number): number => (chance.hits(share) ? chance.next() * most : 0)
  return {
    crash: rate(0.7, 0.01),
    zombie: rate(0.4, 0.6),
    stop: rate(0.4, 0.5),
    unknown: rate(0.5, 0.2),
    full: rate(0.25, 0.1),
    slow: rate(0.5, 0.2),
    readError: rate(0.25, 0.1),
    lost: rate(0.5, 0.3),
    doubled: rate(0.6, 0.4),
    hostDeath: rate(0.4, 0.05),
    late: rate(0.25, 0.05),
    cut: rate(0.25, 0.005),
    stall: rate(0.4, 0.002),
    failovers: chance.hits(0.25) ? chance.int(1, 2) : 0,
    skewMs: chance.hits(0.4) ? chance.int(1_000, SKEW_MAX_MS) : 0,
    clockSets: chance.hits(0.3) ? chance.int(1, 3) : 0,
  }
}
