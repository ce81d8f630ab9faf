// batuta secret …: what namespaces keep secret. Only names are ever shown.
import { readFile } from 'node:fs/promises'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, printTable } from '../print.ts'

export async function secretList(namespace: string, options: GlobalOptions): Promise<ExitCode> {
  const found = await connect(options).secrets.inherited({ params: { namespace } })
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
}

/** Read from a file or the standard input: what stands in a command line is seen by every process. */
export async function secretSet(
  { namespace, key, file }: { readonly namespace: string; readonly key: string; readonly file: string },
  options: SecretSetOptions,
): Promise<ExitCode> {
  const value = (await readFile(file === '-' ? '/dev/stdin' : file, 'utf8')).replace(/\r?\n$/, '')
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
