// What dbt prints as JSON, a line each, becomes lines of the log at their levels, and its last count metrics.
import type { LogLevel, RunContext } from '@batuta/plugin-sdk'

const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['debug', 'DEBUG'],
  ['info', 'INFO'],
  ['warn', 'WARN'],
  ['warning', 'WARN'],
  ['error', 'ERROR'],
])

export interface DbtListening {
  /** For the script: its lines are read before they are logged. */
  readonly ctx: RunContext
  /** dbt has warned of something. */
  hasWarned(): boolean
}

export function listenToDbt(ctx: RunContext): DbtListening {
  let isWarned = false
  const { logger } = ctx
  const log = (level: LogLevel, text: string): void => {
    const line = readLine(text)
    if (line === undefined) return logger.log(level, text)
    if (line.level === 'WARN') isWarned = true
    if (line.stats) tellStats(ctx, line.stats)
    if (line.message !== '') logger.log(line.level, line.message)
  }
  return { ctx: { ...ctx, logger: { ...logger, log } }, hasWarned: () => isWarned }
}

interface DbtLine {
  readonly level: LogLevel
  readonly message: string
  readonly stats: Readonly<Record<string, unknown>> | undefined
}

/** Undefined for what is no line of dbt's log. */
export function readLine(text: string): DbtLine | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const { info, data }: { readonly info?: unknown; readonly data?: unknown } = Object(JSON.parse(text))
    const { level, msg, name }: { level?: unknown; msg?: unknown; name?: unknown } = Object(info)
    const known = LEVELS.get(String(level).toLowerCase())
    if (known === undefined || typeof msg !== 'string') return undefined
    const { stats }: { stats?: unknown } = Object(data)
    return { level: known, message: msg, stats: name === 'StatsLine' ? Object(stats) : undefined }
  } catch {
    return undefined // Whatever else begins with a brace is logged as it is.
  }
}

const COUNTED: Readonly<Record<string, string>> = {
  pass: 'log.stats.success',
  warn: 'log.stats.warn',
  error: 'log.stats.error',
}

function tellStats(ctx: RunContext, stats: Readonly<Record<string, unknown>>): void {
  for (const [name, metric] of Object.entries(COUNTED)) {
    const count = Number(stats[name])
    if (Number.isFinite(count)) ctx.metrics.counter(metric, count)
  }
}
