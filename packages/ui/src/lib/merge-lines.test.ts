import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choiceOf, linesChosen, mergedText, mergeLines, type MergeChoice } from './merge-lines.ts'

const NONE: ReadonlyMap<number, MergeChoice> = new Map()
const BASE = 'a\nb\nc\nd\ne\n'

test('what each side changed elsewhere comes together', () => {
  const parts = mergeLines({ base: BASE, mine: 'a\nB\nc\nd\ne\n', theirs: 'a\nb\nc\nd\nE\nf\n' })

  assert.equal(mergedText(parts, NONE), 'a\nB\nc\nd\nE\nf\n')
  assert.deepEqual(
    parts.map(({ type }) => type),
    ['same', 'mine', 'same', 'theirs'],
  )
})

test('where both changed the same lines somebody has to choose', () => {
  const parts = mergeLines({ base: BASE, mine: 'a\nmine\nc\nd\ne\n', theirs: 'a\ntheirs\nc\nd\ne\n' })
  const at = parts.findIndex(({ type }) => type === 'conflict')
  const merged = (choice: MergeChoice): string | undefined => mergedText(parts, new Map([[at, choice]]))

  assert.equal(mergedText(parts, NONE), undefined)
  assert.equal(merged('mine'), 'a\nmine\nc\nd\ne\n')
  assert.equal(merged('theirs'), 'a\ntheirs\nc\nd\ne\n')
  assert.equal(merged('base'), BASE)
  assert.equal(merged('theirs-mine'), 'a\ntheirs\nmine\nc\nd\ne\n')
  assert.equal(merged('mine-theirs'), 'a\nmine\ntheirs\nc\nd\ne\n')
})

test('the same change on both sides is one change', () => {
  const parts = mergeLines({ base: BASE, mine: 'a\nb\nX\nd\ne\n', theirs: 'a\nb\nX\nd\ne\n' })

  assert.equal(mergedText(parts, NONE), 'a\nb\nX\nd\ne\n')
  assert.deepEqual(parts[1]?.type, 'alike')
})

test('lines that both add at one place are not put in some order by themselves', () => {
  const parts = mergeLines({ base: 'a\n', mine: 'a\nmine\n', theirs: 'a\ntheirs\n' })

  assert.deepEqual(
    parts.map(({ type }) => type),
    ['same', 'conflict'],
  )
})

test('a text that one side took out and the other changed is a conflict', () => {
  const parts = mergeLines({ base: BASE, mine: 'a\ne\n', theirs: 'a\nb\nC\nd\ne\n' })

  assert.deepEqual(
    parts.map(({ type }) => type),
    ['same', 'conflict', 'same'],
  )
})

test('a line whose value changed is the line of its key, and what is put in beside it another change', () => {
  const base = 'id: a\ntasks:\n  - id: x\n    message: hi\n'

  const parts = mergeLines({
    base,
    mine: 'id: a\ntasks:\n  - id: x\n    message: mine\ndescription: new\n',
    theirs: 'id: a\ntasks:\n  - id: x\n    level: WARN\n    message: theirs\n',
  })

  assert.deepEqual(
    parts.map(({ type, mine, theirs }) => [type, mine.length, theirs.length]),
    [
      ['same', 3, 3],
      ['theirs', 0, 1],
      ['conflict', 1, 1],
      ['mine', 1, 0],
    ],
  )
})

test('a long text is merged at once', () => {
  const base = Array.from({ length: 5_000 }, (_, index) => `key${index}: value`).join('\n')

  const parts = mergeLines({ base, mine: base.replace('key7: value', 'key7: mine'), theirs: base })

  assert.deepEqual(
    parts.map(({ type }) => type),
    ['same', 'mine', 'same'],
  )
})

test('of any three texts nothing is lost: each is found whole in the parts, and a change of one side alone is that side', () => {
  const texts = ['', 'a\n', 'a\nb\nc\n', 'c\nb\na\n', 'a\nx\nb\nc\nd\n', 'b\nb\nb\n', 'a\nb\nc\na\nb\nc\n', 'q\nr\n']
  const triples = texts.flatMap(base => texts.flatMap(mine => texts.map(theirs => ({ base, mine, theirs }))))
  for (const { base, mine, theirs } of triples) {
    const parts = mergeLines({ base, mine, theirs })
    const whole = (side: 'base' | 'mine' | 'theirs'): string =>
      parts.flatMap(part => linesChosen(part, side).map(line => `${line}\n`)).join('')

    assert.deepEqual([whole('base'), whole('mine'), whole('theirs')], [base, mine, theirs])
    if (base === theirs) assert.equal(mergedText(parts, NONE), mine)
    if (base === mine) assert.equal(mergedText(parts, NONE), theirs)
    if (mine === theirs) assert.equal(mergedText(parts, NONE), mine)
    for (const part of parts) assert.equal(choiceOf(part, undefined) === undefined, part.type === 'conflict')
  }
})
