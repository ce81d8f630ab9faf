// What expressions and tasks ask of the world: secrets, keys, files, logs. One list of questions, for the evaluator of the engine and for the
// tasks in the host alike.
import { BatutaError, decodeValue, isMap, mapGet, printValue, type Value, type ValueMap } from '@batuta/core'
import type { StoredLogLine } from '../storage/batch.ts'
import { textOf } from './arguments.ts'
import type { AnswerWorld, Answers, Asker } from './asker.ts'
import { FILE_ANSWERS } from './file-answers.ts'
import { KEY_ANSWERS } from './key-answers.ts'
import { TRIGGER_ANSWERS } from './trigger-answers.ts'

export type { AnswerWorld, Asker } from './asker.ts'

export async function answer(
  world: AnswerWorld,
  request: { readonly name: string; readonly args: ValueMap },
  asker: Asker,
): Promise<Value> {
  const find = Object.hasOwn(ANSWERS, request.name) ? ANSWERS[request.name] : undefined
  if (!find) throw new BatutaError('question-unknown', `Nothing here answers "${request.name}".`)
  return await find(world, request.args, asker)
}

const ERROR_LOGS_MAX = 1000
const ERROR_LEVEL = 4

const ANSWERS: Answers = {
  ...FILE_ANSWERS,
  ...KEY_ANSWERS,
  ...TRIGGER_ANSWERS,
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
  open: ({ decrypt }, args) => {
    if (decrypt) return Promise.resolve(decrypt(textOf(args, 'cipher')))
    return Promise.reject(
      new BatutaError('secret-not-found', 'No encryption key is configured, so that a SECRET cannot be read.'),
    )
  },
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

function fieldOf(key: string, secret: string, subkey: string): Value {
  const parsed = decodeValue(secret)
  const value = isMap(parsed) ? mapGet(parsed, subkey) : undefined
  if (value === undefined) throw new BatutaError('secret-not-found', `The secret "${key}" has no field "${subkey}".`)
  return value
}
