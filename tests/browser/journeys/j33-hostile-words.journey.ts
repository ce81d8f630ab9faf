// J33: names and words that people give to what belongs to nobody's flow – users, groups, roles, announcements, kill switches, keys, secrets, files, apps, tests,
// views – stay text as well. What flows, executions, logs and dashboards show: J27.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser, type Page } from '../browser.ts'
import { ADMIN, openPeople, signIn, type People } from '../people.ts'
import { startServer, type BrowserServer } from '../server.ts'

const RUN = 'window.__ran=true'
const EVIL = `<img src=x onerror=${RUN}>"><svg/onload=${RUN}><script>${RUN}</script><a href="javascript:${RUN}">x</a>[x](javascript:${RUN})`
/** Where a name has a bound. */
const SHORT = `<img src=x onerror=${RUN}>`
const text = (value: string): string => JSON.stringify(value)

const FLOW = `
id: plain
namespace: tests
inputs: [{ id: word, type: STRING, displayName: ${text(EVIL)}, description: ${text(EVIL)}, defaults: ${text(EVIL)} }]
tasks: [{ id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.word }}" }]
outputs: [{ id: said, type: STRING, value: "{{ outputs.say.value }}" }]
`
const APP = `
id: hostile
namespace: tests
flowId: plain
displayName: ${text(SHORT)}
description: ${text(EVIL)}
access: PUBLIC
tags: [${text(SHORT)}]
layout:
  - on: OPEN
    blocks:
      - { type: markdown, content: ${text(EVIL)} }
      - { type: alert, style: INFO, content: ${text(EVIL)} }
      - { type: link, text: ${text(SHORT)}, url: ${text(`/x" onclick="${RUN}`)} }
      - { type: form }
      - { type: submit, text: ${text(SHORT)} }
`
/** What could not be made harmless is refused. */
const REFUSED_APP = `
id: refused
namespace: tests
flowId: plain
theme: { accent: "red;}</style><script>${RUN}</script>", page: "url(javascript:${RUN})" }
layout:
  - on: OPEN
    blocks:
      - { type: alert, style: "x onclick=${RUN}", content: a }
      - { type: link, text: a, url: "javascript:${RUN}" }
      - { type: link, text: a, url: "data:text/html,<script>${RUN}</script>" }
`
const SUITE = `
id: hostile
namespace: tests
flowId: plain
description: ${text(EVIL)}
testCases:
  - { id: one, type: io.kestra.core.tests.flow.UnitTest, description: ${text(EVIL)}, assertions: [{ value: "{{ outputs.say.value }}", equalTo: ${text(EVIL)} }] }
`

