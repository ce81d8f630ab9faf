// A hundred flows, each with one mistake, and what is said of it: where it is, what is wrong, and the way out. The flows lie in
// testing/mistakes: a title, the flow, and below it the expected lines.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { createCatalogue } from './catalogue.ts'
import { checkFlow } from './validate.ts'

const FOLDER = new URL('testing/mistakes/', import.meta.url)
const MISTAKES_MIN = 100
const catalogue = createCatalogue()

interface Mistake {
  readonly title: string
  readonly source: string
  readonly expected: readonly string[]
}

function readMistakes(file: string): readonly Mistake[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8')
  return text
    .split(/^## /m)
    .slice(1)
    .map(part => {
      const [title = '', ...lines] = part.trimEnd().split('\n')
      const expected = lines.filter(line => line.startsWith('=> ')).map(line => line.slice(3))
      const source = lines.filter(line => !line.startsWith('=> ')).join('\n')
      return { title, source: `${source}\n`, expected }
    })
}

const mistakes = readdirSync(FOLDER).flatMap(readMistakes)

for (const { title, source, expected } of mistakes)
  test(`a flow with ${title} is told where and how to mend it`, () => {
    const { diagnostics } = checkFlow(source, { catalogue })

    // Nothing is installed here.
    const told = diagnostics.filter(({ code }) => code !== 'not-implemented')
    assert.ok(expected.length > 0)
    assert.deepEqual(
      told.map(({ line, column, severity, message }) => `${line}:${column} ${severity}: ${message}`),
      expected,
    )
  })

test('there are a hundred of them, each of its own', () => {
  assert.ok(mistakes.length >= MISTAKES_MIN, String(mistakes.length))
  assert.equal(new Set(mistakes.map(({ title }) => title)).size, mistakes.length)
})
