// J20. The palette alone, by keyboard: forty actions on the right objects, each seen to have been done; what cannot be done says why and does nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser, type Page } from '../browser.ts'
import { seed, type Seed } from '../seed.ts'
import { startServer, type BrowserServer } from '../server.ts'

let server: BrowserServer
let browser: Browser
let seeded: Seed
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  seeded = await seed(server)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

/** Types into the palette and presses Enter once what is wanted is chosen, walking down to it if it is not the first. */
async function run(page: Page, text: string, wanted: string | RegExp): Promise<void> {
  const box = page.getByRole('combobox', { name: 'Search and commands' })
  await page.keyboard.press('Control+k')
  await box.waitFor()
  await page.keyboard.type(text)
  await choose(page, wanted)
}

async function choose(page: Page, wanted: string | RegExp): Promise<void> {
  const option = page.getByRole('option', { name: wanted }).first()
  await option.waitFor()
  for (let step = 0; (await option.getAttribute('aria-selected')) !== 'true'; step += 1) {
    assert.ok(step < 60, `${wanted} cannot be reached`)
    await page.keyboard.press('ArrowDown')
  }
  await page.keyboard.press('Enter')
}

const PLACES: readonly (readonly [title: string, path: string])[] = [
  ['Home', '/dashboards'],
  ['Flows', '/flows'],
  ['Executions', '/executions'],
  ['Logs', '/logs'],
  ['Calendar', '/calendar'],
  ['Inbox', '/inbox'],
  ['Namespaces', '/namespaces'],
  ['KV store', '/kv'],
  ['Secrets', '/secrets'],
  ['Files', '/files'],
  ['Blueprints', '/blueprints'],
  ['Plugins', '/plugins'],
  ['Triggers', '/admin/triggers'],
  ['Administration', '/admin/instance'],
  ['Preferences', '/preferences'],
  ['Search', '/search'],
  ['Incidents', '/incidents'],
  ['Expressions', '/expressions'],
]

test('J20: eighteen places are gone to', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/executions?filters[state][EQUALS]=FAILED')
  await settled(page)

  for (const [title, path] of PLACES) {
    await run(page, `>Go to ${title}`, new RegExp(`^Go to ${title}`))
    await page.waitForURL(url => url.pathname.startsWith(`/ui${path}`))
  }

  assert.deepEqual(problems, [])
  await close()
})

test('J20: what belongs to every page is done', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/executions')
  await settled(page)

  await run(page, '>light and dark', /Switch between light and dark/)
  await page.waitForFunction(`document.documentElement.dataset.mantineColorScheme === 'dark'`)
  await run(page, '>pin the nav', /^Pin the navigation/)
  await page.getByRole('button', { name: 'Unpin the navigation' }).waitFor()
  await run(page, '>bookmark', /^Bookmark this page/)
  await page.getByRole('list', { name: 'Bookmarks' }).getByRole('link', { name: 'Executions' }).waitFor()
  await run(page, '>bookmark', /^Remove the bookmark/)
  await page.getByRole('list', { name: 'Bookmarks' }).waitFor({ state: 'hidden' })
  await run(page, '>compact', /^Compact density/)
  await page.waitForFunction(`document.documentElement.dataset.density === 'compact'`)
  await run(page, '>utc', /^Show times in UTC/)
  await run(page, '>zone', /^Show times in the zone/)
  await run(page, '>live', /^Pause live updates/)
  await page
    .getByRole('banner')
    .getByRole('button', { name: /^Paused/ })
    .waitFor()
  await run(page, '>live', /^Continue live updates/)
  await page.getByRole('banner').getByRole('button', { name: /^Live/ }).waitFor()
  await run(page, '>copy the link', /^Copy the link/)
  await page.getByRole('status').getByText('Copied.').waitFor()
  await run(page, '>keyboard', /^Keyboard shortcuts/)
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await page.keyboard.press('Escape')
  await run(page, '>help', /^Help for this page/)
  const help = page.getByRole('complementary', { name: 'Help for this page' })
  await help.getByText('What ran, what failed, what is slow?').waitFor()
  const barriers = await findBarriers(page)
  await run(page, '>help', /^Help for this page/)
  await help.waitFor({ state: 'hidden' })

  assert.deepEqual([...barriers, ...problems], [])
  await close()
})

