// DuckDB: a database in memory or in a file that lives as long as the task, over the files of its working directory. MotherDuck by its URL.
import { access } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { isList, mapFrom, p, TaskError, writeInputFiles } from '@batuta/plugin-sdk'
import type { LazyProperties, RunContext, TaskOutputs, Value } from '@batuta/plugin-sdk'
import {
  BadRow,
  credentialProperties,
  hexOf,
  literalText,
  parseParameters,
  poollessProperties,
  POSTGRESQL,
  quoteExact,
  quoteText,
  quoteWritten,
  refusal,
  splitAtPlaceholders,
  tableRows,
  urlProperty,
} from '@batuta/sql-kit'
import type { Answer, BatchDoor, Connection, Database, Door, OpenedFor, Reading, Zone } from '@batuta/sql-kit'
import { openInstance } from './duckdb-client.ts'
import type { DuckdbConnection, DuckdbInstance, DuckdbResult } from './duckdb-client.ts'
import { readDuckdb } from './duckdb-values.ts'
import type { DuckdbColumn } from './duckdb-values.ts'

const TITLE = 'DuckDB'
const QUERY_RESULT = 3

const properties = {
  url: p
    .string()
    .dynamic()
    .default('jdbc:duckdb:')
    .group('main')
    .title('JDBC URL of the database.')
    .describe(
      '`jdbc:duckdb:` is a database in memory, `jdbc:duckdb:/path` a file of the worker, `jdbc:duckdb:md:name` one of MotherDuck.',
    ),
  ...credentialProperties,
  ...poollessProperties,
  inputFiles: p
    .any()
    .dynamic()
    .group('source')
    .title('Files that the SQL can read by their names.')
    .describe('A map from name to content or URI, or its JSON text.'),
  databaseUri: p
    .string()
    .dynamic()
    .storageUri()
    .group('source')
    .title('A database file in internal storage to work on: the task works on a copy of it.'),
  outputDbFile: p
    .boolean()
    .dynamic()
    .default(false)
    .group('destination')
    .title('Whether to store the database file afterwards, as the output `databaseUri`.'),
  communityExtensions: p
    .list(p.string())
    .dynamic()
    .default(['ion'])
    .group('advanced')
    .title('Extensions of the community to install and load before the statements.')
    .describe('Installing one needs the network. The default is loaded only when the SQL reads or writes Ion.'),
}

type Properties = LazyProperties<typeof properties>

export const duckdb: Database<typeof properties> = {
  title: TITLE,
  prefix: 'io.kestra.plugin.jdbc.duckdb',
  syntax: POSTGRESQL,
  exampleUrl: 'jdbc:duckdb:/data/shop.duckdb',
  properties,
  moreOutputs: [
    { name: 'databaseUri', type: 'uri', description: 'The database file, with `outputDbFile`.' },
    { name: 'outputFiles', type: 'map<uri>', description: 'The files of `outputFiles`, by name.' },
  ],
  ownProperties: { Trigger: { url: urlProperty('jdbc:duckdb:/data/shop.duckdb') } },
  hasTaskFiles: true,
  open: openDoor,
}

async function openDoor(ctx: RunContext, props: Properties, task: OpenedFor): Promise<Door> {
  const place = await findPlace(ctx, props)
  const inputFiles = await props.inputFiles.render()
  if (inputFiles !== undefined) await writeInputFiles(ctx, inputFiles)
  const outputFiles = await outputFilesOf(ctx, task)
  const workingDir = await ctx.workingDir.path()
  const extensions = await extensionsOf(props, task)
  return {
    scope: { workingDir, outputFiles: mapFrom(outputFiles) },
    use: work => withInstance(ctx, { ...place, workingDir, extensions }, work),
    after: async () => ({
      ...(await storeOutputs(ctx, outputFiles)),
      ...(place.isKept ? { databaseUri: await ctx.files.put({ path: place.path }, { extension: '.duckdb' }) } : {}),
    }),
  }
}

interface Place {
  readonly path: string
  readonly options: Record<string, string>
  /** The file goes into the outputs. */
  readonly isKept: boolean
}

const MEMORY = ':memory:'

