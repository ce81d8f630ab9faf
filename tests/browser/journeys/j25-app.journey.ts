// J25: an app is made of a flow in its menu; its page is public, asks for no login, works on a phone, and shows what came out.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const ORDER = `
id: order
namespace: tests
description: Orders something from the shop.
inputs:
  - { id: article, type: STRING, displayName: Which article? }
  - { id: count, type: INT, min: 1, defaults: 2, displayName: How many? }
  - { id: is_gift, type: BOOL, defaults: false, displayName: Is it a gift? }
  - { id: card, type: STRING, displayName: What shall be on the card?, dependsOn: { inputs: [is_gift], condition: "{{ inputs.is_gift }}" } }
tasks:
  - { id: pack, type: io.kestra.plugin.core.flow.Sleep, duration: PT1S }
  - { id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.count }} × {{ inputs.article }}, {{ inputs.card ?? 'no card' }}" }
outputs:
  - { id: receipt, type: STRING, value: "{{ outputs.say.value }}", displayName: Your receipt }
`
const PAGE_BYTES_MAX = 60_000

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  await server.call('POST', '/flows', ORDER)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

async function addressOf(): Promise<string> {
  const { results } = (await server.call('GET', '/apps/search')) as {
    readonly results: readonly { readonly uid: string }[]
  }
  return `/ui/a/${results[0]?.uid ?? ''}`
}

test('J25: a flow gets an app from its menu', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/flows/edit/tests/order')
  await settled(page)
  await page.getByRole('button', { name: /More/ }).last().click()
  await page.getByRole('menuitem', { name: 'Make an app of it' }).click()
  await page.waitForURL('**/apps/new?flow=tests/order')
  const preview = page.frameLocator('iframe')
  await preview.getByLabel('Which article?').waitFor()
  await page.getByText('No problems.').waitFor()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('whoever has its address can use it').waitFor()
  await page.waitForURL('**/apps/edit/*')
  assert.deepEqual(await findBarriers(page), [])
  await page.goto('/ui/apps')
  await page.getByRole('link', { name: 'Order', exact: true }).waitFor()

  assert.deepEqual(problems, [])
  await close()
})

test('J25: its page takes what is asked on a phone, and shows what came of it', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address, 'narrow')
  const answer = await page.goto(await addressOf())
  assert.ok(((await answer?.body())?.length ?? Infinity) < PAGE_BYTES_MAX)
  assert.deepEqual(await findBarriers(page), [])

  await page.getByRole('button', { name: 'Submit' }).click()
  await page.getByText('Some fields need another look.').waitFor()
  await page.getByLabel('Which article?').fill('tea')
  await page.getByRole('group', { name: 'Is it a gift?' }).getByLabel('Yes').check()
  await page.getByLabel('What shall be on the card?').fill('Get well!')
  await page.getByRole('button', { name: 'Submit' }).click()
  await page.getByText('Your receipt').waitFor()
  await page.getByText('2 × tea, Get well!').waitFor()

  assert.equal(await page.evaluate('document.documentElement.scrollWidth > innerWidth'), false)
  assert.deepEqual(await findBarriers(page), [])
  assert.deepEqual(
    problems.filter(problem => !problem.includes('422')),
    [],
  )
  await close()
})

test('J25: it works where no script runs', { skip: NO_BROWSER }, async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: server.address })
  const page = await context.newPage()
  await page.goto(await addressOf())
  await page.getByLabel('Which article?').fill('coffee')
  await page.getByRole('button', { name: 'Submit' }).click()
  await page.getByText('2 × coffee, no card').waitFor()

  assert.match(page.url(), /\?run=/)
  await context.close()
})
