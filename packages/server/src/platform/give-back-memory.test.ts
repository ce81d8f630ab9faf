import assert from 'node:assert/strict'
import { test } from 'node:test'
import { giveBackMemory, type HeapKeeper } from './give-back-memory.ts'

const MIB = 2 ** 20

interface World {
  collected: number
  busy: number
  totalBytes: number
  usedBytes: number
  look(): void
  end(): void
}

function open(): World {
  let next: (() => void) | undefined
  const keeper: HeapKeeper = {
    collect: () => {
      world.collected += 1
      world.totalBytes = 16 * MIB
    },
    busyShare: () => world.busy,
    sizes: () => world,
  }
  const at = (_atMs: number, run: () => void): (() => void) => {
    next = run
    return () => (next = undefined)
  }
  const world: World = {
    collected: 0,
    busy: 0,
    totalBytes: 100 * MIB,
    usedBytes: 20 * MIB,
    look: () => next?.(),
    end: giveBackMemory({ nowMs: () => 0, at }, keeper),
  }
  return world
}

test('what a load left behind is collected once the event loop has been idle twice', () => {
  const world = open()

  world.look()
  const afterOne = world.collected
  world.look()
  world.look()
  world.look()

  assert.deepEqual([afterOne, world.collected], [0, 1])
})

test('a busy event loop, a heap in use and a small gain are left alone', () => {
  const world = open()

  world.busy = 0.5
  for (let count = 0; count < 5; count++) world.look()
  world.busy = 0
  world.usedBytes = 90 * MIB
  for (let count = 0; count < 5; count++) world.look()
  world.usedBytes = 1 * MIB
  world.totalBytes = 3 * MIB
  for (let count = 0; count < 5; count++) world.look()

  assert.equal(world.collected, 0)
})

test('it looks no more once it has ended', () => {
  const world = open()

  world.end()
  for (let count = 0; count < 5; count++) world.look()

  assert.equal(world.collected, 0)
})
