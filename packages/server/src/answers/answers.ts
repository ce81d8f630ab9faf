// What expressions and tasks ask of the world: secrets, keys, files, logs. One list of questions, for the evaluator of the engine and for the
// tasks in the host alike.
import {
  BatutaError,
  decodeValue,
  isMap,
  isTruthyText,
  mapGet,
  printValue,
  type Value,
  type ValueMap,
} from '@batuta/core'
import type { FileStore } from '@batuta/plugin-sdk'
import type { StoredLogLine } from '../storage/batch.ts'
import type { Store } from '../storage/store.ts'

export interface Asker {
  readonly tenant: string
  readonly namespace: string
  readonly flowId: string
  readonly executionId: string
}

export interface AnswerWorld {
  readonly store: Store
  readonly files: FileStore
  readonly environment: Readonly<Record<string, string | undefined>>
  nowMs(): number
}

type Answer = (world: AnswerWorld, args: ValueMap, asker: Asker) => Promise<Value>

export async function answer(
  world: AnswerWorld,
  request: { readonly name: string; readonly args: ValueMap },
  asker: Asker,
): Promise<Value> {
  const find = ANSWERS[request.name]
  if (!find) throw new BatutaError('question-unknown', `Nothing here answers "${request.name}".`)
  return await find(world, request.args, asker)
}

const READ_MAX_BYTES = 32 * 2 ** 20
const ERROR_LOGS_MAX = 1000
const ERROR_LEVEL = 4

const ANSWERS: Readonly<Record<string, Answer>> = {
  secret: async ({ environment }, args, asker) => {
    const key = textOf(args, 'key')
    const encoded = environment[`SECRET_${key.toUpperCase()}`]
    if (encoded === undefined) {
      throw new BatutaError(
        'secret-not-found',
        `There is no secret "${key}" for the namespace "${asker.namespace}": set the environment variable SECRET_${key.toUpperCase()} to its base64 text.`,
      )
    }
    const secret = Buffer.from(encoded, 'base64').toString('utf8')
    const subkey = mapGet(args, 'subkey')
    return subkey === undefined || subkey === null ? secret : fieldOf(key, secret, printValue(subkey))
  },
  kv: async (world, args, asker) => {
    const key = textOf(args, 'key')
    const namespace = optionalText(args, 'namespace') ?? asker.namespace
    const row = await world.store.read.findKey(asker.tenant, namespace, key)
    if (row && (row.expiresMs === null || row.expiresMs > world.nowMs())) return decodeValue(row.value)
    if (!isTruthyText(optionalText(args, 'errorOnMissing') ?? 'true')) return null
    throw new BatutaError('key-not-found', `There is no key "${key}" in the namespace "${namespace}".`)
  },
  read: async ({ files }, args) => {
    const uri = textOf(args, 'path')
    const entry = await files.find(uri)
    if (!entry) throw new BatutaError('file-not-found', `There is no file "${uri}".`)
    if (entry.sizeBytes > READ_MAX_BYTES)
      throw new BatutaError(
        'file-too-large',
        `The file "${uri}" has ${entry.sizeBytes} bytes: read() takes at most ${READ_MAX_BYTES}.`,
      )
    const chunks: Uint8Array[] = []
    for await (const chunk of await files.open(uri)) chunks.push(chunk)
    return Buffer.concat(chunks).toString('utf8')
  },
  fileSize: async ({ files }, args) => {
    const uri = textOf(args, 'path')
    const entry = await files.find(uri)
    if (!entry) throw new BatutaError('file-not-found', `There is no file "${uri}".`)
    return entry.sizeBytes
  },
  fileExists: async ({ files }, args) => (await files.find(textOf(args, 'path'))) !== undefined,
  isFileEmpty: async ({ files }, args) => ((await files.find(textOf(args, 'path')))?.sizeBytes ?? 0) === 0,
  errorLogs: async ({ store }, _args, asker) => {
    const rows = await store.read.logsOf({
      executionId: asker.executionId,
      levelMin: ERROR_LEVEL,
      limit: ERROR_LOGS_MAX,
    })
    return rows.flatMap(row =>
      readLines(row.lines)
        .filter(line => line.level === 'ERROR')
        .map(line => logValue(line, asker)),
    )
  },
}

function readLines(lines: string): readonly StoredLogLine[] {
  return JSON.parse(lines)
}

function logValue(line: StoredLogLine, asker: Asker): Value {
  return {
    namespace: asker.namespace,
    flowId: asker.flowId,
    executionId: asker.executionId,
    ...(line.taskId === null ? {} : { taskId: line.taskId }),
    ...(line.run < 0 ? {} : { taskRunId: `${asker.executionId}-${line.run}` }),
    attemptNumber: line.attempt,
    timestamp: new Date(line.atMs).toISOString(),
    level: line.level,
    message: line.message,
  }
}

function textOf(args: ValueMap, name: string): string {
  const text = optionalText(args, name)
  if (text === undefined) throw new BatutaError('question-malformed', `The argument "${name}" is missing.`)
  return text
}

function optionalText(args: ValueMap, name: string): string | undefined {
  const value = mapGet(args, name)
  return value === undefined || value === null ? undefined : printValue(value)
}

function fieldOf(key: string, secret: string, subkey: string): Value {
  const parsed = decodeValue(secret)
  const value = isMap(parsed) ? mapGet(parsed, subkey) : undefined
  if (value === undefined) throw new BatutaError('secret-not-found', `The secret "${key}" has no field "${subkey}".`)
  return value
}
