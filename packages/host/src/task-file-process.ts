// The process of one attempt of a task from a file of a namespace. It is given the file and what the author wrote, asks the host for what it may not
// do itself, and says how the task ended. What the task prints becomes lines of its log.
import { createInterface } from 'node:readline'
import { decodeValue, encodeValue, fromPlain, isMap, messageOf, outputsOfError, endingOf } from '@batuta/plugin-sdk'
import { bindProperties, TaskError, TaskStopped } from '@batuta/plugin-sdk'
import type { TaskOutputs } from '@batuta/plugin-sdk'
import { HostLine } from './task-files/host-line.ts'
import { importTaskFile } from './task-files/import-task-file.ts'
import { taskFileContext } from './task-files/task-file-context.ts'
import type { FromTaskFile, ToTaskFile } from './task-files/messages.ts'

const stop = new AbortController()
const line = new HostLine(process.stdout)
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => stop.abort(new TaskStopped('kill', 'the task was stopped')))

const messages = createInterface({ input: process.stdin, crlfDelay: Infinity })
messages.on('line', text => {
  const message: ToTaskFile = JSON.parse(text)
  if (message.type === 'answer') line.answer(message)
  else void run(message)
})

async function run(start: Extract<ToTaskFile, { type: 'start' }>): Promise<void> {
  const end = await endOf(start)
  line.close(end)
  process.exit(0)
}

async function endOf(start: Extract<ToTaskFile, { type: 'start' }>): Promise<FromTaskFile> {
  try {
    const definition = await importTaskFile(start)
    const ctx = taskFileContext(start, line, stop.signal)
    const written = decodeValue(start.properties)
    const props = bindProperties(definition.properties, isMap(written) ? written : {}, ctx)
    const { state, outputs } = endingOf(await definition.run(ctx, props))
    return { type: 'end', state, outputs: textOf(outputs) }
  } catch (error) {
    const outputs = outputsOfError(error)
    return {
      type: 'failed',
      message: messageOf(error),
      ...(error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {}),
      ...(outputs === undefined ? {} : { outputs: textOf(outputs) }),
    }
  }
}

const OUTPUTS_CHARS_MAX = 8 * 1024 * 1024

function textOf(outputs: TaskOutputs): string {
  const given = Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined))
  const text = encodeValue(fromPlain(given))
  if (text.length <= OUTPUTS_CHARS_MAX) return text
  throw new TaskError(
    `the outputs have more than ${OUTPUTS_CHARS_MAX} characters: store them with ctx.files.put, and its URI is the output`,
  )
}
