import { LOG_LEVELS } from '../../config/telemetry.ts'
import { ROOT_LOGGER, type LogLevels } from '../../telemetry/log.ts'

/** The parts of the server that write lines, whether or not somebody gave them a level. */
const NAMES: readonly string[] = [ROOT_LOGGER, 'server', 'engine', 'worker', 'http', 'flow', 'execution', 'task']

export function describeLoggers(levels: LogLevels): unknown {
  const names = [...new Set([...NAMES, ...levels.configured().keys()])]
  return {
    levels: [...LOG_LEVELS, 'NOT_SPECIFIED'],
    loggers: Object.fromEntries(names.map(name => [name, describeLogger(levels, name)])),
  }
}

export function describeLogger(levels: LogLevels, name: string): unknown {
  return {
    configuredLevel: levels.configured().get(name) ?? 'NOT_SPECIFIED',
    effectiveLevel: levels.effective(name),
  }
}
