import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAnsi, stripAnsi } from './ansi.ts'
import { lineAt, PAGE_LINES, pagesAround, placeOfLine, wishOf } from './log-pages.ts'
import { printLine, readLine, splitHits } from './read-line.ts'

const ESC = '\u001b'

test('colours of terminals become spans', () => {
  assert.deepEqual(parseAnsi(`${ESC}[32mgreen${ESC}[0m then ${ESC}[1;31mbold${ESC}[22m red`), [
    { text: 'green', color: 'green' },
    { text: ' then ' },
    { text: 'bold', color: 'red', isBold: true },
    { text: ' red', color: 'red' },
  ])
  assert.deepEqual(parseAnsi(`${ESC}[38;5;196mx${ESC}[48;2;0;0;200my`), [
    { text: 'x', color: 'red' },
    { text: 'y', color: 'red', ground: 'blue' },
  ])
})

test('what else a terminal would do is left out', () => {
  assert.equal(stripAnsi(`${ESC}[2K${ESC}]0;title\u0007a${ESC}[?25lb`), 'ab')
  assert.deepEqual(parseAnsi(''), [])
})

test('a line of JSON is its message and its fields', () => {
  const { head, restLines, json } = readLine('{"message":"user logged in","level":"info","user":{"id":42}}')

  assert.equal(head, 'user logged in  level=info user={"id":42}')
  assert.equal(restLines, 7)
  assert.deepEqual(json, { message: 'user logged in', level: 'info', user: { id: 42 } })
  assert.equal(readLine('{not json}').json, undefined)
})

test('a stack trace is its message and the first frame of its own', () => {
  const trace = [
    'IllegalStateException: refused',
    '\tat java.base/java.net.Socket.connect(Socket.java:1)',
    '\tat com.acme.Loader.load(Loader.java:38)',
  ].join('\n')

  assert.deepEqual(readLine(trace), {
    head: 'IllegalStateException: refused',
    rest: trace.slice(trace.indexOf('\n') + 1),
    restLines: 2,
    ownFrame: 'Loader.java:38',
  })
  assert.equal(
    readLine('Error\n  File "/app/site-packages/x.py", line 3\n  File "/app/loader.py", line 38').ownFrame,
    'loader.py:38',
  )
})

test('hits are set apart without regard to case', () => {
  assert.deepEqual(splitHits('Refused, refused', 'refused'), [
    { text: 'Refused', isHit: true },
    { text: ', ', isHit: false },
    { text: 'refused', isHit: true },
  ])
  assert.deepEqual(splitHits('abc', ''), [{ text: 'abc', isHit: false }])
})

test('pages are those in sight and those that come next', () => {
  assert.deepEqual(pagesAround(0, 40, 1_000_000), [0])
  assert.deepEqual(pagesAround(180, 220, 1_000_000), [0, 1])
  assert.deepEqual(pagesAround(899_990, 900_030, 1_000_000), [4_499, 4_500])
  assert.deepEqual(pagesAround(0, 40, 0), [])
  assert.deepEqual(wishOf(2).position, 2 * PAGE_LINES)
})

test('an answer that begins before its page still gives each line its place', () => {
  const lines = Array.from({ length: 240 }, (_, index) => ({ line: 1_000 + index * 3 }))
  const pages = new Map([[1, { position: 180, lines }]])

  assert.deepEqual(lineAt(pages, 200), { line: 1_060 })
  assert.equal(lineAt(pages, 10), undefined)
  assert.equal(placeOfLine({ position: 180, lines }, 1_062), 201)
})

test('lines are copied as they are downloaded', () => {
  assert.equal(
    printLine({
      timestamp: '2026-11-22T03:18:27.190Z',
      level: 'ERROR',
      taskId: 'talk',
      message: `${ESC}[31mno${ESC}[0m`,
    }),
    '2026-11-22T03:18:27.190Z ERROR talk no',
  )
})
