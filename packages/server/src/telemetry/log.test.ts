import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogConfig } from '../config/telemetry.ts'
import { newLog, type ServerLog } from './log.ts'

function opened(options: Partial<LogConfig> & { readonly secrets?: readonly string[] } = {}): {
  readonly log: ServerLog
  readonly lines: string[]
} {
  const lines: string[] = []
  const log = newLog(
    { write: text => lines.push(text.trimEnd()) },
    { format: 'text', levels: new Map(), secrets: [], ...options },
    () => new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)),
  )
  return { log, lines }
}

test('a line of text is a moment, a level, a message and a reason', () => {
  const { log, lines } = opened()

  log.info('ready')
  log.named('engine').warn('it stumbled', new Error('over a stone', { cause: new Error('on the road') }))

  assert.deepEqual(lines, [
    '2026-01-02T03:04:05.006Z INFO ready',
    '2026-01-02T03:04:05.006Z WARN it stumbled: over a stone (on the road)',
  ])
})

test('a line of JSON has the name of the logger and what it is about as fields', () => {
  const { log, lines } = opened({ format: 'json' })

  log.named('engine').warn('held', undefined, { executionId: 'e1', namespace: 'team', flowId: 'f' })
  log.error('broken\nin two', new Error('why'))

  const [first, second] = lines.map(line => JSON.parse(line))
  assert.deepEqual(first, {
    timestamp: '2026-01-02T03:04:05.006Z',
    level: 'WARN',
    logger: 'engine',
    message: 'held',
    executionId: 'e1',
    namespace: 'team',
    flowId: 'f',
  })
  assert.deepEqual(
    [second.level, second.logger, second.message, second.error],
    ['ERROR', 'server', 'broken\nin two', 'why'],
  )
  assert.match(second.stack, /Error: why/)
})

test('a logger takes the level of the nearest name above it, also when that is changed later', () => {
  const { log, lines } = opened({
    levels: new Map([
      ['ROOT', 'ERROR'],
      ['engine', 'WARN'],
    ]),
  })
  const speak = (): void => {
    log.info('root')
    log.named('engine.turns').warn('engine')
  }

  speak()
  log.levels.set('ROOT', 'INFO')
  log.levels.set('engine', 'OFF')
  speak()
  log.levels.set('engine', undefined)
  speak()

  assert.deepEqual(
    lines.map(line => line.split(' ').at(-1)),
    ['engine', 'root', 'root', 'engine'],
  )
})

test('lines of executions come only when somebody asked for them', () => {
  const { log, lines } = opened({ levels: new Map([['flow.team', 'WARN']]) })
  const write = (logger: string, level: string): void =>
    log.write({ atMs: 0, level, logger, message: `${logger} ${level}` })

  for (const logger of ['flow.team.a', 'flow.other.a']) for (const level of ['INFO', 'ERROR']) write(logger, level)

  assert.deepEqual(
    lines.map(line => line.split(' ').slice(2).join(' ')),
    ['flow.team.a ERROR'],
  )
})

test('what is secret does not stand in a line, in no form', () => {
  const secret = 'pa"ss wörd'
  for (const format of ['text', 'json'] as const) {
    const { log, lines } = opened({ format, secrets: [secret, 'abc'] })

    log.warn(`with ${secret}`, new Error(`postgres://ada:hunter2@db/x and ${encodeURIComponent(secret)}, abc`))

    assert.doesNotMatch(lines.join(), /pa.{0,6}ss|w(ö|%C3)|hunter2/)
    assert.match(lines.join(), /postgres:\/\/ada:\*{6}@db\/x and \*{6}, abc/)
  }
})
