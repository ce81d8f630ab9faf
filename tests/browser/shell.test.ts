// The shell by keyboard alone: skip link, shortcuts, palette, rail, theme; and the filter bar, whose text, chips and address are one.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser, type Tab } from './browser.ts'
import { EVERYWHERE, FIRST_CALLS } from '../../packages/ui/src/app/first-calls.ts'
import { seed } from './seed.ts'
import { startServer, type BrowserServer } from './server.ts'

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  await seed(server)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

async function open(path: string): Promise<Tab> {
  const tab = await openTab(browser, server.address)
  await tab.page.goto(path)
  await settled(tab.page)
  return tab
}

/** Notes what the page itself asks for. */
const NOTE_FETCHES = `{
  const own = globalThis.fetch
  globalThis.fetched = []
  globalThis.fetch = (...given) => (fetched.push(new Request(...given).url), own(...given))
}`

test('what the document asks ahead is what the page asks, and is asked once', { skip: NO_BROWSER }, async () => {
  const wrong: string[] = []
  for (const [path, call] of Object.entries(FIRST_CALLS)) {
    const { page, problems, close } = await openTab(browser, server.address)
    await page.addInitScript(NOTE_FETCHES)
    await page.goto(`/ui${path}`)
    await settled(page)

    for (const url of [`/api/v1${EVERYWHERE}`, `/api/v1/main${call}`].map(each => server.address + each)) {
      const sent = await page.evaluate(`performance.getEntriesByName(${JSON.stringify(url)}).length`)
      const isMeant = await page.evaluate(`fetched.includes(${JSON.stringify(url)})`)
      if (sent !== 1 || isMeant !== true)
        wrong.push(`${path}: ${url} was sent ${String(sent)} times, meant: ${String(isMeant)}`)
    }
    assert.deepEqual(problems, [])
    await close()
  }

  assert.deepEqual(wrong, [])
})

test('the first Tab leads to the page, past the navigation', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open('/ui/executions')

  await page.keyboard.press('Tab')
  await page.getByRole('link', { name: 'Skip to the page' }).waitFor()
  await page.keyboard.press('Enter')

  assert.equal(await page.evaluate('document.activeElement.id'), 'main')
  assert.deepEqual(problems, [])
  await close()
})

test(
  'the list of shortcuts and the palette open by keys, hold no barrier and close with Escape',
  { skip: NO_BROWSER },
  async () => {
    const { page, problems, close } = await open('/ui/executions')

    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Next row').waitFor()
    const first = await findBarriers(page)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search and commands' }).fill('dark')
    await page.getByRole('option', { name: /light and dark/ }).waitFor()
    const second = await findBarriers(page)
    await page.keyboard.press('Enter')

    assert.deepEqual([...first, ...second], [])
    assert.equal(await page.evaluate('document.documentElement.dataset.mantineColorScheme'), 'dark')
    assert.deepEqual(problems, [])
    await close()
  },
)

test('the palette finds flows, and runs what Enter chooses', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open('/ui/executions')

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search and commands' }).waitFor()
  await page.keyboard.type('hello-w')
  const flow = page.getByRole('option', { name: /hello-world/ })
  await flow.waitFor()
  const barriers = await findBarriers(page)
  await page.getByRole('combobox', { name: 'Search and commands' }).fill('>preferences')
  await flow.waitFor({ state: 'hidden' })
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Preferences' }).waitFor()

  assert.deepEqual([...barriers, ...problems], [])
  await close()
})

test('the rail is pinned and the scheme is kept over a reload', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open('/ui/executions')

  await page.keyboard.press('Control+b')
  await page.keyboard.press('Control+Shift+L')
  await page.reload()
  await settled(page)

  await page.getByRole('button', { name: 'Unpin the navigation' }).waitFor()
  assert.equal(await page.evaluate('document.documentElement.dataset.mantineColorScheme'), 'dark')
  assert.deepEqual(problems, [])
  await close()
})

test('text, chips and address of the filter are one', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open('/ui/executions')
  const rows = page.getByRole('table', { name: 'Executions' }).locator('tbody tr[aria-rowindex]')

  await page.keyboard.press('/')
  await page.keyboard.type('state:failed ns:tests')
  await page.keyboard.press('Enter')
  // It was in the list before, too: the others have to go.
  await rows.nth(1).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: /FAILED tests\.broken/ }).waitFor()

  assert.equal(new URL(page.url()).search, '?filters[state][EQUALS]=FAILED&filters[namespace][EQUALS]=tests')
  assert.equal(await rows.count(), 1)
  await page.getByRole('button', { name: 'Remove state:failed' }).click()
  await page.getByRole('link', { name: /PAUSED tests\.approval/ }).waitFor()
  await page.goBack()
  await page.getByRole('button', { name: 'Remove state:failed' }).waitFor()
  assert.deepEqual(problems, [])
  await close()
})

test('an address of an older Kestra gives the same rows and is written anew', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open('/ui/main/executions?state=FAILED&namespace=tests')

  await page.getByRole('link', { name: /FAILED tests\.broken/ }).waitFor()

  assert.equal(new URL(page.url()).pathname, '/ui/main/executions')
  assert.match(new URL(page.url()).search, /^\?filters\[state\]\[EQUALS\]=FAILED&filters\[namespace\]\[PREFIX\]=tests$/)
  assert.deepEqual(problems, [])
  await close()
})

test('rows are walked and selected by keys', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open('/ui/executions')

  for (const key of ['j', 'x', 'j', 'j', 'Shift+X']) await page.keyboard.press(key)

  await page.locator('tr[aria-selected=true]').nth(2).waitFor()
  assert.equal(await page.locator('tr[aria-selected=true]').count(), 3)
  assert.equal(await page.evaluate(`document.activeElement.closest('tr').getAttribute('aria-rowindex')`), '4')
  assert.deepEqual(problems, [])
  await close()
})
