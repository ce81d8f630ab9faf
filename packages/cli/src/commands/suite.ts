// batuta test-suite run …: suites that the server keeps, run by the server; and what came of earlier runs.
import type { Client } from '@batuta/api'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { flowNameOf, parsePair } from '../flow-name.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { moment, show, showTable } from '../show.ts'

type Result = Awaited<ReturnType<Client['tests']['run']>>

export async function suiteRun(
  args: readonly string[],
  options: GlobalOptions & { readonly case: readonly string[] },
): Promise<ExitCode> {
  const body = options.case.length === 0 ? {} : { testCases: [...options.case] }
  return judge([await connect(options).tests.run({ params: flowNameOf(args), body })], options)
}

export interface SuiteQueryOptions extends GlobalOptions {
  readonly namespace?: string
  readonly flow?: string
}

export async function suiteRunMany(options: SuiteQueryOptions): Promise<ExitCode> {
  const { namespace, flow } = options
  const body = {
    includeChildNamespaces: true,
    ...(namespace !== undefined && { namespace }),
    ...(flow !== undefined && { flowId: flow }),
  }
  const { results } = await connect(options).tests.runMany({ body })
  return judge(results, options)
}

function judge(results: readonly Result[], options: GlobalOptions): ExitCode {
  if (options.json) printJson(results)
  else for (const line of results.flatMap(linesOf)) printLine(line)
  return results.every(({ state }) => state === 'SUCCESS' || state === 'SKIPPED') ? EXIT.ok : EXIT.failed
}

function linesOf({ namespace, testSuiteId, state, results, errors }: Result): readonly string[] {
  return [
    `${markOf(state)} ${namespace}.${testSuiteId}  ${state}`,
    ...errors.map(({ message }) => `    ${message}`),
    ...results.flatMap(each => [
      `  ${markOf(each.state)} ${each.testId}`,
      ...each.errors.map(({ message }) => `      ${message}`),
    ]),
  ]
}

function markOf(state: string): string {
  if (state === 'SUCCESS') return '✓'
  return state === 'SKIPPED' ? '–' : '✗'
}

export async function suiteResults(options: SuiteQueryOptions): Promise<ExitCode> {
  const { namespace, flow } = options
  const query = { ...(namespace !== undefined && { namespace }), ...(flow !== undefined && { flowId: flow }) }
  const { results } = await connect(options).tests.searchResults({ query })
  return showResults(results, options)
}

export async function suiteLast(
  names: readonly string[],
  options: GlobalOptions & { readonly ids: readonly string[] },
): Promise<ExitCode> {
  const testSuiteIds = [...names, ...options.ids].map(parsePair).map(({ namespace, id }) => ({ namespace, id }))
  const { results } = await connect(options).tests.lastResults({ body: { testSuiteIds } })
  return showResults(results, options)
}

export async function suiteResult([id = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  return judge([await connect(options).tests.result({ params: { id } })], options)
}

function showResults(results: readonly Result[], options: GlobalOptions): ExitCode {
  return showTable(options, results, [
    ['ID', ({ id }) => id],
    ['SUITE', ({ namespace, testSuiteId }) => `${namespace}.${testSuiteId}`],
    ['STATE', ({ state }) => state],
    ['STARTED', ({ startDate }) => moment(startDate)],
  ])
}

export type SuiteVerb = 'enable' | 'disable' | 'delete'

export async function suiteBulk(verb: SuiteVerb, names: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const { tests } = connect(options)
  const body = { ids: names.map(parsePair).map(({ namespace, id }) => ({ namespace, id })) }
  const acts = {
    enable: async () => tests.enableByIds({ body }),
    disable: async () => tests.disableByIds({ body }),
    delete: async () => tests.deleteByIds({ body }),
  }
  const { count } = await acts[verb]()
  return show(options, { count }, `${verb}d ${count} suites`)
}
