// What the states of executions and task runs mean to the command line.
import { styleText } from 'node:util'
import { EXIT, type ExitCode } from './exit-code.ts'

const FINAL = ['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'SKIPPED', 'RETRIED']
const GOOD = ['SUCCESS', 'WARNING', 'SKIPPED', 'RETRIED']

export function isFinal(state: string): boolean {
  return FINAL.includes(state)
}

export function exitCodeOfState(state: string): ExitCode {
  return GOOD.includes(state) ? EXIT.ok : EXIT.failed
}

type Style = 'green' | 'yellow' | 'red' | 'gray' | 'cyan'

const MARKS: Readonly<Record<string, readonly [string, Style]>> = {
  SUCCESS: ['✓', 'green'],
  WARNING: ['!', 'yellow'],
  FAILED: ['✗', 'red'],
  KILLED: ['■', 'red'],
  CANCELLED: ['■', 'yellow'],
  SKIPPED: ['–', 'gray'],
  RETRIED: ['↻', 'yellow'],
  RETRYING: ['↻', 'yellow'],
  PAUSED: ['‖', 'yellow'],
  QUEUED: ['…', 'gray'],
  CREATED: ['·', 'gray'],
}

export function markOf(state: string, running: string = '›'): string {
  const [mark, style] = MARKS[state] ?? [running, 'cyan']
  return styleText(style, mark, { stream: process.stdout })
}

export function paintState(state: string, width: number = 0): string {
  const [, style] = MARKS[state] ?? ['', 'cyan']
  return styleText(style, state.padEnd(width), { stream: process.stdout })
}
