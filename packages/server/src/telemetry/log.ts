// The server's own log: one line a message, to standard error; standard output belongs to what was asked for. Readable text, or one JSON object a
// line for whoever collects logs. Each part of the server has a name, and each name may have a level of its own, which can be changed while it runs.
import type { LogConfig, ServerLogLevel } from '../config/telemetry.ts'
import { LOG_LEVELS } from '../config/telemetry.ts'
import { newRedaction } from './redact.ts'

export interface Log {
  info(message: string, fields?: LogFields): void
  warn(message: string, error?: unknown, fields?: LogFields): void
  error(message: string, error?: unknown, fields?: LogFields): void
}

/** What a line is about: `executionId`, `namespace`, `flowId`, `taskId`, `taskRunId`. */
export type LogFields = Readonly<Record<string, string | number>>

export interface LogLineEntry {
  readonly atMs: number
  readonly level: string
  readonly logger: string
  readonly message: string
  readonly error?: unknown
  readonly fields?: LogFields
}

export interface ServerLog extends Log {
  /** The log of a part of the server. */
  named(name: string): Log
  /** Writes what happened elsewhere, if its logger takes the level. */
  write(entry: LogLineEntry): void
  takes(logger: string, level: string): boolean
  readonly levels: LogLevels
  readonly isText: boolean
  /** Takes out what nobody should read. */
  redact(text: string): string
  /** Set when somebody wants the lines as well. */
  onLine: ((entry: LogLineEntry) => void) | undefined
}

export interface LogLevels {
  configured(): ReadonlyMap<string, ServerLogLevel>
  effective(name: string): ServerLogLevel
  /** Whether lines of executions are wanted at all. */
  hasOpenExecutions(): boolean
  /** Undefined: the level of what the name is a part of. */
  set(name: string, level: ServerLogLevel | undefined): void
}

export interface LogOptions extends LogConfig {
  /** What no line may show. */
  readonly secrets: readonly string[]
}

export const ROOT_LOGGER = 'ROOT'
/** Lines of executions are in the store; they come here only when somebody asks for them. */
const QUIET: readonly string[] = ['flow', 'execution', 'task', 'trigger']
const LEVELS_MAX = 1_000

const PLAIN: LogOptions = { format: 'text', levels: new Map(), secrets: [] }

export function newLog(
  out: { write(text: string): unknown },
  options: LogOptions = PLAIN,
  now: () => Date = () => new Date(),
): ServerLog {
  const redact = newRedaction(options.secrets)
  const levels = newLevels(options.levels)
  const lineOf = options.format === 'json' ? jsonLine : textLine
  const write = (entry: LogLineEntry): void => {
    if (!log.takes(entry.logger, entry.level)) return
    out.write(`${redact(lineOf(entry))}\n`)
    log.onLine?.(entry)
  }
  const named = (logger: string): Log => {
    const add = (level: string, message: string, rest: Pick<LogLineEntry, 'error' | 'fields'>): void =>
      write({ atMs: now().getTime(), level, logger, message, ...rest })
    return {
      info: (message, fields) => add('INFO', message, fields ? { fields } : {}),
      warn: (message, error, fields) => add('WARN', message, { error, ...(fields ? { fields } : {}) }),
      error: (message, error, fields) => add('ERROR', message, { error, ...(fields ? { fields } : {}) }),
    }
  }
  const log: ServerLog = {
    ...named('server'),
    named,
    write,
    takes: (logger, level) => rankOf(level) >= rankOf(levels.effective(logger)),
    levels,
    isText: options.format === 'text',
    redact,
    onLine: undefined,
  }
  return log
}

function rankOf(level: string): number {
  const rank = LOG_LEVELS.findIndex(name => name === level)
  return rank < 0 ? LOG_LEVELS.indexOf('INFO') : rank
}

function newLevels(given: ReadonlyMap<string, ServerLogLevel>): LogLevels {
  const set = new Map<string, ServerLogLevel>([
    [ROOT_LOGGER, 'INFO'],
    ...QUIET.map(name => [name, 'OFF'] as const),
    ...given,
  ])
  const known = new Map<string, ServerLogLevel>()
  const isOpen = (): boolean =>
    [...set].some(
      ([name, level]) => level !== 'OFF' && QUIET.some(quiet => name === quiet || name.startsWith(`${quiet}.`)),
    )
  let hasOpen = isOpen()
  return {
    hasOpenExecutions: () => hasOpen,
    configured: () => set,
    effective: name => {
      const found = known.get(name)
      if (found !== undefined) return found
      const level = nearest(set, name)
      if (known.size >= LEVELS_MAX) known.clear()
      known.set(name, level)
      return level
    },
    set: (name, level) => {
      if (level !== undefined) set.set(name, level)
      else if (name !== ROOT_LOGGER) set.delete(name)
      known.clear()
      hasOpen = isOpen()
    },
  }
}

/** `flow.company.team` is a part of `flow.company`, that of `flow`, and all of ROOT. */
function nearest(set: ReadonlyMap<string, ServerLogLevel>, name: string): ServerLogLevel {
  for (let part = name; part !== ''; part = part.slice(0, Math.max(0, part.lastIndexOf('.')))) {
    const level = set.get(part)
    if (level !== undefined) return level
  }
  return set.get(ROOT_LOGGER) ?? 'INFO'
}

function textLine({ atMs, level, message, error }: LogLineEntry): string {
  return `${new Date(atMs).toISOString()} ${level} ${message}${error === undefined ? '' : `: ${reasonOf(error)}`}`
}

function jsonLine({ atMs, level, logger, message, error, fields }: LogLineEntry): string {
  return JSON.stringify({
    timestamp: new Date(atMs).toISOString(),
    level,
    logger,
    message,
    ...fields,
    ...(error === undefined
      ? {}
      : { error: reasonOf(error), ...(error instanceof Error ? { stack: error.stack } : {}) }),
  })
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${process.env['BATUTA_DEBUG'] === '1' ? (error.stack ?? error.message) : error.message}${cause}`
}
