// J35: a change is kept as a draft while what is published runs on, is published when it is ready, and is thrown away and brought back; two who write one
// draft lose nothing.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { NO_BROWSER, findBarriers, openBrowser, openTab, type Browser, type Look, type Tab } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

const flow = (id: string, format: string): string =>
  `id: ${id}\nnamespace: tests\ntasks:\n  - id: say\n    type: io.kestra.plugin.core.debug.Return\n    format: ${format}\n`

async function openAt(path: string, look: Look = 'light'): Promise<Tab> {
  const tab = await openTab(browser, server.address, look)
  await tab.page.goto(path)
  await tab.page.locator('.cm-content').waitFor()
  return tab
}

async function writeFormat(page: Page, word: string): Promise<void> {
  await page.locator('.cm-line', { hasText: 'format:' }).click()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+End')
  await page.keyboard.type(`format: ${word}`)
  await page.getByText('● not saved').waitFor()
  await page.getByText('No problems. The server would accept it.').waitFor()
}

async function keepAsDraft(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More ways to save' }).click()
  await page.getByRole('menuitem', { name: 'Save as draft' }).click()
  await page.getByText('This is a draft: triggers and executions go on with revision 1.').waitFor()
}

/** An earlier draft has said so as well: only this tells that there is nothing left to keep. */
async function kept(page: Page): Promise<void> {
  await page.getByText('● not saved').waitFor({ state: 'detached' })
}

async function published(id: string): Promise<{ readonly revision: number; readonly source: string }> {
  return (await server.call('GET', `/flows/tests/${id}?source=true`)) as Awaited<ReturnType<typeof published>>
}

async function ran(id: string): Promise<string> {
  const execution = (await server.call('GET', `/executions/${await server.run(`tests/${id}`)}`)) as {
    readonly taskRunList: readonly { readonly outputs: { readonly value: string } }[]
  }
  return execution.taskRunList[0]?.outputs.value ?? ''
}

test('J35: a draft changes nothing that runs until it is published', { skip: NO_BROWSER }, async () => {
  await server.call('POST', '/flows', flow('calm', 'first'))
  const { page, problems, close } = await openAt('/ui/flows/edit/tests/calm/edit')

  await writeFormat(page, 'second')
  await keepAsDraft(page)
  await page.waitForURL(/draft=true/)
  assert.equal(await ran('calm'), 'first')
  assert.equal((await published('calm')).revision, 1)
  assert.deepEqual(await findBarriers(page), [])

  await writeFormat(page, 'third')
  await page.keyboard.press('Control+s')
  await kept(page)
  await page.reload()
  await page.locator('.cm-line', { hasText: 'format: third' }).waitFor()
  await page.getByRole('button', { name: 'Show revision 1' }).click()
  await page.locator('.cm-line', { hasText: 'format: first' }).waitFor()
  await page.getByRole('button', { name: 'Open the draft' }).click()
  await page.locator('.cm-line', { hasText: 'format: third' }).waitFor()

  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByText('Saved as revision 2.').waitFor()
  await page.getByText('This is a draft').waitFor({ state: 'detached' })
  await page.locator('.cm-line', { hasText: 'format: third' }).waitFor()
  assert.equal(await ran('calm'), 'third')
  assert.deepEqual(await server.call('GET', '/flow-drafts'), [])
  assert.deepEqual(problems, [])
  await close()
})

