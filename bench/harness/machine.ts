// Where and with what the figures were taken.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Figures } from './figures.ts'
import { ROOT } from './server-process.ts'

export function describeMachine(): Figures {
  const processors = cpus()
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    loadAverage: readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 2).map(Number),
  }
}

export function describeVersions(): Figures {
  return { batuta: revision(), node: process.version, sqlite: sqliteVersion() }
}

/** The commit, with a mark when files differ from it. */
function revision(): string {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8' })
  if (status === 0) return stdout.trim()
  const { version }: { version?: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return version ?? 'unknown'
}

function sqliteVersion(): string {
  const db = new DatabaseSync(':memory:')
  const row = db.prepare('select sqlite_version() as version').get()
  db.close()
  return String(row?.['version'])
}
