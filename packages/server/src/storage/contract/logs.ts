// Log chunks and metrics: appended, read in the order of writing.
import assert from 'node:assert/strict'
import type { MetricRow } from '../batch.ts'
import type { LogChunkQuery } from '../store.ts'
import { NOW_MS, executionRow, join, logRow, storeCase, type StoreSubject } from './subject.ts'

export function logContract(subject: StoreSubject): void {
  storeCase(subject, 'log chunks are read in the order of writing, whatever their clock says', async ({ store }) => {
    const node = await join(store)
    await node.write({ logs: [logRow('e1', { lines: '["a"]', atMs: NOW_MS + 9 }), logRow('e2', { lines: '["x"]' })] })
    await store.perform('appendLogs', {
      rows: [logRow('e1', { lines: '["b"]', atMs: NOW_MS }), logRow('e1', { lines: '["c"]' })],
    })
    await node.write({ logs: [logRow('e1', { lines: '["d"]' })] })

    const lines = async (limit: number, offset?: number): Promise<string[]> =>
      (await store.read.logsOf({ executionId: 'e1', limit, ...(offset === undefined ? {} : { offset }) })).map(
        row => row.lines,
      )
    assert.deepEqual(await lines(10), ['["a"]', '["b"]', '["c"]', '["d"]'])
    assert.deepEqual(await lines(2), ['["a"]', '["b"]'])
    assert.deepEqual(await lines(2, 2), ['["c"]', '["d"]'])
    assert.deepEqual(await lines(2, 4), [])
  })

  storeCase(
    subject,
    'chunks are read from any of them on, either way round, and by what is in them',
    async ({ store }) => {
      const node = await join(store)
      const texts = ['["Alpha"]', '["beta 100%"]', '["gamma"]', '["ALPHA_2"]']
      await node.write({ logs: texts.flatMap(lines => [logRow('e1', { lines }), logRow('e2', { lines: '["x"]' })]) })

      const all = await store.read.logChunks({ executionId: 'e1', afterSeq: 0, limit: 10 })
      const lines = async (query: Partial<LogChunkQuery>): Promise<string[]> =>
        (await store.read.logChunks({ executionId: 'e1', afterSeq: 0, limit: 10, ...query })).map(chunk => chunk.lines)

      const seqs = all.map(chunk => chunk.seq)
      assert.deepEqual(await lines({}), texts)
      assert.deepEqual(await lines({ afterSeq: seqs[1] ?? 0, limit: 1 }), ['["gamma"]'])
      assert.deepEqual(await lines({ afterSeq: seqs[0] ?? 0, toSeq: seqs[2] ?? 0 }), ['["beta 100%"]', '["gamma"]'])
      assert.deepEqual(await lines({ isDescending: true, limit: 2 }), ['["ALPHA_2"]', '["gamma"]'])
      assert.deepEqual(await lines({ text: 'alpha' }), ['["Alpha"]', '["ALPHA_2"]'])
      assert.deepEqual(await lines({ text: '100%' }), ['["beta 100%"]'])
      assert.deepEqual(await lines({ text: 'a_2' }), ['["ALPHA_2"]'])
      assert.deepEqual(await lines({ text: 'l%a' }), [])
    },
  )

  storeCase(subject, 'what is looked for in chunks is taken letter by letter, in either case', async ({ store }) => {
    const node = await join(store)
    const texts = ['["Größe 100%_OK!"]', '["groß: a\\\\b \\"Q\\""]', '["100x OK"]', '["Ελλάδα 🚢 WRÓBEL"]']
    await node.write({ logs: texts.map(lines => logRow('e1', { lines })) })

    const places = async (text: string): Promise<number[]> =>
      (await store.read.logChunks({ executionId: 'e1', afterSeq: 0, limit: 10, text })).map(({ lines }) =>
        texts.indexOf(lines),
      )

    assert.deepEqual(await places('100%_ok!'), [0])
    assert.deepEqual(await places('100_ok'), [])
    assert.deepEqual(await places('100'), [0, 2])
    assert.deepEqual(await places('!'), [0])
    assert.deepEqual(await places('GR'), [0, 1])
    assert.deepEqual(await places('A\\\\B \\"q'), [1])
    assert.deepEqual(await places('🚢 wr'), [3])
    assert.deepEqual(await places('BEL"'), [3])
    assert.deepEqual(await places('ößE'), [0])
    assert.deepEqual(await places('ÖSSE'), [])
    assert.deepEqual(await places('ÓbEl'), [3])
    assert.deepEqual(await places('óbel'), [])
    assert.deepEqual(await places('_'), [0])
    assert.deepEqual(await places('%'), [0])
  })

  storeCase(subject, 'chunks below the level that is asked for are skipped', async ({ store }) => {
    const node = await join(store)
    await node.write({
      logs: [0, 4, 2, 3].map(levelMax => logRow('e1', { levelMax, lines: `[${levelMax}]` })),
    })

    const rows = await store.read.logsOf({ executionId: 'e1', levelMin: 3, limit: 10 })
    const second = await store.read.logsOf({ executionId: 'e1', levelMin: 3, limit: 1, offset: 1 })

    assert.deepEqual(
      rows.map(row => row.lines),
      ['[4]', '[3]'],
    )
    const latest = await store.read.logsOf({ executionId: 'e1', levelMin: 2, limit: 2, offset: 1, isDescending: true })

    assert.deepEqual(second[0]?.lines, '[3]')
    assert.deepEqual(
      latest.map(row => row.lines),
      ['[2]', '[4]'],
    )
  })

  storeCase(subject, 'lines are purged by time and level, and the rest of their chunk stays', async ({ store }) => {
    const node = await join(store)
    const line = (level: string, atMs: number): object => ({
      level,
      atMs,
      message: level,
      run: 0,
      taskId: 't',
      attempt: 0,
    })
    const chunk = (...lines: object[]): string => JSON.stringify(lines)
    await node.write({
      logs: [
        logRow('e1', { lines: chunk(line('INFO', 1), line('ERROR', 2)), levelMax: 4 }),
        logRow('e1', { lines: chunk(line('INFO', 3)), levelMax: 2 }),
        logRow('e2', { lines: chunk(line('INFO', 1)), levelMax: 2 }),
      ],
    })
    const purge = { executionId: 'e1', fromMs: 0, toMs: 2 }

    assert.equal(await store.perform('purgeLogs', { ...purge, levels: ['ERROR'] }), 1)
    assert.equal(await store.perform('purgeLogs', { ...purge, toMs: 0, levels: null }), 0)
    const rows = await store.read.logsOf({ executionId: 'e1', limit: 9 })
    assert.deepEqual(
      rows.map(({ lines, levelMax }) => [lines, levelMax]),
      [
        [chunk(line('INFO', 1)), 2],
        [chunk(line('INFO', 3)), 2],
      ],
    )
    assert.equal(await store.perform('purgeLogs', { ...purge, toMs: 9, levels: null }), 2)
    assert.deepEqual(await store.read.logsOf({ executionId: 'e1', limit: 9 }), [])
    assert.equal((await store.read.logsOf({ executionId: 'e2', limit: 9 })).length, 1)
    assert.equal(await store.perform('purgeMetrics', { executionId: 'e1' }), 0)
  })

  storeCase(subject, 'a log chunk comes back as it was written', async ({ store }) => {
    const row = logRow('e1', { lines: JSON.stringify([{ message: 'zwei\nZeilen "…" \u0000' }]), levelMax: 4 })

    await store.perform('appendLogs', { rows: [row] })

    assert.deepEqual(await store.read.logsOf({ executionId: 'e1', limit: 1 }), [row])
    assert.deepEqual(await store.read.logsOf({ executionId: 'e2', limit: 1 }), [])
  })

  storeCase(subject, 'metrics are read in the order of writing', async ({ store }) => {
    const node = await join(store)
    const metric = (name: string, value: number) => ({
      executionId: 'e1',
      run: 3,
      taskId: 'load',
      name,
      type: 'counter',
      value,
      tags: '{"table":"a"}',
      atMs: NOW_MS,
    })
    await node.write({ births: [executionRow('e1')], metrics: [metric('rows', 12), metric('bytes', 0.25)] })
    await node.write({ metrics: [metric('rows', -1), metric('huge', 2 ** 60)] })

    const rows = await store.read.metricsOf('e1')

    assert.deepEqual(rows, [metric('rows', 12), metric('bytes', 0.25), metric('rows', -1), metric('huge', 2 ** 60)])
    assert.deepEqual(await store.read.metricsOf('e2'), [])
  })

  storeCase(subject, 'the metrics of several executions are told at once', async ({ store }) => {
    const node = await join(store)
    const metric = (executionId: string, value: number): MetricRow => ({
      executionId,
      run: 0,
      taskId: 'load',
      name: 'rows',
      type: 'counter',
      value,
      tags: '{}',
      atMs: NOW_MS,
    })
    await node.write({
      births: ['e1', 'e2', 'e3'].map(id => executionRow(id)),
      metrics: [metric('e1', 1), metric('e2', 2), metric('e3', 3), metric('e1', 4)],
    })

    const rows = await store.read.metricsAmong(['e3', 'e1', 'e9'])

    assert.deepEqual(rows.map(({ executionId, value }) => `${executionId} ${value}`).sort(), ['e1 1', 'e1 4', 'e3 3'])
    assert.deepEqual(await store.read.metricsAmong([]), [])
  })
}
