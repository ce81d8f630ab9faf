// J22: a dashboard is made by its form and is the same as YAML; what is wrong with a chart stays in its card; CSV has the rows that are shown.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser, type Page } from '../browser.ts'
import { seed } from '../seed.ts'
import { startServer, type BrowserServer } from '../server.ts'

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

async function fillForm(page: Page): Promise<void> {
  const form = page.getByRole('region', { name: 'Form' })
  await form.getByLabel('Id', { exact: true }).fill('team')
  await form.getByLabel('Title', { exact: true }).fill('The team')
  await form.getByRole('button', { name: 'Add a chart' }).click()
  await page.getByRole('menuitem', { name: 'Add Bar' }).click()
  await form.getByLabel('Name', { exact: true }).fill('By flow')
  await form.getByRole('group', { name: 'Column namespace' }).getByLabel('Field').selectOption('FLOW_ID')
  await form.getByLabel('Width of twelve').fill('8')
  await form.getByRole('button', { name: 'Add a condition' }).click()
  await form.getByLabel('Field of condition 1').selectOption('NAMESPACE')
  await form.getByLabel('Value of condition 1').fill('examples')
}

/** As CSV, and as the table shows them. */
async function takeRows(page: Page): Promise<{ readonly csv: string; readonly shown: readonly (readonly string[])[] }> {
  const chart = page.getByRole('region', { name: 'By flow' })
  await chart.getByRole('button', { name: 'What can be done with By flow' }).click()
  const downloading = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Download as CSV' }).click()
  const csv = readFileSync(await (await downloading).path(), 'utf8')
  await chart.getByRole('button', { name: 'What can be done with By flow' }).click()
  await page.getByRole('menuitem', { name: 'Show as table' }).click()
  const table = page.getByRole('table', { name: 'Rows of By flow' })
  await table.getByRole('row').nth(1).waitFor()
  const shown = await table
    .getByRole('row')
    .evaluateAll(rows => rows.slice(1).map(row => [...row.querySelectorAll('td')].map(cell => cell.textContent.trim())))
  return { csv, shown }
}

test('J22: a dashboard made by its form is the same as YAML, on home and as CSV', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/dashboards')
  await page.getByRole('button', { name: 'Choose a dashboard' }).click()
  await page.getByRole('menuitem', { name: 'New dashboard' }).click()
  await fillForm(page)
  const preview = page.getByRole('region', { name: 'Preview' }).getByRole('region', { name: 'By flow' })
  await preview.getByRole('link', { name: 'hello-world' }).waitFor()
  const barriers = await findBarriers(page)
  await page.getByText('No problems. The server would accept it.').waitFor()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('The team is saved.').waitFor()

  const saved = (await server.call('GET', '/dashboards/team')) as { readonly sourceCode: string }
  const chart = page.getByRole('region', { name: 'By flow' })
  await chart.getByRole('link', { name: 'hello-world' }).waitFor()
  const { csv, shown } = await takeRows(page)

  await page.getByRole('button', { name: 'Choose a dashboard' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Show on Home' }).click()
  await page.goto('/ui/dashboards')
  await page.getByRole('heading', { level: 1, name: 'The team' }).waitFor()
  await page.getByRole('button', { name: 'Choose a dashboard' }).click()
  await page.getByRole('menuitemradio', { name: 'Home' }).click()
  await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor()
  await close()

  assert.match(saved.sourceCode, /title: The team/)
  assert.match(saved.sourceCode, /displayName: By flow\n\s+width: 8/)
  assert.match(saved.sourceCode, /field: NAMESPACE\n\s+type: EQUAL_TO\n\s+value: "examples"/)
  const lines = csv.trim().split('\r\n').slice(1)
  assert.deepEqual(
    lines.map(line => line.split(',').map(cell => cell.toLowerCase())),
    shown.map(cells => cells.map(cell => cell.toLowerCase())),
  )
  assert.ok(lines.some(line => /hello-world,SUCCESS,12/.test(line)))
  assert.deepEqual(barriers, [])
  assert.deepEqual(problems, [])
})

test('J22: what is wrong with a chart stays in its card and stands in the code', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  const asked: number[] = []
  page.on('request', request => {
    if (request.method() === 'POST' && request.url().endsWith('/charts')) asked.push(1)
  })
  await page.goto('/ui/dashboards/default')
  await page.getByRole('region', { name: 'By namespace' }).getByRole('link', { name: 'examples' }).waitFor()
  const calls = asked.length

  await page.goto('/ui/dashboards/default/edit')
  await settled(page)
  const preview = page.getByRole('region', { name: 'Preview' })
  await preview.getByRole('region', { name: 'By namespace' }).getByRole('link', { name: 'examples' }).waitFor()
  await page.getByRole('button', { name: 'Code', exact: true }).click()
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+End')
  await page.locator('.cm-line', { hasText: 'field: NAMESPACE' }).click()
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.type('X')
  const wrong = preview.getByRole('region', { name: 'By namespace' })
  await wrong.getByText('This chart could not be drawn.').waitFor()
  await preview.getByRole('region', { name: 'By state' }).getByRole('link', { name: 'Success' }).waitFor()
  const told = await page.getByRole('region', { name: 'Problems' }).innerText()
  const isDisabled = await page.getByRole('button', { name: 'Save', exact: true }).getAttribute('aria-disabled')
  await close()

  assert.equal(calls, 1, 'the charts in sight come in one call')
  assert.match(told, /charts\[\d\]\.data\.columns\.namespace/)
  assert.equal(isDisabled, 'true')
  assert.deepEqual(problems, [])
})
