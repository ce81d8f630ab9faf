// Which executions are stored: in the order of their birth, evenly over a month that ends when the seeding began, each after one of the templates.
import { SHARDS, newId } from '../../packages/core/src/index.ts'
import type { Template } from './templates.ts'

export interface SeedPlan {
  readonly templates: readonly Template[]
  /** The most that will ever be stored: the month is theirs. */
  readonly total: number
  readonly endMs: number
  /** Which template the execution with this number follows. */
  templateAt(index: number): number
}

export interface Seeds {
  readonly ids: readonly string[]
  readonly moments: readonly number[]
  readonly shards: readonly number[]
  readonly templates: readonly number[]
}

export const SPAN_MS: number = 30 * 86_400_000

export function momentAt({ total, endMs }: Pick<SeedPlan, 'total' | 'endMs'>, index: number): number {
  return endMs - SPAN_MS + Math.floor((index / total) * SPAN_MS)
}

export function seedsOf(plan: SeedPlan, from: number, to: number): Seeds {
  const seeds = { ids: [] as string[], moments: [] as number[], shards: [] as number[], templates: [] as number[] }
  for (let index = from; index < to; index++) {
    const nowMs = momentAt(plan, index)
    const shard = Math.floor(Math.random() * SHARDS)
    seeds.ids.push(newId({ nowMs, shard, random: Math.random }))
    seeds.moments.push(nowMs)
    seeds.shards.push(shard)
    seeds.templates.push(plan.templateAt(index))
  }
  return seeds
}
