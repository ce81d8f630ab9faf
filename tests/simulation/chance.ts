// Chance by seed: the same seed gives the same run. Each concern draws from a stream of its own, so that one more draw here changes nothing there.
import { seededRandom } from '@batuta/core'

export interface Chance {
  /** In [0, 1). */
  next(): number
  /** A whole number, both ends included. */
  int(least: number, most: number): number
  /** True with this probability. */
  hits(probability: number): boolean
  pick<T>(list: readonly T[]): T
}

export function newChance(seed: string): Chance {
  const next = seededRandom(seed)
  const int = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    int,
    hits: probability => next() < probability,
    pick: list => {
      const picked = list[int(0, list.length - 1)]
      if (picked === undefined) throw new Error('there is nothing to pick from')
      return picked
    },
  }
}
