// A rough size in bytes of what a waiting signal keeps in memory: backpressure counts bytes, because fifty thousand small signals are nothing
// and fifty large ones are too many.
import { Bytes, isList, isMap, mapSize, someValue, type Signal, type Value, type ValueMap } from '@batuta/core'

/** The request, its connection and the promises of whoever waits. */
const HELD_BYTES = 4_096
const NODE_BYTES = 32
/** Of larger values the rest is taken to be like the part that was looked at, so that weighing stays cheap. */
const NODES_MAX = 1_000

export function weighSignal(signal: Signal): number {
  switch (signal.type) {
    case 'create': {
      const { inputs, trigger, copy = [] } = signal.birth
      const copied = copy.reduce((sum, turn) => sum + turn.events.length, 0)
      return HELD_BYTES + weighValue(inputs) + (trigger ? weighValue(trigger.variables) : 0) + copied
    }
    case 'settled':
      return HELD_BYTES + weighValue(signal.outputs ?? null)
    case 'evaluated':
      return HELD_BYTES + weighValue(signal.value ?? null)
    case 'child-ended':
      return HELD_BYTES + weighValue(signal.outputs ?? null)
    case 'command':
    case 'wake':
    case 'lost':
    case 'unplaced':
    case 'timer':
    case 'limit-granted':
      return HELD_BYTES
  }
}

function weighValue(value: Value): number {
  return weighNode(value, { left: NODES_MAX })
}

interface Budget {
  left: number
}

function weighNode(value: Value, budget: Budget): number {
  budget.left -= 1
  if (typeof value === 'string') return NODE_BYTES + value.length
  if (typeof value !== 'object' || value === null) return NODE_BYTES
  if (value instanceof Bytes) return NODE_BYTES + value.bytes.length
  if (isList(value)) return weighList(value, budget)
  return isMap(value) ? weighMap(value, budget) : NODE_BYTES
}

function weighList(list: readonly Value[], budget: Budget): number {
  let bytes = 0
  let looked = 0
  for (const child of list) {
    if (budget.left <= 0) break
    bytes += weighNode(child, budget)
    looked += 1
  }
  return weightOf(bytes, { looked, count: list.length })
}

function weighMap(map: ValueMap, budget: Budget): number {
  let bytes = 0
  let looked = 0
  const isCutShort = someValue(map, child => {
    if (budget.left <= 0) return true
    bytes += weighNode(child, budget)
    looked += 1
    return false
  })
  return weightOf(bytes, { looked, count: isCutShort ? mapSize(map) : looked })
}

function weightOf(bytes: number, { looked, count }: { readonly looked: number; readonly count: number }): number {
  return NODE_BYTES + (looked === 0 ? count * NODE_BYTES : (bytes * count) / looked)
}
