import assert from 'node:assert/strict'
import { test } from 'node:test'
import { QueryClient } from '@tanstack/query-core'
import { keepRunBars } from './keep-run-bars.ts'

const KEY = ['flows', 'run-bars', 'of']

function openWorld() {
  const client = new QueryClient()
  const asked: string[][] = []
  const get = (flows: readonly string[], sinceMs = 0): Promise<readonly { readonly flowId: string }[]> =>
    keepRunBars(client, {
      key: KEY,
      flows,
      sinceMs,
      ask: names => {
        asked.push([...names])
        return Promise.resolve(names.map(name => ({ namespace: name.slice(0, 1), flowId: name.slice(2) })))
      },
    })
  return { client, asked, get }
}

const namesOf = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => `a.${from + at}`)

test('only flows that nobody has asked for are asked for', async () => {
  const { asked, get } = openWorld()
  await get(['a.1', 'a.2'])

  const found = await get(['a.3', 'a.2', 'a.1'])

  assert.deepEqual(asked, [['a.1', 'a.2'], ['a.3']])
  assert.deepEqual(
    found.map(({ flowId }) => flowId),
    ['3', '2', '1'],
  )
})

test('what is outdated, or older than it may be, is asked for again', async () => {
  const { client, asked, get } = openWorld()
  await get(['a.1', 'a.2'])

  await client.invalidateQueries({ queryKey: ['flows', 'run-bars'] })
  await get(['a.1', 'a.2'])
  await get(['a.1', 'a.2'])
  await get(['a.1'], Infinity)

  assert.deepEqual(asked, [['a.1', 'a.2'], ['a.1', 'a.2'], ['a.1']])
})

test('many flows are asked for in several calls', async () => {
  const { asked, get } = openWorld()

  const found = await get(namesOf(0, 120))

  assert.deepEqual(
    asked.map(({ length }) => length),
    [50, 50, 20],
  )
  assert.equal(found.length, 120)
})

test('a call that fails leaves nothing behind that counts as known', async () => {
  const client = new QueryClient()
  const ask = (): Promise<never> => Promise.reject(new Error('no'))

  await assert.rejects(keepRunBars(client, { key: KEY, flows: ['a.1'], sinceMs: 0, ask }), /no/)

  const told = await keepRunBars(client, {
    key: KEY,
    flows: ['a.1'],
    sinceMs: 0,
    ask: () => Promise.resolve([{ namespace: 'a', flowId: '1' }]),
  })
  assert.equal(told.length, 1)
})
