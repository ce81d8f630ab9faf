// batuta kv …: the keys of a namespace.
import type { Client } from '@batuta/api'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { readPages } from '../read-pages.ts'
import { readText } from '../read-text.ts'
import { moment, show, showTable } from '../show.ts'

export interface KvListOptions extends GlobalOptions {
  readonly inherited?: boolean
}

/** Of one namespace, or of all. */
export async function kvList([namespace]: readonly string[], options: KvListOptions): Promise<ExitCode> {
  const { keys } = connect(options)
  const entries =
    namespace === undefined
      ? await readPages({}, async (page, size) => keys.search({ query: { page, size } }))
      : await keysOf(keys, namespace, options.inherited === true)
  return showTable(options, entries, [
    ['NAMESPACE', entry => entry.namespace],
    ['KEY', entry => entry.key],
    ['REVISION', entry => String(entry.revision)],
    ['UPDATED', entry => moment(entry.updateDate)],
    ['EXPIRES', entry => moment(entry.expirationDate)],
    ['DESCRIPTION', entry => entry.description],
  ])
}

type Entries = Awaited<ReturnType<Client['keys']['listOfNamespace']>>

async function keysOf(keys: Client['keys'], namespace: string, isInherited: boolean): Promise<Entries> {
  const params = { namespace }
  const own = await keys.listOfNamespace({ params })
  return isInherited ? [...own, ...(await keys.inheritance({ params }))] : own
}

/** The value alone, so that a script can take it. */
export async function kvGet(namespace: string, key: string, options: GlobalOptions): Promise<ExitCode> {
  const found = await connect(options).keys.get({ params: { namespace, key } })
  if (options.json) printJson(found)
  else printLine(typeof found.value === 'string' ? found.value : JSON.stringify(found.value))
  return EXIT.ok
}

export interface KvSetOptions extends GlobalOptions {
  readonly type?: string
  readonly ttl?: string
  readonly description?: string
  /** The value is the name of a file that holds it, or this is the file. */
  readonly file?: boolean | string
  /** There must be one of the name. */
  readonly isThere?: boolean
}

/** `NAMESPACE KEY VALUE`, or with the type in the second place, as kestractl has it. */
export async function kvSet(args: readonly string[], told: KvSetOptions): Promise<ExitCode> {
  const isTyped = args.length > 3
  const [namespace = '', key = '', value = ''] = isTyped ? [args[0], args[2], args[3]] : args
  const options = isTyped && args[1] !== undefined ? { ...told, type: args[1] } : told
  const text = await textOf(value, options.file)
  const { ttl, description, type } = options
  const { keys } = connect(options)
  if (options.isThere) await keys.get({ params: { namespace, key } })
  await keys.set({
    params: { namespace, key },
    body: bodyOf(text, type?.toUpperCase()),
    headers: {
      'content-type': 'text/plain',
      ...(ttl !== undefined && { ttl }),
      ...(description !== undefined && { description }),
    },
  })
  if (!options.json) printLine(`set ${namespace} ${key}`)
  return EXIT.ok
}

async function textOf(value: string, file: boolean | string | undefined): Promise<string> {
  if (file === undefined || file === false) return value
  return await readText(file === true ? value : file)
}

const QUOTED: ReadonlySet<string | undefined> = new Set(['STRING', 'DURATION'])

/** As the API reads values: texts in quotation marks. Without a type what is JSON is that, anything else a text. */
function bodyOf(text: string, type: string | undefined): string {
  if (QUOTED.has(type) || (type === undefined && !isJson(text))) return JSON.stringify(text)
  return text
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false // So it is a text.
  }
}

export async function kvDeleteAll([namespace = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const found = await keysOf(connect(options).keys, namespace, false)
  if (found.length === 0) return show(options, { keys: [] }, 'there are no keys')
  return await kvDelete(
    namespace,
    found.map(({ key }) => key),
    options,
  )
}

export async function kvDelete(namespace: string, keys: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const deleted = await connect(options).keys.deleteMany({ params: { namespace }, body: { keys: [...keys] } })
  if (options.json) printJson(deleted)
  else for (const key of keys) printLine(deleted.keys.includes(key) ? `deleted ${key}` : `there is no key ${key}`)
  return deleted.keys.length === keys.length ? EXIT.ok : EXIT.notFound
}
