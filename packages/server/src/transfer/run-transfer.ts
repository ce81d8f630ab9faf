// `batuta export` and `batuta import` as calls: they find the installation by its configuration, as doctor does.
import { resolve } from 'node:path'
import type { RecoverPolicy } from '@batuta/core'
import { configOf } from '../audit/doctor.ts'
import type { PlaceOptions } from '../backup/run-backup.ts'
import { realPlatform } from '../platform/platform.ts'
import { VERSION } from '../platform/version.ts'
import { exportAll, type ExportReport } from './export.ts'
import { importAll, type ImportReport } from './import.ts'

export async function runExport(target: string, options: PlaceOptions): Promise<ExportReport> {
  const platform = realPlatform()
  return await exportAll(configOf(options), resolve(target), { version: VERSION, nowMs: () => platform.nowMs() })
}

export interface ImportCommand extends PlaceOptions {
  readonly missed?: RecoverPolicy
  onNotice(message: string): void
}

export async function runImport(folder: string, options: ImportCommand): Promise<ImportReport> {
  const platform = realPlatform()
  return await importAll(configOf(options), resolve(folder), {
    options: { missed: options.missed },
    world: { random: () => platform.random(), nowMs: () => platform.nowMs(), onNotice: options.onNotice },
  })
}
