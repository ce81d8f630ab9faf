import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSafe, parseMarkdown } from './parse-markdown.ts'

test('headings, lists, code, quotes and tables are told apart', () => {
  const blocks = parseMarkdown(
    '# Title #\n\nSome *text*\nwith `code`.\n\n- one\n  - inner\n- two\n\n1. first\n\n```sh\n# no heading\n```\n> said\n\n| a | b |\n|---|---|\n| 1 | **2** |\n\n---',
  )

  assert.deepEqual(
    blocks.map(block => block.type),
    ['heading', 'paragraph', 'list', 'list', 'code', 'quote', 'table', 'line'],
  )
  const [heading, paragraph, list] = blocks
  assert.deepEqual(heading, { type: 'heading', level: 1, parts: [{ type: 'text', text: 'Title' }] })
  assert.equal(paragraph?.type === 'paragraph' && paragraph.parts.length, 5)
  assert.equal(list?.type === 'list' && list.items[0]?.[1]?.type, 'list')
})

test('tags are text, and links lead to the web or to this page only', () => {
  const [block] = parseMarkdown('<img src=x onerror=alert(1)> [go](javascript:alert(1)) [docs](/ui/flows)')

  assert.deepEqual(block?.type === 'paragraph' && block.parts, [
    { type: 'text', text: '<img src=x onerror=alert(1)> [go](javascript:alert(1)) ' },
    { type: 'link', to: '/ui/flows', parts: [{ type: 'text', text: 'docs' }] },
  ])
  assert.deepEqual(
    ['https://a.b', 'mailto:a@b', '#part', 'JavaScript:x', 'data:text/html,x', '//evil', '/\\evil', 'vbscript:x'].map(
      isSafe,
    ),
    [true, true, true, false, false, false, false, false],
  )
})

test('what is long and deep is read in time', () => {
  const startedMs = performance.now()
  parseMarkdown('> '.repeat(50_000))
  parseMarkdown('**a'.repeat(50_000))
  parseMarkdown(`${'[a]('.repeat(30_000)}`)
  assert.ok(performance.now() - startedMs < 2_000)
})
