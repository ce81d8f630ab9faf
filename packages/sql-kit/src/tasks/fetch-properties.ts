// What the tasks that read rows have in common: what to do with the rows, in its present and its older spelling, and how to ask for them.
import { p } from '@batuta/plugin-sdk'
import type { LazyProperties, OutputDescription, RunContext, ValueMap } from '@batuta/plugin-sdk'
import type { Zone } from '@batuta/ion'
import { getZone } from '../values/moments.ts'

export type FetchType = 'STORE' | 'FETCH' | 'FETCH_ONE' | 'NONE'

export interface Fetching {
  readonly fetchType: FetchType
  readonly fetchSize: number
  readonly zone: Zone
  readonly parameters?: ValueMap
}

export const timeZoneProperty = p
  .string()
  .dynamic()
  .group('advanced')
  .title('Time zone in which moments are shown, e.g. `Europe/Paris`; by default that of the machine.')

const OLDER = 'Use `fetchType` instead.'

export const fetchProperties = {
  fetchType: p
    .enum('STORE', 'FETCH', 'FETCH_ONE', 'NONE')
    .dynamic()
    .default('NONE')
    .group('main')
    .title('What to do with the rows.')
    .describe(
      'STORE writes them to a file of any size, FETCH puts them all into the outputs, FETCH_ONE the first one, NONE drops them.',
    ),
  store: p.boolean().default(false).deprecated(OLDER).title('Whether to write the rows to a file.'),
  fetchOne: p.boolean().default(false).deprecated(OLDER).title('Whether to put the first row into the outputs.'),
  fetch: p.boolean().default(false).deprecated(OLDER).title('Whether to put all rows into the outputs.'),
  fetchSize: p
    .integer()
    .dynamic()
    .default(10_000)
    .group('execution')
    .title('Rows to ask the server for at a time; fewer when they are large.'),
  parameters: p
    .map(p.any())
    .dynamic()
    .group('advanced')
    .title('Values for `:name` in the SQL.')
    .describe('They are kept apart from the SQL, so that nothing in them can be taken for SQL.'),
  timeZoneId: timeZoneProperty,
}

export const afterSqlProperty = p
  .string()
  .dynamic()
  .language('sql')
  .group('advanced')
  .title('One more statement, in the same transaction after the first.')
  .describe('For instance to mark the rows that were read.')

/** Older flows still say it. */
export const autoCommitProperty = p
  .boolean()
  .dynamic()
  .deprecated('A statement is a transaction of its own unless there is more than one.')
  .group('deprecated')
  .title('Has no effect any more.')

export const outputFilesProperty = p.list(p.string()).dynamic().group('destination')

export const fetchOutputs: readonly OutputDescription[] = [
  { name: 'row', type: 'map<any>', description: 'The first row, with FETCH_ONE.' },
  { name: 'rows', type: 'map<any>[]', description: 'All rows, with FETCH.' },
  { name: 'uri', type: 'uri', description: 'The file of rows, with STORE.' },
  { name: 'size', type: 'long', description: 'Number of rows.' },
]

export const fetchMetric = {
  name: 'fetch.size',
  type: 'counter',
  unit: 'rows',
  description: 'Number of rows fetched.',
} as const

/** The older spellings win, the narrowest first. */
async function renderFetchType(props: LazyProperties<typeof fetchProperties>): Promise<FetchType> {
  if (await props.fetchOne.render()) return 'FETCH_ONE'
  if (await props.store.render()) return 'STORE'
  if (await props.fetch.render()) return 'FETCH'
  return props.fetchType.render()
}

export async function renderFetching(props: LazyProperties<typeof fetchProperties>): Promise<Fetching> {
  const parameters = await props.parameters.render()
  return {
    fetchType: await renderFetchType(props),
    fetchSize: await props.fetchSize.render(),
    zone: getZone(await props.timeZoneId.render()),
    ...(parameters === undefined ? {} : { parameters }),
  }
}

export async function warnOfOutputFiles(
  ctx: RunContext,
  title: string,
  props: LazyProperties<{ readonly outputFiles: typeof outputFilesProperty }>,
): Promise<void> {
  const names = await props.outputFiles.render()
  if (names !== undefined && names.length > 0) ctx.logger.warn(`\`outputFiles\` has no effect for ${title}`)
}
