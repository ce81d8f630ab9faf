// J18: a secret is written and used. Logs show dots, and neither its value nor a form derived from it is in any answer, on any page, or in what one copies.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser, type Page } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const SECRET = 'hunter2-Swordfish&42'
const DERIVED: readonly (readonly [string, string])[] = [
  ['the value', SECRET],
  ['base64', Buffer.from(SECRET).toString('base64')],
  ['URL', encodeURIComponent(SECRET)],
  ['hex', Buffer.from(SECRET).toString('hex')],
  ['upper case', SECRET.toUpperCase()],
  ['backwards', [...SECRET].toReversed().join('')],
]
const FLOW = `
id: vault
namespace: tests
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: "the password is {{ secret('DB_PASSWORD') }}" }
  - { id: encoded, type: io.kestra.plugin.core.log.Log, message: "encoded {{ secret('DB_PASSWORD') | base64encode }}" }
  - { id: keep, type: io.kestra.plugin.core.debug.Return, format: "{{ secret('DB_PASSWORD') }}" }
  - { id: again, type: io.kestra.plugin.core.debug.Return, format: "pre {{ outputs.keep.value }} post" }
  - { id: shout, type: io.kestra.plugin.core.debug.Return, format: "{{ secret('DB_PASSWORD') | upper }}" }
  - { id: fails, type: io.kestra.plugin.core.execution.Fail, errorMessage: "refused {{ secret('DB_PASSWORD') }}" }
`

/** A server over PostgreSQL makes no key of its own: all its nodes need the same. */
const CONFIG = `kestra:
  encryption:
    secret-key: ${Buffer.from('a key for journeys, 32 bytes long').subarray(0, 32).toString('base64')}
`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer({ config: CONFIG })
  browser = await openBrowser()
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

const found = (text: string): readonly string[] =>
  DERIVED.filter(([, form]) => text.includes(form)).map(([name]) => name)

function placesOf(id: string): readonly string[] {
  const tabs = ['', '/gantt', '/logs', '/topology', '/outputs', '/metrics', '/debug?at=9', '/why', '/dependencies']
  return [
    ...tabs.map(tab => `/ui/executions/tests/vault/${id}${tab}`),
    `/ui/executions/tests/vault/${id}/debug?at=4&watch=${encodeURIComponent(JSON.stringify(['{{ outputs.keep.value }}', "{{ secret('DB_PASSWORD') }}"]))}`,
    '/ui/secrets',
    '/ui/logs',
    '/ui/executions',
    '/ui/incidents',
    '/ui/dashboards',
    '/ui/flows/edit/tests/vault/edit',
    '/ui/namespaces/edit/tests/secrets',
    `/ui/search?q=${id}`,
  ]
}

async function copyAll(page: Page): Promise<readonly string[]> {
  const leaks: string[] = []
  for (const form of ['Link', 'cURL', 'CLI', 'YAML', 'JSON', 'Markdown']) {
    await page.getByRole('button', { name: 'Copy as…' }).first().click()
    await page.getByRole('menuitem').first().waitFor()
    const item = page.getByRole('menuitem', { name: form, exact: true })
    if ((await item.count()) === 0) {
      await page.keyboard.press('Escape')
      continue
    }
    await item.click()
    await page.getByText(`Copied as ${form}.`).last().waitFor()
    leaks.push(
      ...found(await page.evaluate('navigator.clipboard.readText()')).map(name => `${name} in the copy as ${form}`),
    )
  }
  return leaks
}

test('J18: a secret is written and used, and nothing shows it', { skip: NO_BROWSER }, async () => {
  await server.call('POST', '/flows', FLOW)
  const { page, problems, close } = await openTab(browser, server.address)
  const leaks: string[] = []
  const bodies: Promise<void>[] = []
  page.on('response', response => {
    const read = response.text().then(
      text => leaks.push(...found(text).map(name => `${name} in the answer of ${response.url()}`)),
      () => undefined, // An answer of a page that is left has no text any more.
    )
    if (response.url().includes('/api/')) bodies.push(read.then(() => undefined))
  })

  await page.goto('/ui/secrets?new=true')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Namespace').fill('tests')
  await dialog.getByLabel('Name', { exact: false }).last().fill('DB_PASSWORD')
  await dialog.getByLabel('Value').fill(SECRET)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved DB_PASSWORD.').waitFor()
  const id = await server.run('tests/vault')

  for (const place of placesOf(id)) {
    await page.goto(place)
    await settled(page)
    leaks.push(...found(await page.content()).map(name => `${name} on ${place}`))
  }

  await page.goto(`/ui/executions/tests/vault/${id}/logs`)
  await page.getByText('the password is ******').first().waitFor()
  await page.goto(`/ui/executions/tests/vault/${id}`)
  await settled(page)
  leaks.push(...(await copyAll(page)))
  await Promise.all(bodies)
  const answers = await Promise.all(
    [`/executions/${id}`, `/logs/${id}`, `/executions/${id}/journal?count=1000`, `/executions/${id}/state?at=10`].map(
      path => server.call('GET', path),
    ),
  )
  leaks.push(...found(JSON.stringify(answers)).map(name => `${name} in what the API tells`))
  await close()

  assert.deepEqual(leaks, [])
  assert.deepEqual(problems, [])
})