test('J35: a draft is marked in the list, thrown away, and brought back', { skip: NO_BROWSER }, async () => {
  await server.call('POST', '/flows', flow('thrown', 'first'))
  const { page, problems, close } = await openAt('/ui/flows/edit/tests/thrown/edit')
  await writeFormat(page, 'second')
  await keepAsDraft(page)

  await page.goto('/ui/flows')
  await page
    .getByRole('row', { name: /thrown/ })
    .getByText('draft', { exact: true })
    .waitFor()
  await page.goto('/ui/flows/edit/tests/thrown/edit?draft=true')
  await page.getByRole('button', { name: 'More ways to save' }).click()
  await page.getByRole('menuitem', { name: 'Throw the draft away' }).click()
  await page.locator('.cm-line', { hasText: 'format: first' }).waitFor()
  assert.deepEqual(await server.call('GET', '/flow-drafts'), [])
  await page.getByRole('button', { name: 'Undo', exact: true }).last().click()
  await page.getByRole('button', { name: 'Open the draft' }).click()

  await page.locator('.cm-line', { hasText: 'format: second' }).waitFor()
  assert.deepEqual(problems, [])
  await close()
})

test('J35: a flow begins as a draft and is born when it is published', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openAt('/ui/flows/new?template=parallel&namespace=tests')
  await page.locator('.cm-line', { hasText: 'id: ' }).first().click()
  await page.keyboard.press('End')
  await page.keyboard.type('_unborn')
  await page.getByRole('button', { name: 'More ways to save' }).click()
  await page.getByRole('menuitem', { name: 'Save as draft' }).click()
  await page.getByText('until it is published nothing can run or trigger it').waitFor()

  await page.goto('/ui/flows')
  await page.getByRole('link', { name: /_unborn/ }).click()
  await page.getByText('No problems. The server would accept it.').waitFor()
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.waitForURL(/flows\/edit\/tests\/\w+_unborn\/edit/)

  assert.deepEqual(
    ((await server.call('GET', '/flow-drafts')) as readonly { readonly id: string }[]).filter(({ id }) =>
      id.endsWith('_unborn'),
    ),
    [],
  )
  assert.deepEqual(problems, [])
  await close()
})

test('J35: two who write one draft merge, and nothing is lost', { skip: NO_BROWSER }, async () => {
  await server.call('POST', '/flows', flow('both', 'first'))
  const one = await openAt('/ui/flows/edit/tests/both/edit')
  await writeFormat(one.page, 'from_one')
  await keepAsDraft(one.page)
  const two = await openAt('/ui/flows/edit/tests/both/edit?draft=true')
  await writeFormat(two.page, 'from_two')
  await two.page.keyboard.press('Control+s')
  await kept(two.page)

  await one.page.locator('.cm-content').click()
  await one.page.keyboard.press('Control+End')
  await one.page.keyboard.type('description: one wrote this')
  await one.page.keyboard.press('Control+s')
  const dialog = one.page.getByRole('dialog', { name: 'Somebody else has saved it in the meantime' })
  await dialog.getByText('Both changes fit together').waitFor()
  await dialog.getByRole('button', { name: 'Save the merged text' }).click()
  await dialog.waitFor({ state: 'detached' })
  await kept(one.page)

  const { source } = (await server.call('GET', '/flows/tests/both/draft')) as { readonly source: string }
  assert.equal(source, `${flow('both', 'from_two')}description: one wrote this\n`)
  assert.equal((await published('both')).source, flow('both', 'first'))
  assert.deepEqual(
    one.problems.filter(problem => !problem.includes('412')),
    [],
  )
  await one.close()
  await two.close()
})

test('J35: a draft is read and published on a narrow screen', { skip: NO_BROWSER }, async () => {
  await server.call('POST', '/flows', flow('narrow', 'first'))
  const draft = await fetch(`${server.address}/api/v1/main/flows/tests/narrow/draft`, {
    method: 'PUT',
    headers: { 'content-type': 'application/x-yaml' },
    body: flow('narrow', 'second'),
  })
  assert.equal(draft.status, 200)
  const { page, problems, close } = await openAt('/ui/flows/edit/tests/narrow/edit?draft=true', 'narrow')

  await page.getByText('This is a draft').waitFor()
  assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
  await page.getByRole('button', { name: 'Publish', exact: true }).click()
  await page.getByText('Saved as revision 2.').waitFor()

  assert.deepEqual(problems, [])
  await close()
})
