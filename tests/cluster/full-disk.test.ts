import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TABLES_MIB, fillTables } from './full-disk.ts'
import { SmallDisk } from './small-disk.ts'

test('a PostgreSQL without room for its tables makes servers refuse what is new, and all goes on when there is room', async t => {
  const disk = SmallDisk.mount(TABLES_MIB)
  if (!disk) return t.skip('a small file system cannot be mounted here: needs root')
  t.after(() => disk.unmount())

  const { checks, facts } = await fillTables(disk)

  t.diagnostic(JSON.stringify(facts))
  assert.deepEqual(
    checks.filter(({ problems }) => problems.length > 0),
    [],
  )
})
