// Multiplies templates into a store, past the engine and as fast as the database takes rows, and remembers how far it came, so that a backlog
// can be grown in several runs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { SeedPlan, Seeds } from './seed-plan.ts'
import { seedsOf } from './seed-plan.ts'
import type { Template } from './templates.ts'

export interface SeedStore {
  /** The month before the moment is to be filled. */
  prepare(templates: readonly Template[], endMs: number): Promise<void>
  write(seeds: Seeds): Promise<void>
  /** Leaves the store as a server that has been running for long would: statistics, nothing pending. */
  finish(): Promise<void>
  close(): Promise<void>
}

export interface Progress {
  readonly stored: number
  readonly total: number
  readonly endMs: number
}

const CHUNK = 20_000

export function readProgress(file: string): Progress | undefined {
  if (!existsSync(file)) return undefined
  const progress: Progress = JSON.parse(readFileSync(file, 'utf8'))
  return progress
}

/** Stores executions until there are `size`. Returns how many were written in a second. */
export async function seedUpTo(
  size: number,
  { plan, store, progressFile }: { readonly plan: SeedPlan; readonly store: SeedStore; readonly progressFile: string },
): Promise<number> {
  const { total, endMs } = plan
  const from = readProgress(progressFile)?.stored ?? 0
  const startMs = performance.now()
  for (let done = from; done < size; done += CHUNK) {
    const to = Math.min(size, done + CHUNK)
    await store.write(seedsOf(plan, done, to))
    writeFileSync(progressFile, JSON.stringify({ stored: to, total, endMs } satisfies Progress))
  }
  const perSecond = Math.max(0, size - from) / ((performance.now() - startMs) / 1000)
  await store.finish()
  return perSecond
}
