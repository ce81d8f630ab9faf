// What is done to a database besides running a server over it. A server never needs it, so it is imported when it is asked for.
import type { Verification } from './access/audit-trail.ts'
import type { AuditOptions, AuditReport } from './audit/audit.ts'
import type { Diagnosis, DoctorOptions } from './audit/doctor.ts'
import type { HeldExecution } from './audit/list-held.ts'
import type { ReadOnlyDatabase } from './audit/read-only-database.ts'
import type { BackupReport } from './backup/backup.ts'
import type { RestoreReport } from './backup/restore.ts'
import type { RestoreCommand, runBackup as RunBackup } from './backup/run-backup.ts'
import type { SourceReport } from './flows/judge-source.ts'
import type { RehearsalOptions, SuiteResult } from './rehearsal/rehearse.ts'
import type { ExportReport } from './transfer/export.ts'
import type { ImportReport } from './transfer/import.ts'
import type { ImportCommand, runExport as RunExport } from './transfer/run-transfer.ts'
import type {
  InstallReport,
  installPlugin as InstallPlugin,
  listInstalled as ListInstalled,
  uninstallPlugin as UninstallPlugin,
} from './plugins/install-plugin.ts'
import type { openReadOnly as OpenReadOnly } from './audit/open-read-only.ts'

export type InstalledList = ReturnType<typeof ListInstalled>

export async function audit(database: ReadOnlyDatabase, options?: AuditOptions): Promise<AuditReport> {
  return await (await import('./audit/audit.ts')).audit(database, options)
}

export async function openReadOnly(...place: Parameters<typeof OpenReadOnly>): Promise<ReadOnlyDatabase> {
  return await (await import('./audit/open-read-only.ts')).openReadOnly(...place)
}

export async function runDoctor(options: DoctorOptions): Promise<Diagnosis> {
  return await (await import('./audit/doctor.ts')).runDoctor(options)
}

export async function verifyAuditLog(options: DoctorOptions): Promise<Verification> {
  return await (await import('./audit/verify-audit-log.ts')).verifyAuditLog(options)
}

export async function findHeld(options: DoctorOptions, limit: number): Promise<readonly HeldExecution[]> {
  return await (await import('./audit/doctor.ts')).findHeld(options, limit)
}

export async function runBackup(...place: Parameters<typeof RunBackup>): Promise<BackupReport> {
  return await (await import('./backup/run-backup.ts')).runBackup(...place)
}

export async function runRestore(path: string, options: RestoreCommand): Promise<RestoreReport> {
  return await (await import('./backup/run-backup.ts')).runRestore(path, options)
}

export async function runExport(...place: Parameters<typeof RunExport>): Promise<ExportReport> {
  return await (await import('./transfer/run-transfer.ts')).runExport(...place)
}

export async function runImport(folder: string, options: ImportCommand): Promise<ImportReport> {
  return await (await import('./transfer/run-transfer.ts')).runImport(folder, options)
}

export async function rehearse(options: RehearsalOptions): Promise<readonly SuiteResult[]> {
  return await (await import('./rehearsal/rehearse.ts')).rehearse(options)
}

export async function installPlugin(...place: Parameters<typeof InstallPlugin>): Promise<InstallReport> {
  return await (await import('./plugins/install-plugin.ts')).installPlugin(...place)
}

export async function uninstallPlugin(...place: Parameters<typeof UninstallPlugin>): Promise<readonly string[]> {
  return (await import('./plugins/install-plugin.ts')).uninstallPlugin(...place)
}

export async function listInstalled(...place: Parameters<typeof ListInstalled>): Promise<InstalledList> {
  return (await import('./plugins/install-plugin.ts')).listInstalled(...place)
}

export async function judgeSources(sources: readonly string[]): Promise<readonly SourceReport[]> {
  return (await import('./flows/judge-source.ts')).judgeSources(sources)
}
