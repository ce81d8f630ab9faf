// Parts of a page whose program does not come: each says so where it would stand, or by a toast where it has no place, and comes when it is wanted again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, type Browser, type Page } from './browser.ts'
import { startServer, type BrowserServer } from './server.ts'

const TASK = 'tasks:\n  - { id: only, type: io.kestra.plugin.core.log.Log, message: said }\n'

let server: BrowserServer
let browser: Browser
let execution: string
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  await server.call('POST', '/flows', `id: simple\nnamespace: late\n${TASK}`)
  await server.call('POST', '/flows', `id: asking\nnamespace: late\ninputs:\n  - { id: size, type: INT }\n${TASK}`)
  const born = await server.call('POST', '/executions/late/simple?wait=true')
  assert.ok(typeof born === 'object' && born !== null && 'id' in born && typeof born.id === 'string')
  execution = born.id
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

const NOT_LOADED = 'This could not be loaded.'

/** What never comes, until it is let through. */
async function withhold(page: Page, program: string): Promise<() => Promise<void>> {
  // The name, and what tells one build from another: `late-messages` is none of `late`.
  const files = new RegExp(`/assets/${program}-[\\w-]{6,9}\\.js$`)
  await page.route(files, route => route.abort())
  return () => page.unroute(files)
}

const toast = (page: Page) => page.getByRole('status').filter({ hasText: NOT_LOADED })

test(
  'a dialog that does not come is told, leaves its page, and opens when it is asked for again',
  { skip: NO_BROWSER },
  async () => {
    const { page, close } = await openTab(browser, server.address)
    const letThrough = await withhold(page, 'run-dialog')
    await page.goto('/ui/flows/edit/late/asking/overview')
    const run = page.getByRole('button', { name: 'Run', exact: true }).first()
    await run.click()
    await toast(page).waitFor()
    await page.getByRole('heading', { name: 'asking', level: 1 }).waitFor()
    assert.doesNotMatch(page.url(), /run=/, 'it counts as closed')

    await letThrough()
    await run.click()
    await page.getByRole('dialog').waitFor()
    await close()
  },
)

test('the log below the Gantt chart that does not come leaves the chart', { skip: NO_BROWSER }, async () => {
  const { page, close } = await openTab(browser, server.address)
  const letThrough = await withhold(page, 'log-pane')
  await page.goto(`/ui/executions/late/simple/${execution}/gantt`)
  await page.getByRole('button', { name: 'Log', exact: true }).click()
  const again = page.getByRole('alert').getByRole('button', { name: 'Try again' })
  await again.waitFor()
  await page.getByText('only').first().waitFor()

  await letThrough()
  await again.click()
  await page.getByText('said').first().waitFor()
  await close()
})

test(
  'the menu of the account that does not come leaves the shell, and is asked for by its toast',
  { skip: NO_BROWSER },
  async () => {
    const { page, close } = await openTab(browser, server.address)
    const letThrough = await withhold(page, 'account-menu')
    await page.goto('/ui/flows')
    await page.getByRole('link', { name: 'simple' }).first().waitFor()
    const again = toast(page).getByRole('button', { name: 'Try again' })
    await again.waitFor()

    await letThrough()
    await again.click()
    await page.getByRole('button', { name: 'Account', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Preferences' }).waitFor()
    await close()
  },
)

test('the palette that does not come is told, and comes when it is asked for again', { skip: NO_BROWSER }, async () => {
  const { page, close } = await openTab(browser, server.address)
  const letThrough = await withhold(page, 'late')
  await page.goto('/ui/flows')
  await page.getByRole('link', { name: 'simple' }).first().waitFor()
  const ask = page.getByRole('button', { name: /^Search/ }).first()
  await ask.click()
  await toast(page).waitFor()

  await letThrough()
  await ask.click()
  await page.getByRole('dialog').waitFor()
  await close()
})

test('a page whose whole content does not come keeps its title', { skip: NO_BROWSER }, async () => {
  const { page, close } = await openTab(browser, server.address)
  const letThrough = await withhold(page, 'app-editor')
  await page.goto('/ui/apps/new?flow=late/simple')
  const again = page.getByRole('alert').getByRole('button', { name: 'Try again' })
  await again.waitFor()
  await page.getByRole('heading', { name: 'New app', level: 1 }).waitFor()

  await letThrough()
  await again.click()
  await page.getByRole('textbox').first().waitFor()
  await close()
})
