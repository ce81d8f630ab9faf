// J34: a policy is written, told what is wrong with it where that is, saved as one that only warns, shows what breaks it, is enforced, and then holds a
// flow up; it is taken away and brought back. Those of a namespace stand with the namespace.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser, type Page } from '../browser.ts'
import { openPeople, signIn } from '../people.ts'
import { startServer, type BrowserServer } from '../server.ts'

const VIEWER = 'ada@example.com'
const flow = (id: string, more = ''): string => `
id: ${id}
namespace: company.team
${more}
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: hello }
`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  await server.call('POST', '/flows', flow('owned', 'labels: { owner: ada }'))
  await server.call('POST', '/flows', flow('orphan'))
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

async function textOf(page: Page): Promise<string> {
  return (await page.locator('.cm-line').allTextContents()).join('\n')
}

test('J34: a policy is tried, enforced, taken away and brought back', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/admin/policies')
  await page.waitForURL('**/ui/admin/instance/policies')
  await page.getByText('No policies here').waitFor()
  await page.getByRole('button', { name: 'New policy' }).first().click()
  const source = page.getByRole('textbox', { name: 'Source of the policy' })
  const verdict = page.getByRole('region', { name: 'What breaks it' })
  const save = page.getByRole('button', { name: /^Save/ })

  // What is wrong is told with its line, and is not saved.
  await source.click()
  const begun = await textOf(page)
  await page.keyboard.press('Control+End')
  await page.keyboard.type('  - type: Forbid\n')
  const problem = page.getByRole('region', { name: 'Problems' }).getByRole('button', { name: /rules\[1\]\.type/ })
  await problem.waitFor()
  assert.match((await problem.textContent()) ?? '', /Line 10\D/)
  assert.equal(await save.getAttribute('aria-disabled'), 'true')
  for (let undone = 0; undone < 20 && (await textOf(page)) !== begun; undone++) await page.keyboard.press('Control+z')
  assert.equal(await textOf(page), begun)
  await page.getByText('No problems.').waitFor()

  // As it begins, it only warns.
  await page.keyboard.press('Control+s')
  await page.waitForURL('**/policies/edit/tenant/owned-flows')
  await verdict.getByText('One of 2 saved flows breaks it. Nothing is held back').waitFor()
  await verdict.getByRole('link', { name: 'company.team / orphan' }).waitFor()
  assert.equal(await verdict.getByRole('link', { name: 'company.team / owned' }).count(), 0)
  await server.call('POST', '/flows', flow('another'))

  // Enforced, it refuses.
  const saved = (await server.call('GET', '/policies/owned-flows')) as { readonly source: string }
  const text = saved.source.replace('enforcement: EVALUATE', 'enforcement: ACTIVE')
  await source.click()
  await page.keyboard.press('Control+a')
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`)
  await page.keyboard.press('Control+v')
  await verdict.getByText('what you have changed counts once it is saved').waitFor()
  await page.keyboard.press('Control+s')
  await verdict.getByText('2 of 3 saved flows break it. None of them could be saved or run.').waitFor()
  await assert.rejects(server.call('POST', '/flows', flow('third')), /policy-violation|Say whom to ask/)

  // Gone, and back.
  await settled(page)
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.waitForURL('**/ui/admin/instance/policies')
  await page.getByText('No policies here').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('link', { name: 'owned-flows' }).click()
  await page.waitForURL('**/policies/edit/tenant/owned-flows')

  assert.deepEqual(problems, [])
  await close()
})

test('J34: the policies of a namespace stand with it', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/namespaces/edit/company.team/policies')
  await page.getByRole('button', { name: 'New policy' }).first().click()
  await page.getByText('Holds for company.team and what is below it').waitFor()
  await page.getByRole('textbox', { name: 'Source of the policy' }).click()
  await page.keyboard.press('Control+s')
  await page.waitForURL(/policies\/edit\/(:|%3A)company\.team\/owned-flows/)
  const barriers = await findBarriers(page)
  await page.getByRole('navigation', { name: 'Breadcrumb' }).getByRole('link', { name: 'Policies' }).click()
  await page.getByRole('link', { name: 'owned-flows' }).waitFor()

  assert.deepEqual(barriers, [])
  assert.deepEqual(problems, [])
  await close()
})

test('J34: who may not see policies is told what is missing', { skip: NO_BROWSER }, async () => {
  const asking = await startServer()
  try {
    const people = await openPeople(asking)
    await people.add({ username: VIEWER, firstName: 'Ada', lastName: 'Lovelace', role: 'viewer', namespace: 'company' })
    const { page, problems, close } = await openTab(browser, asking.address)
    await signIn(page, VIEWER)
    await page.goto('/ui/admin/instance/policies')
    await page.getByText('You need TENANT_SETTINGS:READ').waitFor()
    await page.goto('/ui/namespaces/edit/company.team/policies')
    await page.getByText('You need POLICY:READ in company.team').waitFor()

    // Before she signs in she is asked who she is.
    const others = problems.filter(problem => !problem.includes('status of 401'))
    assert.deepEqual(others, [])
    await close()
  } finally {
    await asking.stop()
  }
})