test('J20: prefixes find namespaces, labels, tasks, values and help', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto(`/ui/executions/tests/broken/${seeded.failed}`)
  await settled(page)

  await run(page, ':load', /^load/)
  await page.waitForURL(/task=load/)
  await run(page, '= [3, 1, 2] | sort | join("-")', /^1-2-3/)
  await page.getByRole('status').getByText('Copied.').first().waitFor()
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), '1-2-3')
  await run(page, '#team:data', /^team:data/)
  await page.waitForURL(url => url.search === '?filters[labels][EQUALS][team]=data')
  await page.getByRole('link', { name: /FAILED tests\.broken/ }).waitFor()
  await run(page, '@tests', /^tests/)
  await page.waitForURL(url => url.pathname === '/ui/namespaces/edit/tests')
  await run(page, '?secret', /^Secrets/)
  await page.getByRole('complementary', { name: 'Help for this page' }).getByText('What must nobody read?').waitFor()
  await run(page, 'parallel-and', /^parallel-and-loops/)
  await page.waitForURL(url => url.pathname === '/ui/flows/edit/examples/parallel-and-loops')
  await run(page, seeded.failed, new RegExp(seeded.failed))
  await page.waitForURL(url => url.pathname.endsWith(seeded.failed))

  assert.deepEqual(problems, [])
  await close()
})

test('J20: actions are done to the object that is open, and refused ones say why', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto(`/ui/executions/tests/broken/${seeded.failed}`)
  await settled(page)

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search and commands' }).waitFor()
  await page.keyboard.type('>kill')
  const kill = page.getByRole('option', { name: /^Kill.*only what goes on can be killed/ })
  await kill.waitFor()
  assert.equal(await kill.getAttribute('aria-disabled'), 'true')
  await page.keyboard.press('Enter')
  await kill.waitFor()
  await page.keyboard.press('Escape')
  await run(page, '>replay', /^Replay/)
  await page.getByRole('dialog', { name: 'Replay the execution' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await run(page, '>labels', /labels/i)
  await page.getByRole('dialog', { name: /labels/i }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })

  await run(page, '>run flow', /^Run flow…/)
  await page.getByRole('combobox', { name: 'Run which flow?' }).waitFor()
  await page.keyboard.type('brok')
  await page.getByRole('option', { name: /approval/ }).waitFor({ state: 'hidden' })
  await choose(page, /^broken/)
  await page.getByRole('dialog', { name: /broken/ }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })

  await run(page, 'warehouse', /^warehouse/)
  await page.getByRole('heading', { level: 1, name: 'warehouse' }).waitFor()
  await settled(page)
  // The page of the flow is there until the program of the list has come: it asks for nothing of what is gone.
  const isDeleted = page.waitForResponse(reply => reply.request().method() === 'DELETE')
  await page.route('**/assets/*.js', async route => {
    await isDeleted
    await route.continue()
  })
  await run(page, '>delete warehouse', /^Delete warehouse/)
  await page.getByRole('button', { name: 'Undo' }).waitFor()
  await page.unroute('**/assets/*.js')
  await page.goto('/ui/flows')
  await settled(page)
  await page
    .getByRole('link', { name: /approval/ })
    .first()
    .waitFor()
  assert.equal(await page.getByRole('link', { name: /warehouse/ }).count(), 0)
  await run(page, '>new flow', /^New flow/)
  await page.waitForURL(url => url.pathname === '/ui/flows/new')

  assert.deepEqual(problems, [])
  await close()
})
