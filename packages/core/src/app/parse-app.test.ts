import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatalogue } from '../flow/catalogue.ts'
import { blocksOn } from './app.ts'
import { contrastOf, parseApp } from './parse-app.ts'

const HEAD = 'id: a\nnamespace: n\nflowId: f\n'
const catalogue = createCatalogue([])
const parse = (rest: string): ReturnType<typeof parseApp> => parseApp(HEAD + rest, { catalogue })

test('an app of one page is read, and what it does not say is as usual', () => {
  const { app, diagnostics } = parse('access: PUBLIC\ntags: [x]\n')

  assert.deepEqual(diagnostics, [])
  assert.deepEqual(
    [app?.displayName, app?.access, app?.isListed, app?.tags, app && blocksOn(app, 'OPEN').map(({ type }) => type)],
    ['a', 'PUBLIC', true, ['x'], ['form', 'submit']],
  )
})

test('blocks are known by their full names and by one word', () => {
  const { app, diagnostics } = parse(`type: io.kestra.plugin.ee.apps.Execution
layout:
  - on: OPEN
    blocks:
      - { type: io.kestra.plugin.ee.apps.core.blocks.Markdown, content: "# Hi" }
      - { type: io.kestra.plugin.ee.apps.execution.blocks.CreateExecutionForm }
      - { type: button, text: Go, style: SUCCESS }
      - { type: io.kestra.plugin.ee.apps.core.blocks.Button, text: Home, url: "https://x.y" }
  - on: PAUSE
    blocks: [{ type: approval }]
  - on: FALLBACK
    blocks: [{ type: logs, level: WARN }]
`)

  assert.deepEqual(diagnostics, [])
  assert.ok(app)
  assert.deepEqual(
    blocksOn(app, 'OPEN').map(({ type }) => type),
    ['markdown', 'form', 'submit', 'link'],
  )
  assert.deepEqual(blocksOn(app, 'PAUSE')[1], { type: 'resume', text: 'Send', style: 'DEFAULT', size: 'DEFAULT' })
  assert.deepEqual(blocksOn(app, 'SUCCESS'), [{ type: 'logs', level: 'WARN', taskIds: [] }])
})

test('mistakes are told with their place, and what can be meant', () => {
  const { app, diagnostics } = parse(`layout:
  - on: OPENED
    blocks:
      - { type: markdwn, content: x }
      - { type: link, url: "javascript:alert(1)" }
colour: red
`)

  assert.equal(app, undefined)
  assert.deepEqual(
    diagnostics.map(({ line, message }) => [line, message.split('.')[0]]),
    [
      [9, diagnostics[0]?.message.split('.')[0]],
      [5, diagnostics[1]?.message.split('.')[0]],
      [7, 'There is no block "markdwn"'],
      [8, 'An address begins with https:, http:, mailto: or /, and not with "javascript:"'],
    ],
  )
  assert.match(diagnostics[2]?.message ?? '', /Did you mean "markdown"\?/)
})

test('an address hides its scheme behind no blank and no control character', () => {
  for (const url of [
    'javascript:x',
    ' javascript:x',
    '\\u0001javascript:x',
    'java\\nscript:x',
    '\\tdata:text/html,x',
  ]) {
    const { app, diagnostics } = parse(`layout: [{ on: OPEN, blocks: [{ type: link, text: a, url: "${url}" }] }]\n`)

    assert.equal(app, undefined, url)
    assert.match(diagnostics[0]?.message ?? '', /An address begins with https:.*not with "(?:javascript|data):"/, url)
  }
})

test('colours that cannot be read are warned of', () => {
  const { app, diagnostics } = parse('theme: { page: "#ffffff", text: "#cccccc", accent: "#ffff00" }\n')

  assert.deepEqual(app?.theme.accent, '#ffff00')
  assert.deepEqual(
    diagnostics.map(({ severity, path }) => [severity, path]),
    [
      ['warning', 'theme.text'],
      ['warning', 'theme.accent'],
    ],
  )
  assert.equal(Math.round(contrastOf('#000000', '#ffffff')), 21)
  assert.match(parse('theme: { accent: red }\n').diagnostics[0]?.message ?? '', /no colour/)
})
