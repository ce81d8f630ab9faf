// What every store must do, as one suite: memory, SQLite and PostgreSQL run it whole. A rule of the store begins here, with the case that shows
// what happens when it is broken; a driver has no behaviour of its own beyond this page.
import { bulkContract } from './contract/bulks.ts'
import { accessContract } from './contract/access.ts'
import { appContract } from './contract/apps.ts'
import { executionContract } from './contract/executions.ts'
import { flowContract } from './contract/flows.ts'
import { flushContract } from './contract/flush.ts'
import { jobContract } from './contract/jobs.ts'
import { keyContract } from './contract/keys.ts'
import { latestContract } from './contract/latest.ts'
import { limitContract } from './contract/limits.ts'
import { logContract } from './contract/logs.ts'
import { purgeContract } from './contract/purge.ts'
import { queueContract } from './contract/queues.ts'
import { sealedContract } from './contract/sealed.ts'
import { snapshotContract } from './contract/snapshots.ts'
import type { StoreSubject } from './contract/subject.ts'
import { testContract } from './contract/tests.ts'
import { triggerBelongingsContract } from './contract/trigger-belongings.ts'
import { userSettingContract } from './contract/user-settings.ts'
import { triggerContract } from './contract/triggers.ts'

export type { OpenStore, StoreSubject } from './contract/subject.ts'

export function storeContract(subject: StoreSubject): void {
  writeContract(subject)
  executionContract(subject)
  latestContract(subject)
  flowContract(subject)
  triggerContract(subject)
  triggerBelongingsContract(subject)
  jobContract(subject)
  queueContract(subject)
  limitContract(subject)
  logContract(subject)
  keyContract(subject)
  sealedContract(subject)
  userSettingContract(subject)
  bulkContract(subject)
  testContract(subject)
  appContract(subject)
  accessContract(subject)
  purgeContract(subject)
  snapshotContract(subject)
}

/** The write path alone, for drivers that have two of them. */
export function writeContract(subject: StoreSubject): void {
  flushContract(subject)
}