async function findPlace(ctx: RunContext, props: Properties): Promise<Place> {
  const url = await props.url.render()
  const match = /^(?:jdbc:)?duckdb:([^?;]*)(?:[?;](.*))?$/is.exec(url.trim())
  if (match === null) throw new TaskError(refusal(url, { title: TITLE, example: 'jdbc:duckdb:' }))
  const [, written = '', query = ''] = match
  const parameters = parseParameters(query.replaceAll(';', '&'))
  const options = Object.fromEntries([...parameters].map(([name, value]) => [name.replace(/^duckdb\./, ''), value]))
  const token = options['motherduck_token']
  if (token !== undefined) ctx.mask(token)
  const isKept = await props.outputDbFile.render()
  const uri = await props.databaseUri.render()
  if (uri !== undefined) {
    const path = await ctx.workingDir.createPath('.duckdb')
    await ctx.files.copyTo(uri, path)
    return { path, options, isKept }
  }
  if (written === '' || written === MEMORY) {
    return { path: isKept ? await ctx.workingDir.createPath('.duckdb') : MEMORY, options, isKept }
  }
  const isElsewhere = /^(?:md|motherduck):/i.test(written) || isAbsolute(written)
  return { path: isElsewhere ? written : await ctx.workingDir.resolve(written), options, isKept }
}

/** Each name stands for a path to write to: `{{ outputFiles.name }}`. */
async function outputFilesOf(ctx: RunContext, { own }: OpenedFor): Promise<readonly (readonly [string, string])[]> {
  const names: unknown = await own['outputFiles']?.render()
  if (!Array.isArray(names)) return []
  const files: [string, string][] = []
  for (const name of names) {
    const extension = /\.\w+$/.exec(String(name))?.[0] ?? '.tmp'
    files.push([String(name), await ctx.workingDir.createPath(extension)])
  }
  return files
}

async function storeOutputs(ctx: RunContext, files: readonly (readonly [string, string])[]): Promise<TaskOutputs> {
  if (files.length === 0) return {}
  const uris: Record<string, string> = {}
  for (const [name, path] of files) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    )
    if (!isThere) {
      throw new TaskError(
        `the statements wrote no file "${name}" of \`outputFiles\`; write it to '{{ outputFiles.${name} }}'`,
      )
    }
    uris[name] = await ctx.files.put({ path }, { name })
  }
  return { outputFiles: uris }
}

/** The default is there for flows that read rows of other tasks as Ion; others do without the network. */
async function extensionsOf(props: Properties, { own }: OpenedFor): Promise<readonly string[]> {
  const wanted = await props.communityExtensions.render()
  const sql = own['sql']?.raw
  return props.communityExtensions.isSet || (typeof sql === 'string' && /\bread_ion\b|format\W+ion\b/i.test(sql))
    ? wanted
    : []
}

interface InstanceUse extends Place {
  readonly workingDir: string
  readonly extensions: readonly string[]
}

async function withInstance<T>(
  ctx: RunContext,
  { path, options, workingDir, extensions }: InstanceUse,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const instance = await openOrExplain(path, options)
  let stop: (() => void) | undefined
  try {
    const connection = await instance.connect()
    stop = () => connection.interrupt()
    ctx.signal.addEventListener('abort', stop, { once: true })
    ctx.signal.throwIfAborted()
    await prepare(connection, workingDir, extensions)
    const result = await work(connectionOf(connection))
    connection.closeSync()
    return result
  } catch (error) {
    ctx.signal.throwIfAborted()
    throw describe(error)
  } finally {
    if (stop !== undefined) ctx.signal.removeEventListener('abort', stop)
    instance.closeSync()
  }
}

async function openOrExplain(path: string, options: Record<string, string>): Promise<DuckdbInstance> {
  try {
    return await openInstance(path, options)
  } catch (error) {
    if (error instanceof TaskError) throw error
    throw new TaskError(`cannot open the database ${path.replace(/\?.*$/, '')}: ${firstLines(error)}`)
  }
}

async function prepare(connection: DuckdbConnection, folder: string, extensions: readonly string[]): Promise<void> {
  await connection.run(`set file_search_path = ${quoteText(folder, { hasBackslashes: false })}`)
  for (const extension of extensions) {
    if (!/^\w+$/.test(extension)) throw new TaskError(`"${extension}" is no name of an extension`)
    await connection.run(`install ${extension} from community`)
    await connection.run(`load ${extension}`)
  }
}

