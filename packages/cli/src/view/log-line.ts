import type { LogDocument } from '@batuta/api'

/** `12:04:05.123 INFO  extract  message`; further lines of a message stand below its first. */
export function logLine({ timestamp, level, taskId, message }: LogDocument): string {
  const head = `${clockOf(timestamp)} ${level.padEnd(5)} ${taskId === undefined ? '' : `${taskId}  `}`
  return head + message.trimEnd().replaceAll('\n', `\n${' '.repeat(head.length)}`)
}

/** The time of day of an instant, UTC. */
export function clockOf(instant: string): string {
  return instant.slice(11, 23).replace(/Z$/, '').padEnd(12, '0')
}
