// Several tortures side by side, each with servers, data and clients of its own: much of the time of one is waiting for the next kill, so that
// a machine gets through thousands of kills in a fraction of the hours.
import type { TortureReport } from './torture.ts'

/** What one of several does; its words and checks are told apart by `name`, which is empty when there is one only. */
export interface Lane {
  readonly name: string
  readonly kills: number
  readonly seed: string
}

/** Shares the kills out; the seed of a lane is that of the whole with the lane's number. */
export function lanesOf(count: number, kills: number, seed: string): readonly Lane[] {
  if (count === 1) return [{ name: '', kills, seed }]
  return Array.from({ length: count }, (_, index) => ({
    name: `lane ${index + 1}: `,
    kills: Math.floor(kills / count) + (index < kills % count ? 1 : 0),
    seed: `${seed}.${index + 1}`,
  })).filter(lane => lane.kills > 0)
}

export async function runLanes(
  lanes: readonly Lane[],
  run: (lane: Lane) => Promise<TortureReport>,
): Promise<TortureReport> {
  const reports = await Promise.all(lanes.map(async lane => ({ lane, report: await run(lane) })))
  return {
    checks: reports.flatMap(({ lane, report }) =>
      report.checks.map(check => ({ ...check, name: `${lane.name}${check.name}` })),
    ),
    facts: reports.map(({ report }) => report.facts).reduce(mergeFacts),
  }
}

/** Counts are added; of a time it is the worst that counts. */
function mergeFacts(
  left: Readonly<Record<string, number>>,
  right: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const merged: Record<string, number> = { ...left }
  for (const [name, value] of Object.entries(right)) {
    const before = merged[name] ?? 0
    merged[name] = /Ms|seconds/.test(name) ? Math.max(before, value) : before + value
  }
  return merged
}