function connectionOf(connection: DuckdbConnection): Connection {
  return {
    placing: value => duckdbLiteral(value, UTC),
    run: ({ text }, reading) => run(connection, text, reading),
    transaction: work => inTransaction(connection, work),
    batch: batchDoor(connection),
  }
}

const UTC: Zone = { id: 'UTC', format: undefined, chunks: new Map(), fixedOffsetMs: 0 }

function duckdbLiteral(value: Value, zone: Zone): string {
  if (isList(value)) return `[${value.map(item => duckdbLiteral(item, zone)).join(', ')}]`
  return literalText(
    value,
    {
      hasBackslashes: false,
      writeBytes: bytes => `from_hex('${hexOf(bytes)}')`,
      writeMoment: (text, { type }) =>
        type === 'instant' || type === 'zoned' ? `timestamptz '${text}+00'` : `'${text.replaceAll("'", "''")}'`,
    },
    zone,
  )
}

async function run(connection: DuckdbConnection, text: string, reading: Reading): Promise<Answer> {
  try {
    if (reading.fetchSize === 0) {
      const result = await connection.run(text)
      return {
        ...(result.returnType === QUERY_RESULT ? { rows: tableRows(result.columnNames(), []) } : {}),
        ...NOTHING_OPEN,
      }
    }
    const result = await connection.stream(text)
    if (result.returnType !== QUERY_RESULT) return NOTHING_OPEN
    return { rows: tableRows(result.columnNames(), rowsOf(result, reading.zone)), ...NOTHING_OPEN }
  } catch (error) {
    throw describe(error)
  }
}

const NOTHING_OPEN = { close: () => Promise.resolve() }

const FLOAT_TYPES: ReadonlySet<unknown> = new Set([10, 11])

async function* rowsOf(result: DuckdbResult, zone: Zone): AsyncGenerator<readonly (readonly Value[])[]> {
  const columns: DuckdbColumn[] = []
  for (let index = 0; index < result.columnCount; index++) {
    const type = result.columnType(index)
    columns.push({ isJson: type.alias === 'JSON', isDouble: FLOAT_TYPES.has(Reflect.get(type, 'typeId')) })
  }
  try {
    for await (const rows of result.yieldRows()) {
      yield rows.map(row => row.map((value, at) => readDuckdb(value, zone, columns[at])))
    }
  } catch (error) {
    throw describe(error)
  }
}

async function inTransaction<T>(connection: DuckdbConnection, work: () => Promise<T>): Promise<T> {
  await connection.run('begin transaction')
  let result: T
  try {
    result = await work()
  } catch (error) {
    // An error of the commit has ended the transaction already.
    await connection.run('rollback').catch(() => undefined)
    throw error
  }
  await connection.run('commit')
  return result
}

/** Kestra has no Batch for DuckDB; the base knows how all the same. */
function batchDoor(connection: DuckdbConnection): BatchDoor {
  return {
    columnsOf: async table => (await connection.run(`select * from ${table} limit 0`)).columnNames(),
    quoteExact: name => quoteExact(name),
    quoteWritten: name => quoteWritten(name),
    prepare: (text, zone) => {
      const parts = splitAtPlaceholders(text, POSTGRESQL)
      return Promise.resolve({
        count: parts.length - 1,
        run: async rows => {
          let updated = 0
          for (const [index, row] of rows.entries()) {
            const write = (at: number): string => duckdbLiteral(row[at - 1] ?? null, zone)
            const sql = parts.map((part, at) => (at === 0 ? part : write(at) + part)).join('')
            try {
              updated += (await connection.run(sql)).rowsChanged
            } catch (error) {
              throw new BadRow(index, describe(error))
            }
          }
          return updated
        },
        close: () => Promise.resolve(),
      })
    },
  }
}

/** What the client throws is a plain error with all in its message. */
function describe(error: unknown): unknown {
  if (error instanceof TaskError || error instanceof BadRow || !(error instanceof Error)) return error
  const message = firstLines(error)
  const advice = ADVICE.find(([pattern]) => pattern.test(message))?.[1]
  return new TaskError(advice === undefined ? message : `${message}; ${advice}`)
}

function firstLines(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim()
}

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/No files found that match/, 'files of the task are found by the names in `inputFiles`'],
  [/Could not set lock on file/, 'somebody else has the file open: DuckDB lets one process write'],
  [
    /Failed to download extension|extension .* not found/i,
    'the worker cannot reach the extensions; set `communityExtensions: []`, or install them there',
  ],
]
