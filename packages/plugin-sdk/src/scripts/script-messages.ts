// What a script tells by printing: a line that is exactly `::{JSON}::` carries outputs, metrics and log lines.
import {
  decodeValue,
  isList,
  isMap,
  isNumber,
  mapEntries,
  mapGet,
  parseDuration,
  printValue,
  toPlain,
} from '@batuta/core'
import type { Value, ValueMap } from '@batuta/core'
import { MESSAGE_CHARS_MAX } from '../process/read-lines.ts'
import type { LogLevel, RunContext } from '../run-context.ts'

const MESSAGE = /^::(\{.*\})::$/s
/** Of all messages of one script together. */
const OUTPUTS_CHARS_MAX = 16 * 1024 * 1024

export class ScriptMessages {
  readonly #ctx: RunContext
  readonly #vars = new Map<string, Value>()
  #outputChars = 0
  #problem: string | undefined

  constructor(ctx: RunContext) {
    this.#ctx = ctx
  }

  /** What the script gave as outputs; of one name the last. */
  get vars(): ValueMap {
    return this.#vars
  }

  /** Why nothing of what the script gave is kept. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** True when the line was a message, and so is no log line. */
  take(line: string): boolean {
    if (!line.startsWith('::{')) return false
    if (this.#problem !== undefined) return true
    if (line.length >= MESSAGE_CHARS_MAX)
      return this.#refuse(`a line of outputs has more than ${MESSAGE_CHARS_MAX - 1} characters`)
    const json = MESSAGE.exec(line.trimEnd())?.[1]
    if (json === undefined) return false
    this.#outputChars += json.length
    if (this.#outputChars > OUTPUTS_CHARS_MAX)
      return this.#refuse(`the outputs have more than ${OUTPUTS_CHARS_MAX} characters`)
    const message = this.#parse(json)
    if (message !== undefined) this.#apply(message)
    return true
  }

  #refuse(what: string): true {
    this.#vars.clear()
    this.#problem ??= `${what} (OUTPUT_TOO_LARGE): write them to a file in {{ outputDir }}, and its URI is the output`
    return true
  }

  #parse(json: string): ValueMap | undefined {
    try {
      const value = decodeValue(json)
      if (isMap(value)) return value
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#ctx.logger.warn(`a line of outputs is no valid JSON and is passed over: ${json.slice(0, 200)} (${reason})`)
    }
    return undefined
  }

  #apply(message: ValueMap): void {
    const outputs = mapGet(message, 'outputs')
    if (outputs !== undefined && isMap(outputs))
      for (const [name, value] of mapEntries(outputs)) this.#vars.set(name, value)
    for (const metric of listAt(message, 'metrics')) this.#emitMetric(metric)
    for (const entry of listAt(message, 'logs')) {
      this.#ctx.logger.log(levelOf(mapGet(entry, 'level')), printValue(mapGet(entry, 'message') ?? null))
    }
  }

  #emitMetric(metric: ValueMap): void {
    const name = printValue(mapGet(metric, 'name') ?? null)
    const type = printValue(mapGet(metric, 'type') ?? 'counter')
    const value = mapGet(metric, 'value') ?? null
    const tags = tagsOf(mapGet(metric, 'tags'))
    const number = isNumber(value) ? Number(toPlain(value)) : Number(printValue(value) || Number.NaN)
    const { metrics, logger } = this.#ctx
    if (type === 'timer') {
      const durationMs = Number.isFinite(number) ? number * 1000 : parseDuration(printValue(value))
      if (durationMs !== undefined) return metrics.timer(name, durationMs, tags)
    } else if (Number.isFinite(number)) {
      return type === 'gauge' ? metrics.gauge(name, number, tags) : metrics.counter(name, number, tags)
    }
    logger.warn(`the metric "${name}" is passed over: its value is ${printValue(value)}`)
  }
}

function listAt(map: ValueMap, key: string): readonly ValueMap[] {
  const list = mapGet(map, key)
  return list !== undefined && isList(list) ? list.filter(isMap) : []
}

function tagsOf(tags: Value | undefined): Readonly<Record<string, string>> {
  if (tags === undefined || !isMap(tags)) return {}
  return Object.fromEntries(Array.from(mapEntries(tags), ([key, value]) => [key, printValue(value)]))
}

const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['TRACE', 'TRACE'],
  ['DEBUG', 'DEBUG'],
  ['INFO', 'INFO'],
  ['WARN', 'WARN'],
  ['WARNING', 'WARN'],
  ['ERROR', 'ERROR'],
  ['CRITICAL', 'ERROR'],
])

function levelOf(level: Value | undefined): LogLevel {
  return LEVELS.get(printValue(level ?? null).toUpperCase()) ?? 'INFO'
}
