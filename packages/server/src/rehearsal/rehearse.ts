// Flow tests as files tell them: suites and the flows they are about, found in the same documents, judged and run one case after the other.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  checkFlow,
  createCatalogue,
  isMap,
  isTestSuite,
  mapGet,
  mapHas,
  parseTestSuite,
  parseYaml,
  type Catalogue,
  type Flow,
  type TestCase,
} from '@batuta/core'
import { openLocalFileStore } from '@batuta/plugin-sdk'
import { readConfig } from '../config/config.ts'
import { PLUGINS_DIR } from '../platform/places.ts'
import { realPlatform } from '../platform/platform.ts'
import { readManifests, type Manifests } from '../plugins/manifests.ts'
import { openActorsOf } from './open-actors.ts'
import { runTestCase, type CaseResult, type CaseWorld } from './run-test-case.ts'

export interface TestDocument {
  readonly file: string
  readonly source: string
  /** Lines of the file before this document. */
  readonly linesBefore: number
}

export interface RehearsalOptions {
  /** Suites, and flows beside them. */
  readonly documents: readonly TestDocument[]
  /** Only cases whose name, SUITE.CASE, holds this. */
  readonly filter?: string
  /** Only these cases. */
  readonly caseIds?: ReadonlySet<string>
  /** No task touches the world: one without a fixture is an error. */
  readonly isIsolated: boolean
  /** After each suite. */
  onSuite?(result: SuiteResult): void
}

export interface SuiteResult {
  readonly file: string
  readonly id: string
  readonly namespace: string
  readonly flowId: string
  /** Why no case could be run: one line each, with place. */
  readonly problems: readonly string[]
  readonly cases: readonly (CaseResult & { readonly durationMs: number })[]
}

const DATA_PREFIX = 'batuta-test-'

export async function rehearse(options: RehearsalOptions): Promise<readonly SuiteResult[]> {
  const manifests = readManifests(PLUGINS_DIR)
  const catalogue = createCatalogue(manifests.types)
  const flows = readFlows(options.documents, catalogue)
  const folder = await mkdtemp(join(tmpdir(), DATA_PREFIX))
  try {
    const results: SuiteResult[] = []
    for (const document of options.documents) {
      if (!isSuite(document)) continue
      const result = await runSuite(document, { options, flows, catalogue, manifests, folder })
      results.push(result)
      options.onSuite?.(result)
    }
    return results
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function isSuite({ source }: TestDocument): boolean {
  const { value } = parseYaml(source)
  // A suite that is no YAML is told by its name.
  return value === undefined ? /^testCases:/m.test(source) : isTestSuite(value)
}

interface KnownFlow {
  readonly flow: Flow | undefined
  readonly problems: readonly string[]
}

function readFlows(documents: readonly TestDocument[], catalogue: Catalogue): ReadonlyMap<string, KnownFlow> {
  const flows = new Map<string, KnownFlow>()
  for (const { file, source, linesBefore } of documents) {
    const { value } = parseYaml(source)
    if (value === undefined || !isMap(value) || !mapHas(value, 'tasks')) continue
    const { flow, diagnostics } = checkFlow(source, { catalogue })
    const problems = diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ line = 1, column = 1, message }) => `${file}:${line + linesBefore}:${column}: ${message}`)
    flows.set(`${String(mapGet(value, 'namespace'))}.${String(mapGet(value, 'id'))}`, { flow, problems })
  }
  return flows
}

interface Hall {
  readonly options: RehearsalOptions
  readonly flows: ReadonlyMap<string, KnownFlow>
  readonly catalogue: Catalogue
  readonly manifests: Manifests
  readonly folder: string
}

async function runSuite(document: TestDocument, hall: Hall): Promise<SuiteResult> {
  const { file, source, linesBefore } = document
  const { value } = parseYaml(source)
  const field = (key: string): string => (value !== undefined && isMap(value) ? String(mapGet(value, key) ?? '') : '')
  const name = { file, id: field('id'), namespace: field('namespace'), flowId: field('flowId') }
  const known = hall.flows.get(`${name.namespace}.${name.flowId}`)
  const { flow } = known ?? {}
  const { suite, diagnostics } = parseTestSuite(source, { catalogue: hall.catalogue, ...(flow && { flow }) })
  const problems = diagnostics
    .filter(({ severity }) => severity === 'error')
    .map(({ line = 1, column = 1, message }) => `${file}:${line + linesBefore}:${column}: ${message}`)
  if (suite === undefined) return { ...name, problems, cases: [] }
  if (flow === undefined) return { ...name, problems: known?.problems ?? [missingFlow(name)], cases: [] }
  const others = [...hall.flows.values()].flatMap(other => (other.flow && other.flow !== flow ? [other.flow] : []))
  const { filter, caseIds } = hall.options
  const wanted = suite.testCases
    .filter(({ id }) => filter === undefined || `${suite.id}.${id}`.includes(filter))
    .filter(({ id }) => caseIds?.has(id) ?? true)
  const cases: (CaseResult & { durationMs: number })[] = []
  for (const testCase of wanted)
    cases.push(
      await timed(suite.disabled ? { ...testCase, disabled: true } : testCase, { flows: [flow, ...others], hall }),
    )
  return { ...name, problems: [], cases }
}

function missingFlow({ namespace, flowId }: { readonly namespace: string; readonly flowId: string }): string {
  return `The flow ${namespace}.${flowId} is in none of the files: name its file or folder too, or with --flows.`
}

async function timed(
  testCase: TestCase,
  { flows, hall }: { readonly flows: readonly [Flow, ...Flow[]]; readonly hall: Hall },
): Promise<CaseResult & { readonly durationMs: number }> {
  const platform = realPlatform()
  const sinceMs = platform.elapsedMs()
  const result = await runTestCase(testCase, worldOf(hall, { flows, startMs: platform.nowMs() }))
  return { ...result, durationMs: Math.round(platform.elapsedMs() - sinceMs) }
}

function worldOf(
  { options, manifests, folder }: Hall,
  { flows, startMs }: Pick<CaseWorld, 'flows' | 'startMs'>,
): CaseWorld {
  const config = readConfig({ dataDir: folder }, process.env, folder)
  const envs: [string, string][] = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith(config.envPrefix) && value !== undefined
      ? [[name.slice(config.envPrefix.length).toLowerCase(), value]]
      : [],
  )
  const files = openLocalFileStore(config.storageDir)
  return {
    flows,
    files,
    startMs,
    environment: process.env,
    configuredRoots: new Map([
      ['envs', Object.fromEntries(envs)],
      ['globals', config.globals],
      ['kestra', config.kestra],
    ]),
    zone: config.zone,
    locale: config.locale,
    ...(!options.isIsolated && { openActors: openActorsOf(config, manifests) }),
  }
}
