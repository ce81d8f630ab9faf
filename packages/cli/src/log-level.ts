import { CommandError, EXIT } from './exit-code.ts'

export const LEVEL_HELP = 'the log from this level on: TRACE, DEBUG, INFO, WARN, ERROR'

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const

export type LogLevel = (typeof LEVELS)[number]

export function parseLevel(text: string): LogLevel {
  const level = LEVELS.find(name => name === text.toUpperCase())
  if (level !== undefined) return level
  throw new CommandError(EXIT.usage, `"${text}" is no level: it is one of ${LEVELS.join(', ')}`)
}

/** A level that nobody knows is shown. */
export function isAtLeast(level: string, least: LogLevel): boolean {
  const rank = LEVELS.findIndex(name => name === level)
  return rank < 0 || rank >= LEVELS.indexOf(least)
}
