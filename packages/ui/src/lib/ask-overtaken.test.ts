import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { QueryClient, QueryObserver } from '@tanstack/query-core'
import { askOvertaken } from './ask-overtaken.ts'

/** A page that shows what a server answers when the test lets it. */
function openWorld() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  askOvertaken(client)
  const open: PromiseWithResolvers<string>[] = []
  const shown: unknown[] = []
  const observer = new QueryObserver(client, {
    queryKey: ['tests', 'results'],
    queryFn: () => {
      const answer = Promise.withResolvers<string>()
      open.push(answer)
      return answer.promise
    },
  })
  const close = observer.subscribe(({ data }) => {
    if (data !== undefined && data !== shown.at(-1)) shown.push(data)
  })
  return { client, open, shown, close }
}

test('what is outdated while its first answer is on its way is asked for once more, and shown meanwhile', async () => {
  const { client, open, shown, close } = openWorld()
  void client.invalidateQueries({ queryKey: ['tests'] })
  void client.invalidateQueries({ queryKey: ['tests'] })
  assert.equal(open.length, 1)

  open[0]?.resolve('old')
  await turn()
  assert.equal(open.length, 2)
  open[1]?.resolve('new')
  await turn()

  assert.deepEqual(shown, ['old', 'new'])
  assert.equal(open.length, 2)
  close()
})

test('a first answer that nothing outdated is asked for once', async () => {
  const { client, open, close } = openWorld()
  void client.invalidateQueries({ queryKey: ['flows'] })

  open[0]?.resolve('old')
  await turn()

  assert.equal(open.length, 1)
  close()
})

test('after a first answer that failed nothing is asked for by itself, and the next one counts as new', async () => {
  const { client, open, close } = openWorld()
  void client.invalidateQueries({ queryKey: ['tests'] })
  open[0]?.reject(new Error('lost'))
  await turn()
  assert.equal(open.length, 1)

  void client.refetchQueries({ queryKey: ['tests'] })
  open[1]?.resolve('new')
  await turn()

  assert.equal(open.length, 2)
  close()
})
