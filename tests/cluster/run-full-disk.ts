// npm run torture:full-disk -- [--times N]
// Fills the disk of PostgreSQL under load, that of its tables and that of all its data, N times each. Needs root, for the disks are mounted.
import { parseArgs } from 'node:util'
import { report, wholeOf } from '../torture/report.ts'
import type { TortureReport } from '../torture/torture.ts'
import { ALL_MIB, TABLES_MIB, fillAll, fillTables } from './full-disk.ts'
import { SmallDisk } from './small-disk.ts'

const { values } = parseArgs({ options: { times: { type: 'string', default: '1' } } })
const reports: TortureReport[] = []
for (let round = 1; round <= wholeOf('times', values.times); round++) {
  reports.push(await fill('tables', TABLES_MIB, fillTables), await fill('all', ALL_MIB, fillAll))
}
report({
  checks: reports.flatMap(({ checks }) => checks),
  facts: { rounds: reports.length, resumedMsMax: Math.max(...reports.map(({ facts }) => facts['resumedMs'] ?? 0)) },
})

async function fill(
  what: string,
  sizeMib: number,
  run: (disk: SmallDisk) => Promise<TortureReport>,
): Promise<TortureReport> {
  const disk = SmallDisk.mount(sizeMib)
  if (!disk) throw new Error('a small file system cannot be mounted here: this needs root')
  try {
    const done = await run(disk)
    process.stdout.write(`full-disk: ${what}: ${JSON.stringify(done.facts)}\n`)
    return done
  } finally {
    disk.unmount()
  }
}
