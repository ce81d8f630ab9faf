import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SteadyClock } from './steady-clock.ts'

const NOON_MS = 1_767_225_600_000
const HOUR_MS = 3_600_000

function newMachine(): { wallMs: number; elapsedMs: number; pass(ms: number): void } {
  return {
    wallMs: NOON_MS,
    elapsedMs: 50,
    pass(ms) {
      this.wallMs += ms
      this.elapsedMs += ms
    },
  }
}

function clockOf(machine: ReturnType<typeof newMachine>): SteadyClock {
  return new SteadyClock({ wallMs: () => machine.wallMs, elapsedMs: () => machine.elapsedMs })
}

test('alone it follows the clock of the machine, also over a sleep that no counter noticed', () => {
  const machine = newMachine()
  const clock = clockOf(machine)

  machine.pass(1_000)
  assert.equal(clock.nowMs(), NOON_MS + 1_000)
  machine.wallMs += HOUR_MS
  assert.equal(clock.nowMs(), NOON_MS + 1_000 + HOUR_MS)
})

test('a machine whose clock is set back makes it slow until that has caught up, and never stops it', () => {
  const machine = newMachine()
  const clock = clockOf(machine)

  machine.wallMs -= 10_000
  assert.equal(clock.nowMs(), NOON_MS)
  machine.pass(4_000)
  assert.equal(clock.nowMs(), NOON_MS + 2_000)
  machine.pass(20_000)
  assert.equal(clock.nowMs(), NOON_MS + 14_000)
})

test('it begins no earlier than what the store has seen', () => {
  const machine = newMachine()
  const clock = clockOf(machine)

  clock.notBefore(NOON_MS + HOUR_MS)
  machine.pass(1_000)

  assert.equal(clock.nowMs(), NOON_MS + HOUR_MS + 500)
})

test('once a database has told its time the clock of the machine means nothing', () => {
  const machine = newMachine()
  const clock = clockOf(machine)
  machine.wallMs += 5 * HOUR_MS

  clock.correct(NOON_MS, machine.elapsedMs)
  machine.wallMs -= 9 * HOUR_MS
  machine.pass(1_000)

  assert.equal(clock.nowMs(), NOON_MS + 1_000)
})

test('a slow answer corrects no more than it can prove', () => {
  const machine = newMachine()
  const clock = clockOf(machine)
  clock.correct(NOON_MS, machine.elapsedMs)

  const askedMs = machine.elapsedMs
  machine.pass(3_000)
  // Told at once, and three seconds on its way: the clock was right.
  clock.correct(NOON_MS + 10, askedMs)
  assert.equal(clock.nowMs(), NOON_MS + 3_000)

  // Told after those three seconds: the clock is behind by a second.
  clock.correct(NOON_MS + 4_000, askedMs)
  assert.equal(clock.nowMs(), NOON_MS + 4_000)
})
