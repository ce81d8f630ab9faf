import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newestOnly } from './newest-only.ts'

interface Asked {
  readonly question: string
  answer(): void
  fail(): void
}

function open(): { readonly asked: Asked[]; readonly ask: (question: string) => Promise<string | undefined> } {
  const asked: Asked[] = []
  const ask = newestOnly((question: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    asked.push({ question, answer: () => resolve(`of ${question}`), fail: () => reject(new Error(question)) })
    return promise
  })
  return { asked, ask }
}

test('while one question is under way only the newest of the others is asked', async () => {
  const { asked, ask } = open()
  const answers = ['a', 'b', 'c'].map(ask)

  asked[0]?.answer()
  await answers[1]
  asked[1]?.answer()

  assert.deepEqual(await Promise.all(answers), ['of a', undefined, 'of c'])
  assert.deepEqual(
    asked.map(({ question }) => question),
    ['a', 'c'],
  )
})

test('a question that fails does not keep the next from being asked', async () => {
  const { asked, ask } = open()
  const [first, second] = ['a', 'b'].map(ask)

  asked[0]?.fail()
  await assert.rejects(async () => await first, /a/)
  while (asked.length < 2) await Promise.resolve()
  asked[1]?.answer()

  assert.equal(await second, 'of b')
})
