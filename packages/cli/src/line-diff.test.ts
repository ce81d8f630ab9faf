import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastCheck from 'fast-check'
import { diffLines, printableDiff } from './line-diff.ts'

test('one changed line is shown as gone and new', () => {
  assert.deepEqual(
    diffLines('a\nb\nc\n', 'a\nB\nc\n').map(({ mark, text }) => mark + text),
    [' a', '-b', '+B', ' c'],
  )
})

test('of long texts only what is near a change is printed', () => {
  const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`)
  const printed = printableDiff(lines.join('\n'), lines.with(20, 'other').join('\n'))

  assert.equal(printed.length, 9)
  assert.ok(printed.includes('- line 20'))
  assert.ok(printed.includes('+ other'))
})

test('either text can be read out of the difference', () => {
  const text = fastCheck.array(fastCheck.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 12 })
  fastCheck.assert(
    fastCheck.property(text, text, (before, after) => {
      const lines = diffLines(before.join('\n'), after.join('\n'))
      const side = (mark: string): readonly string[] =>
        lines.filter(line => line.mark === ' ' || line.mark === mark).map(line => line.text)
      // A line break at the very end is no line.
      const ends = (each: readonly string[]): readonly string[] =>
        each.length > 1 && each.at(-1) === '' ? each.slice(0, -1) : each
      assert.deepEqual(side('-'), ends(before))
      assert.deepEqual(side('+'), ends(after))
    }),
  )
})