let browser: Browser
let server: BrowserServer
let people: People
let app = ''
let refusal = ''
before(async () => {
  if (NO_BROWSER !== false) return
  browser = await openBrowser()
  server = await startServer({
    environment: { BATUTA_ENCRYPTION_KEY: Buffer.from('01234567890123456789012345678901').toString('base64') },
  })
  await server.call('POST', '/flows', FLOW)
  app = ((await server.call('POST', '/apps', APP)) as { readonly uid: string }).uid
  refusal = await server.call('POST', '/apps', REFUSED_APP).then(
    () => '',
    (error: Error) => error.message,
  )
  await server.call('POST', '/tests', SUITE)
  await server.call('POST', '/tests/tests/hostile/run')
  await addFiles()
  people = await openPeople(server)
  await addWords(people)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

const FILES: Readonly<Record<string, string>> = {
  'evil.html': `<!doctype html><body onload="${RUN}">${EVIL}`,
  'evil.svg': `<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"><script>${RUN}</script></svg>`,
  'evil.md': EVIL,
  [`a"onload=${RUN} x=".txt`]: EVIL,
  [`<img src=x onerror=${RUN}>.md`]: EVIL,
}

async function addFiles(): Promise<void> {
  for (const [name, content] of Object.entries(FILES)) {
    const body = new FormData()
    body.set('fileContent', new Blob([content]), 'x')
    const path = `${server.address}/api/v1/main/namespaces/tests/files?path=${encodeURIComponent(`/${name}`)}`
    const { status } = await fetch(path, { method: 'POST', body })
    assert.equal(status, 200, name)
  }
}

async function addWords({ call, add }: People): Promise<void> {
  await add({ username: 'eve@example.com', firstName: SHORT, lastName: EVIL.slice(0, 100), role: 'viewer' })
  await call('POST', '/main/groups', { name: SHORT, description: EVIL, externalNames: [SHORT] })
  await call('POST', '/main/roles', { name: SHORT, description: EVIL, permissions: { FLOW: ['READ'] } })
  await call('POST', '/banners', { message: EVIL, type: 'WARNING' })
  await call('POST', '/kill-switches', {
    ...{ name: SHORT, description: EVIL, evaluationType: 'PASS', namespace: 'elsewhere', enabled: true },
  })
  await call('PUT', '/main/namespaces/tests/secrets', {
    key: 'EVIL',
    value: 'x',
    description: EVIL,
    tags: [{ key: SHORT, value: SHORT }],
  })
  await call('PUT', `/main/namespaces/tests/kv/evil?description=${encodeURIComponent(EVIL)}`, EVIL)
  await call('PUT', '/main/views/evil', { page: 'executions', name: SHORT, isShared: true, query: `q=${SHORT}` })
}

const PLACES = (): readonly string[] => [
  ...['users', 'groups', 'roles', 'bindings', 'service-accounts', 'tokens'].map(tab => `/ui/admin/iam/${tab}`),
  ...[
    '/ui/admin/auditlogs',
    '/ui/admin/instance',
    '/ui/access',
    '/ui/preferences',
    '/ui/executions',
    '/ui/search?q=evil',
  ],
  ...['/ui/secrets', '/ui/kv', '/ui/kv?open=tests/evil', '/ui/files', '/ui/namespaces'],
  ...['overview', 'files', 'kv', 'secrets', 'variables', 'flows'].map(tab => `/ui/namespaces/edit/tests/${tab}`),
  ...['/ui/apps', `/ui/apps/edit/${app}`, `/ui/a/${app}`, '/ui/tests', '/ui/tests/tests/hostile'],
  '/ui/executions?run=tests/plain',
]

test('J33: no word that people give to things runs on any page', { skip: NO_BROWSER }, async () => {
  const tab = await openTab(browser, server.address)
  const { page } = tab
  const ran: string[] = []
  page.on('dialog', dialog => {
    ran.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  await signIn(page, ADMIN)
  await page.getByRole('navigation').first().waitFor()
  const shown: string[] = []

  for (const place of PLACES()) {
    await page.goto(place)
    await settled(page)
    if (await hasRun(page)) ran.push(place)
    if ((await page.locator('body').innerText()).includes('<img src=x')) shown.push(place)
  }
  const links = await hrefsOf(page, `/ui/a/${app}`)
  const problems = tab.problems.filter(problem => !/status of 40[134]|status of 422/.test(problem))
  await tab.close()

  assert.deepEqual(ran, [])
  assert.deepEqual(problems, [])
  assert.deepEqual(
    links.filter(href => !/^(?:https?:|\/|#|$)/.test(href)),
    [],
    'an address that runs something',
  )
  assert.ok(shown.length >= 10, `the words are shown on ${shown.join(', ')} only`)
})

test('J33: colours, styles and addresses that would run something are refused', { skip: NO_BROWSER }, async () => {
  for (const part of ['theme.accent', 'theme.page', 'blocks[0].style', 'blocks[1].url', 'blocks[2].url'])
    assert.ok(refusal.includes(part), `${part} is not refused: ${refusal}`)
})

test('J33: files with programs in them are given as what does nothing', { skip: NO_BROWSER }, async () => {
  const headers = { authorization: `Basic ${btoa(`${ADMIN}:correct horse battery staple 7`)}` }
  for (const name of Object.keys(FILES)) {
    const path = `${server.address}/api/v1/main/namespaces/tests/files?path=${encodeURIComponent(`/${name}`)}`
    const reply = await fetch(path, { headers })
    assert.equal(reply.status, 200, name)
    assert.match(reply.headers.get('content-security-policy') ?? '', /default-src 'none'.*sandbox/, name)
    assert.equal(reply.headers.get('x-content-type-options'), 'nosniff', name)
    assert.ok(
      reply.headers.get('content-disposition')?.startsWith('attachment') === true ||
        !/html|svg|xml/.test(reply.headers.get('content-type') ?? ''),
      name,
    )
  }
})

async function hasRun(page: Page): Promise<boolean> {
  const frames = await Promise.all(
    page.frames().map(frame => frame.evaluate('window.__ran === true').catch(() => false)),
  )
  return frames.includes(true)
}

async function hrefsOf(page: Page, place: string): Promise<readonly string[]> {
  await page.goto(place)
  return await page.locator('a[href]').evaluateAll(all => all.map(each => each.getAttribute('href') ?? ''))
}
