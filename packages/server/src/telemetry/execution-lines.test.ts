import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogConfig } from '../config/telemetry.ts'
import type { LogRow, StoredLogLine } from '../storage/batch.ts'
import { forwardLines } from './execution-lines.ts'
import { newLog, type ServerLog } from './log.ts'

const AT_MS = Date.UTC(2026, 0, 2)

function rowOf(...lines: readonly Partial<StoredLogLine>[]): LogRow {
  const whole = lines.map((line): StoredLogLine => ({
    atMs: AT_MS,
    level: 'INFO',
    message: 'hello',
    run: 0,
    taskId: 'say',
    attempt: 0,
    ...line,
  }))
  const place = { executionId: 'e1', tenant: 'main', namespace: 'company.team', flowId: 'f' }
  return { ...place, atMs: AT_MS, levelMax: 2, lines: JSON.stringify(whole) }
}

function opened(config: Partial<LogConfig>): { readonly log: ServerLog; readonly lines: string[] } {
  const lines: string[] = []
  const write = (text: string): void => void lines.push(text.trimEnd())
  return { log: newLog({ write }, { format: 'text', levels: new Map(), secrets: [], ...config }), lines }
}

test('lines of executions stay out of the log of the server until somebody asks for them', () => {
  const { log, lines } = opened({})
  const forward = forwardLines(log)

  forward([rowOf({ level: 'ERROR' })])
  assert.deepEqual(lines, [])
  log.levels.set('flow.company', 'WARN')
  forward([rowOf({ level: 'ERROR' }, { level: 'INFO' })])

  assert.deepEqual(lines, ['2026-01-02T00:00:00.000Z ERROR [company.team.f e1 say] hello'])
})

test('tasks, and executions themselves, can be asked for alone', () => {
  const { log, lines } = opened({ levels: new Map([['task.company.team.f.say', 'INFO']]) })
  const forward = forwardLines(log)

  forward([rowOf({}, { taskId: 'other', run: 1 }, { taskId: null, run: -1, message: 'done' })])
  log.levels.set('execution', 'INFO')
  forward([rowOf({ taskId: null, run: -1, message: 'done' })])

  assert.deepEqual(
    lines.map(line => line.split('] ')[1]),
    ['hello', 'done'],
  )
})

test('as JSON they say what they are about', () => {
  const { log, lines } = opened({ format: 'json', levels: new Map([['flow', 'TRACE']]) })

  forwardLines(log)([rowOf({ run: 3, attempt: 1, level: 'WARN' })])

  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    timestamp: '2026-01-02T00:00:00.000Z',
    level: 'WARN',
    logger: 'flow.company.team.f',
    message: 'hello',
    executionId: 'e1',
    namespace: 'company.team',
    flowId: 'f',
    taskId: 'say',
    taskRunId: 'e1-3',
    attempt: 1,
  })
})
