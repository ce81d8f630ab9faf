// Files of executions, and webhooks: what travels as it is.
import { writeFile } from 'node:fs/promises'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'
import { show } from '../show.ts'
import { readText } from '../read-text.ts'

export interface FileOptions extends GlobalOptions {
  readonly path?: string
  readonly outputFile?: string
}

export async function executionFile(
  [executionId = '', told]: readonly string[],
  options: FileOptions,
): Promise<ExitCode> {
  const path = pathOf(told, options)
  const bytes = Buffer.from(await connect(options).executions.file({ params: { executionId }, query: { path } }))
  if (options.outputFile === undefined) process.stdout.write(bytes)
  else {
    await writeFile(options.outputFile, bytes)
    return show(options, { file: options.outputFile, sizeBytes: bytes.length }, `wrote ${options.outputFile}`)
  }
  return EXIT.ok
}

export async function executionFileMetas(
  [executionId = '', told]: readonly string[],
  options: FileOptions,
): Promise<ExitCode> {
  const path = pathOf(told, options)
  printJson(await connect(options).executions.fileMetas({ params: { executionId }, query: { path } }))
  return EXIT.ok
}

function pathOf(told: string | undefined, { path = told }: FileOptions): string {
  if (path !== undefined) return path
  throw new CommandError(EXIT.usage, 'say which file: --path URI, as an output of the execution names it')
}

export interface WebhookOptions extends GlobalOptions {
  readonly method: string
  readonly path?: string
  readonly data?: string
}

export async function triggerWebhook(
  [namespace = '', id = '', key = '']: readonly string[],
  options: WebhookOptions,
): Promise<ExitCode> {
  const { executions } = connect(options)
  const method = options.method.toUpperCase()
  const isBodied = method === 'POST' || method === 'PUT'
  const given = options.data === undefined ? {} : await dataOf(options.data)
  const params = { namespace, id, key, path: options.path ?? '' }
  const isDeep = options.path !== undefined
  const calls = {
    GET: () => (isDeep ? executions.webhookPathGet({ params }) : executions.webhookGet({ params })),
    POST: () =>
      isDeep ? executions.webhookPathPost({ params, ...given }) : executions.webhookPost({ params, ...given }),
    PUT: () => (isDeep ? executions.webhookPathPut({ params, ...given }) : executions.webhookPut({ params, ...given })),
  }
  if (method !== 'GET' && !isBodied)
    throw new CommandError(EXIT.usage, `"${options.method}" is no method of a webhook: GET, POST or PUT`)
  const execution = await calls[method === 'GET' ? 'GET' : method === 'PUT' ? 'PUT' : 'POST']()
  if (options.json) printJson(execution ?? null)
  else printLine(execution === undefined ? 'nothing was started' : execution.id)
  return EXIT.ok
}

/** JSON travels as JSON, so that the flow gets a map. */
async function dataOf(data: string): Promise<{ readonly body: unknown; readonly headers: Record<string, string> }> {
  const body = data.startsWith('@') ? await readText(data.slice(1)) : data
  const isJson = /^\s*[[{]/.test(body)
  return { body, headers: { 'content-type': isJson ? 'application/json' : 'text/plain' } }
}
