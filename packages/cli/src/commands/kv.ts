// batuta kv …: the keys of a namespace.
import { readFile } from 'node:fs/promises'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, printTable } from '../print.ts'

export interface KvListOptions extends GlobalOptions {
  readonly inherited?: boolean
}

export async function kvList(namespace: string, options: KvListOptions): Promise<ExitCode> {
  const { keys } = connect(options)
  const params = { namespace }
  const own = await keys.listOfNamespace({ params })
  const entries = options.inherited ? [...own, ...(await keys.inheritance({ params }))] : own
  if (options.json) printJson(entries)
  else
    printTable(
      ['NAMESPACE', 'KEY', 'REVISION', 'UPDATED', 'EXPIRES', 'DESCRIPTION'],
      entries.map(entry => [
        entry.namespace,
        entry.key,
        String(entry.revision),
        entry.updateDate,
        entry.expirationDate ?? '',
        entry.description ?? '',
      ]),
    )
  return EXIT.ok
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
  /** The value is the name of a file that holds it. */
  readonly file?: boolean
}

export async function kvSet(
  { namespace, key, value }: { readonly namespace: string; readonly key: string; readonly value: string },
  options: KvSetOptions,
): Promise<ExitCode> {
  const text = options.file ? await readFile(value, 'utf8') : value
  const { ttl, description, type } = options
  await connect(options).keys.set({
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

export async function kvDelete(namespace: string, keys: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const deleted = await connect(options).keys.deleteMany({ params: { namespace }, body: { keys: [...keys] } })
  if (options.json) printJson(deleted)
  else for (const key of keys) printLine(deleted.keys.includes(key) ? `deleted ${key}` : `there is no key ${key}`)
  return deleted.keys.length === keys.length ? EXIT.ok : EXIT.notFound
}
