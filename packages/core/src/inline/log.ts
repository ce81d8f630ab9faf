import { isList } from '../std/value.ts'
import { printValue } from '../std/value-text.ts'
import type { LogLevelName } from '../execution/event.ts'
import { RunError } from '../execution/renderer.ts'
import type { InlineTask } from './inline-task.ts'

const LEVELS: ReadonlySet<string> = new Set(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'])

export function readLevel(text: string): LogLevelName {
  const level = text.toUpperCase()
  if (!isLevel(level)) throw new RunError(`"${text}" is no log level: use TRACE, DEBUG, INFO, WARN or ERROR.`)
  return level
}

function isLevel(text: string): text is LogLevelName {
  return LEVELS.has(text)
}

/** A message may be a text or a list of texts, one line each. */
export const log: InlineTask = {
  type: 'io.kestra.plugin.core.log.Log',
  aliases: ['io.kestra.core.tasks.log.Log'],
  run: (_task, render) => {
    const level = readLevel(render.text('level') ?? 'INFO')
    const message = render.value('message')
    const lines = message === undefined ? [] : isList(message) ? message : [message]
    return { state: 'SUCCESS', logs: lines.map(line => ({ level, message: printValue(line) })) }
  },
}
