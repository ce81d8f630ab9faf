export { startServer } from './boot.ts'
export type { RunningServer } from './boot.ts'
export type { ServerOptions } from './config/config.ts'
export { migrateDatabase } from './migrate-database.ts'
export type { MigrateOptions, MigrateReport } from './migrate-database.ts'
export type { Verification } from './access/audit-trail.ts'
export type { AuditOptions, AuditReport } from './audit/audit.ts'
export type { Diagnosis, DoctorOptions } from './audit/doctor.ts'
export type { Check, Judgement } from './audit/examine.ts'
export type { Finding, InvariantId, InvariantReport } from './audit/findings.ts'
export type { HeldExecution } from './audit/list-held.ts'
export type { ReadOnlyDatabase } from './audit/read-only-database.ts'
export type { BackupReport } from './backup/backup.ts'
export type { RestoreReport } from './backup/restore.ts'
export type { RestoreCommand } from './backup/run-backup.ts'
export type { ExportReport } from './transfer/export.ts'
export type { ImportReport } from './transfer/import.ts'
export type { ImportCommand } from './transfer/run-transfer.ts'
export type { InstallReport } from './plugins/install-plugin.ts'
export type { SourceReport } from './flows/judge-source.ts'
export type { RehearsalOptions, SuiteResult, TestDocument } from './rehearsal/rehearse.ts'
export type { AssertionResult, CaseResult } from './rehearsal/run-test-case.ts'
export {
  audit,
  findHeld,
  installPlugin,
  judgeSources,
  listInstalled,
  openReadOnly,
  rehearse,
  runBackup,
  runDoctor,
  runExport,
  runImport,
  runRestore,
  uninstallPlugin,
  verifyAuditLog,
} from './upkeep.ts'
