// What people write for the page and keep beside their flows: settings, apps and their links, suites of tests and what they came to.
import type { NamespaceScope } from '@batuta/core'

export interface TestSuiteKey {
  readonly tenant: string
  readonly namespace: string
  readonly id: string
}

export interface UserSettingKey {
  readonly tenant: string
  readonly kind: 'view' | 'preferences' | 'dashboard' | 'draft'
  /** Empty where nobody logs in; of a draft the namespace of its flow. */
  readonly owner: string
  readonly id: string
}

export interface UserSettingRow extends UserSettingKey {
  /** JSON. */
  readonly body: string
  readonly updatedMs: number
}

export interface UserSettingRevise extends UserSettingKey {
  readonly body: string | null
  readonly updatedMs: number
  /** When the row was written that this one is a change of. */
  readonly follows: number | null
}

export interface AppKey {
  readonly tenant: string
  readonly uid: string
}

/** A page for people who know nothing of flows. */
export interface AppRow extends AppKey {
  readonly namespace: string
  /** One of its namespace. */
  readonly id: string
  readonly flowId: string
  readonly source: string
  readonly createdMs: number
  readonly updatedMs: number
}

/** What somebody may look at or answer who has been given an address. The address itself is kept nowhere: its hash finds the row. */
export interface LinkRow {
  readonly tenant: string
  readonly hash: string
  readonly executionId: string
  /** Where an answer is awaited; empty for the whole execution. */
  readonly taskRunId: string
  /** Of the app that shows it; empty for an approval. */
  readonly appUid: string
  readonly createdMs: number
  readonly expiresMs: number
}

export interface TestSuiteRow extends TestSuiteKey {
  readonly flowId: string
  readonly source: string
  readonly updatedMs: number
}

/** Of one suite. */
export const TEST_RESULTS_MAX = 100

/** What a run of a suite came to. */
export interface TestResultRow {
  readonly tenant: string
  /** Greater than those before. */
  readonly id: string
  readonly namespace: string
  readonly suiteId: string
  readonly flowId: string
  readonly state: string
  readonly startedMs: number
  /** The document as clients read it. */
  readonly body: string
}

export interface TestResultQuery {
  readonly tenant: string
  /** Of these namespaces only. */
  readonly scope?: NamespaceScope
  readonly namespace?: string
  readonly suiteId?: string
  readonly flowId?: string
  readonly limit: number
  readonly offset?: number
}

export interface DocumentOperations {
  /** Puts what was there in its place. */
  saveUserSetting: { readonly args: UserSettingRow; readonly result: null }
  deleteUserSetting: { readonly args: UserSettingKey; readonly result: boolean }
  /** Only over the row of this moment, or over none where `follows` is null; without a body the row goes. False: another one is there by now. */
  reviseUserSetting: { readonly args: UserSettingRevise; readonly result: boolean }
  /** Puts what was there in its place. */
  saveApp: { readonly args: AppRow; readonly result: null }
  deleteApp: { readonly args: AppKey; readonly result: boolean }
  /** Those that have expired by its own creation go. */
  saveLink: { readonly args: LinkRow; readonly result: null }
  saveTestSuite: { readonly args: TestSuiteRow; readonly result: null }
  /** With its results. */
  deleteTestSuite: { readonly args: TestSuiteKey; readonly result: boolean }
  /** Of one suite the latest are kept. */
  saveTestResult: { readonly args: TestResultRow; readonly result: null }
}

export interface DocumentReads {
  /** Of one owner, or of all; by owner and id. */
  listUserSettings(tenant: string, kind: UserSettingKey['kind'], owner?: string): Promise<readonly UserSettingRow[]>
  findUserSetting(key: UserSettingKey): Promise<UserSettingRow | undefined>
  findApp(key: AppKey): Promise<AppRow | undefined>
  /** By namespace and id. */
  listApps(tenant: string): Promise<readonly AppRow[]>
  /** Also one that has expired. */
  findLink(tenant: string, hash: string): Promise<LinkRow | undefined>
  findTestSuite(key: TestSuiteKey): Promise<TestSuiteRow | undefined>
  /** By namespace and id. */
  listTestSuites(tenant: string): Promise<readonly TestSuiteRow[]>
  findTestResult(tenant: string, id: string): Promise<TestResultRow | undefined>
  /** The latest first. */
  listTestResults(query: TestResultQuery): Promise<readonly TestResultRow[]>
  countTestResults(query: Omit<TestResultQuery, 'limit' | 'offset'>): Promise<number>
}
