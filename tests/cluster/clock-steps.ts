// The clocks of servers step: by hours, forwards and back, each for itself, under load. Leases go by the clock of the database, so nobody loses
// anything. Needs libfaketime (Debian: apt-get install libfaketime).
import { existsSync, globSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TortureCluster } from '../torture/cluster.ts'
import { tortureFlows } from '../torture/flows.ts'
import type { TortureReport } from '../torture/torture.ts'
import { startLoad } from './cluster-load.ts'
import { installAudit, listFences } from './write-audit.ts'

const LIBRARIES = '/usr/lib/*/faketime/libfaketimeMT.so.1'
const WARM_UP_MS = 1_500

export function findFakeTime(): string | undefined {
  return globSync(LIBRARIES).find(file => existsSync(file))
}

/** `steps`: seconds by which the clock of one node after the other is off; each holds for `holdMs`. */
export async function stepClocks({
  library,
  steps,
  holdMs,
}: {
  readonly library: string
  readonly steps: readonly number[]
  readonly holdMs: number
}): Promise<TortureReport> {
  const file = (name: string): string => join(tmpdir(), `batuta-clock-${process.pid}-${name}`)
  const set = (name: string, seconds: number): void =>
    writeFileSync(file(name), `${seconds < 0 ? '' : '+'}${seconds}s\n`)
  const names = ['a', 'b']
  for (const name of names) set(name, 0)
  const cluster = await TortureCluster.open({
    nodes: Object.fromEntries(names.map(name => [name, 'standalone'])),
    flows: tortureFlows,
    envOf: name => ({
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file(name),
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
    }),
  })
  const load = startLoad(cluster, 6)
  try {
    await installAudit(cluster)
    await sleep(WARM_UP_MS)
    const idle: string[] = []
    for (const [index, seconds] of steps.entries()) {
      const before = load.ledger.acknowledged.length
      set(names[index % names.length] ?? '', seconds)
      await sleep(holdMs)
      if (load.ledger.acknowledged.length === before)
        idle.push(`nothing was acknowledged while a clock was off by ${seconds} s`)
    }
    const fences = await listFences(cluster)
    const failed = await load.judge()
    return {
      checks: [
        { name: 'work goes on whatever the clocks say', problems: idle },
        { name: 'no node is taken for dead', problems: fences.map(({ name }) => `${name} was fenced`) },
        { name: 'the history is whole', problems: failed.flatMap(({ problems }) => problems) },
      ],
      facts: { steps: steps.length, acknowledged: load.ledger.acknowledged.length },
    }
  } finally {
    load.stop()
    await cluster.close()
  }
}
