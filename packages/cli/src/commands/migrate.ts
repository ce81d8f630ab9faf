// batuta migrate: brings the database up to date, or prints what would be done. It needs no server, and none that runs over SQLite.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { CommandError, EXIT } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'

export interface MigrateCommandOptions extends GlobalOptions {
  readonly dryRun?: boolean
  readonly data?: string
  readonly config?: string
}

export async function migrate({ dryRun, data, config, json }: MigrateCommandOptions): Promise<void> {
  if (config !== undefined && !existsSync(config)) throw new CommandError(EXIT.usage, `there is no file "${config}"`)
  const { migrateDatabase } = await import('@batuta/server')
  const isDryRun = dryRun === true
  const report = await migrateDatabase({
    ...(data !== undefined && { dataDir: resolve(data) }),
    ...(config !== undefined && { configFile: resolve(config) }),
    isDryRun,
    onNotice: message => void process.stderr.write(`${message}\n`),
  })
  if (json) return void process.stdout.write(`${JSON.stringify({ ...report, isDryRun })}\n`)
  const { current, target, steps } = report
  const lines = steps.map(({ number, title }) => `  ${number}  ${title}`)
  const what = isDryRun ? 'would be done' : 'done'
  const summary =
    steps.length === 0
      ? `The database is at migration ${current}; there is nothing to do.`
      : `From migration ${current} to ${target}, ${what}:`
  process.stdout.write(`${[summary, ...lines].join('\n')}\n`)
}
