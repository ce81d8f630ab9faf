// Log chunks and metrics: appended, read in the order of writing.
import assert from 'node:assert/strict'
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
    assert.deepEqual(second[0]?.lines, '[3]')
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
}
