// J1: a fresh folder, one click, and the run is there. Nothing to fill in, nobody else is asked.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser, type Look } from './browser.ts'
import { startServer } from './server.ts'

interface Listed {
  readonly results: readonly { readonly id: string; readonly state: { readonly current: string } }[]
}

const END_MAX_MS = 20_000

let browser: Browser
before(async () => {
  if (NO_BROWSER === false) browser = await openBrowser()
})
after(async () => {
  if (NO_BROWSER === false) await browser.close()
})

for (const look of ['light', 'narrow'] satisfies readonly Look[]) {
  test(`J1: one click on Run starts the first example, ${look}`, { skip: NO_BROWSER }, async t => {
    const server = await startServer()
    const { page, problems, close } = await openTab(browser, server.address, look)
    t.after(async () => {
      await close()
      await server.stop()
    })
    await page.goto('/')
    await page.getByRole('heading', { name: 'Welcome to Batuta' }).waitFor()
    await settled(page)
    const barriers = await findBarriers(page)

    await page.getByRole('button', { name: 'Run: Hello, parallel' }).click()
    await page.waitForURL(/\/ui\/executions\/tutorial\/hello-parallel\/[A-Za-z0-9]{22}/)
    await page.getByRole('complementary', { name: 'That was your first run' }).waitFor({ timeout: END_MAX_MS })

    const { results } = (await server.call('GET', '/executions/search?namespace=tutorial')) as Listed
    assert.deepEqual(
      results.map(({ state }) => state.current),
      ['SUCCESS'],
    )
    assert.deepEqual([...barriers, ...(await findBarriers(page)), ...problems], [])
  })
}

test(
  'the welcome can be done by keyboard, and does not come again once it was sent away',
  { skip: NO_BROWSER },
  async () => {
    const server = await startServer()
    const { page, problems, close } = await openTab(browser, server.address)
    await page.goto('/ui/')
    await page.getByRole('button', { name: 'View code: Fail & fix' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Fail & fix' }).getByText('id: fail-and-fix').waitFor()
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Don’t show this again' }).press('Enter')
    await page.waitForURL(url => !url.pathname.endsWith('/welcome') && !url.pathname.endsWith('/ui/'))
    await page.goto('/ui/')
    await page.waitForURL(url => !url.pathname.endsWith('/ui/'))

    assert.ok(!page.url().endsWith('/welcome'))
    assert.deepEqual(problems, [])
    await close()
    await server.stop()
  },
)
