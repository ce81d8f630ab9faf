// J13: what a flow asks is answered from the inbox on a phone, and by a link without login and without scripts; the second answer is told that it is decided.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const PAYOUT = `
id: payout
namespace: tests
inputs:
  - { id: amount, type: INT, defaults: 12400 }
tasks:
  - id: approve
    type: io.kestra.plugin.core.flow.Pause
    description: May **this** be paid out?
    onResume:
      - { id: approved, type: BOOL, defaults: true, displayName: Pay it out }
      - { id: reason, type: STRING, displayName: Why }
  - { id: pay, type: io.kestra.plugin.core.log.Log, message: "{{ outputs.approve.onResume.reason }}" }
`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  await server.call('POST', '/flows', PAYOUT)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

async function start(): Promise<string> {
  const { id } = (await server.call('POST', '/executions/tests/payout')) as { readonly id: string }
  return id
}

async function reasonOf(id: string): Promise<unknown> {
  const { taskRunList } = (await server.call('GET', `/executions/${id}`)) as {
    readonly taskRunList: readonly { readonly outputs?: { readonly onResume?: { readonly reason?: string } } }[]
  }
  return taskRunList[0]?.outputs?.onResume?.reason
}

test('J13: it is answered from the inbox on a phone', { skip: NO_BROWSER }, async () => {
  const id = await start()
  const { page, problems, close } = await openTab(browser, server.address, 'narrow')
  await page.goto('/ui/inbox')
  await settled(page)
  await page
    .getByRole('link', { name: /payout/ })
    .first()
    .click()
  const panel = page.getByRole('region', { name: 'payout' })
  await panel.getByLabel('Why').fill('on the phone')
  await panel.getByRole('button', { name: /^Continue/ }).click()
  await page.getByText('Nothing waits for you.').waitFor()

  assert.equal(await reasonOf(id), 'on the phone')
  assert.equal(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), false)
  assert.deepEqual(problems, [])
  await close()
})

test('J13: a link answers without login and without scripts, once', { skip: NO_BROWSER }, async () => {
  const id = await start()
  const inbox = await openTab(browser, server.address)
  await inbox.page.goto('/ui/inbox')
  await settled(inbox.page)
  await inbox.page.getByRole('button', { name: 'Link for somebody else' }).click()
  const link = await inbox.page.getByRole('dialog').locator('code').innerText()

  const bare = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 360, height: 780 },
    baseURL: server.address,
  })
  const [one, two] = [await bare.newPage(), await bare.newPage()]
  await one.goto(link)
  await two.goto(link)
  await one.getByLabel('Why').fill('by the link')
  await one.getByRole('button', { name: 'Send the answer' }).click()
  await one.getByRole('heading', { name: 'This is already decided' }).waitFor()
  await two.getByLabel('Why').fill('too late')
  await two.getByRole('button', { name: 'Send the answer' }).click()
  await two.getByText('Somebody was quicker').waitFor()

  assert.equal(await reasonOf(id), 'by the link')
  await two.getByText('a link', { exact: true }).waitFor()
  await bare.close()
  assert.deepEqual(inbox.problems, [])
  await inbox.close()
})

test('J13: the page of a link has no barriers, light, dark and narrow', { skip: NO_BROWSER }, async () => {
  const id = await start()
  const { url } = (await server.call('POST', `/human-tasks/${id}/link?taskRunId=${id}-0`)) as { readonly url: string }
  for (const look of ['light', 'dark', 'narrow'] as const) {
    const { page, problems, close } = await openTab(browser, server.address, look)
    await page.goto(url)
    await page.getByRole('heading', { name: 'Your answer is awaited' }).waitFor()

    assert.deepEqual(await findBarriers(page), [], look)
    assert.equal(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), false)
    assert.deepEqual(problems, [])
    await close()
  }
})
