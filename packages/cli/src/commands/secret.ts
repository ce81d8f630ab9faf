// batuta secret …: what namespaces keep secret. Only names are ever shown.
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, printTable } from '../print.ts'
import { readPages } from '../read-pages.ts'
import { readText } from '../read-text.ts'
import { showTable } from '../show.ts'

/** Of a namespace with what it may read of those above it, or of all. */
export async function secretList([namespace]: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const { secrets } = connect(options)
  if (namespace === undefined) {
    const all = await readPages({}, async (page, size) => secrets.search({ query: { page, size } }))
    return showTable(options, all, [
      ['NAMESPACE', secret => secret.namespace],
      ['SECRET', secret => secret.key],
      ['DESCRIPTION', secret => secret.description],
    ])
  }
  const found = await secrets.inherited({ params: { namespace } })
  if (options.json) printJson(found)
  else
    printTable(
      ['NAMESPACE', 'SECRET'],
      Object.entries(found).flatMap(([owner, keys]) => keys.map(key => [owner, key])),
    )
  return EXIT.ok
}

export interface SecretSetOptions extends GlobalOptions {
  readonly description?: string
  /** In sight of every process of the machine. */
  readonly value?: string
}

/** Read from a file or the standard input: what stands in a command line is seen by every process. */
export async function secretSet(
  { namespace, key, file }: { readonly namespace: string; readonly key: string; readonly file: string },
  options: SecretSetOptions,
): Promise<ExitCode> {
  const value = options.value ?? (await readText(file)).replace(/\r?\n$/, '')
  const { description } = options
  await connect(options).secrets.save({
    params: { namespace },
    body: { key, value, ...(description !== undefined && { description }) },
  })
  if (!options.json) printLine(`set ${namespace} ${key.toUpperCase()}`)
  return EXIT.ok
}

export async function secretDelete(namespace: string, key: string, options: GlobalOptions): Promise<ExitCode> {
  await connect(options).secrets.delete({ params: { namespace, key } })
  if (!options.json) printLine(`deleted ${namespace} ${key.toUpperCase()}`)
  return EXIT.ok
}

/** Asks the server: rows are encrypted again while everybody goes on. */
export async function secretRotateKey(options: GlobalOptions): Promise<ExitCode> {
  const done = await connect(options).secrets.rotateKeys({})
  if (options.json) printJson(done)
  else
    printLine(
      `encrypted again: ${done.secrets} secrets, ${done.tokens} values of tokens; wrapped again: ${done.dataKeys} data keys, all under the key ${done.kid}`,
    )
  return EXIT.ok
}
