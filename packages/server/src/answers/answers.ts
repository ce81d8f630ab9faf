// What expressions and tasks ask of the world: secrets, keys, files, logs. One list of questions, for the evaluator of the engine and for the
// tasks in the host alike.
import { BatutaError, type Value, type ValueMap } from '@batuta/core'
import type { StoredLogLine } from '../storage/batch.ts'
import type { AnswerWorld, Answers, Asker } from './asker.ts'
import { EXECUTION_ANSWERS } from './execution-answers.ts'
import { FACT_ANSWERS } from './execution-facts.ts'
import { FILE_ANSWERS } from './file-answers.ts'
import { FLOW_ANSWERS } from './flow-answers.ts'
import { FLOW_ROOM_ANSWERS } from './flow-room.ts'
import { KEY_ANSWERS } from './key-answers.ts'
import { PERSONAL_ANSWERS } from './personal-answers.ts'
import { TRIGGER_ANSWERS } from './trigger-answers.ts'
import { SECRET_ANSWERS } from './secret-answers.ts'

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
  ...EXECUTION_ANSWERS,
  ...FACT_ANSWERS,
  ...FILE_ANSWERS,
  ...FLOW_ANSWERS,
  ...FLOW_ROOM_ANSWERS,
  ...KEY_ANSWERS,
  ...PERSONAL_ANSWERS,
  ...TRIGGER_ANSWERS,
  ...SECRET_ANSWERS,
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
