import type { Scheduler } from '../platform/platform.ts'

const ITEMS_PER_TURN = 16

/** One after the other, with a pause for everybody else after a few: a long list must not hold up the engine. */
export async function mapInTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result> | Result,
  scheduler: Scheduler,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % ITEMS_PER_TURN === 0) await new Promise<void>(resolve => scheduler.defer(resolve))
    results.push(await work(item, index))
  }
  return results
}
