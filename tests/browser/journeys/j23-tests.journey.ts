// J23: a test is recorded from an execution, holds, fails after a change and shows what was expected and what came; as a guard it keeps the change out.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser, type Page } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const flow = (greeting: string): string => `id: greet
namespace: tests
inputs:
  - { id: name, type: STRING, defaults: Ada }
tasks:
  - id: say
    type: io.kestra.plugin.core.debug.Return
    format: "${greeting}, {{ inputs.name }}!"
  - id: choose
    type: io.kestra.plugin.core.flow.If
    condition: "{{ inputs.name == 'nobody' }}"
    then:
      - { id: alone, type: io.kestra.plugin.core.debug.Return, format: alone }
outputs:
  - { id: greeting, type: STRING, value: "{{ outputs.say.value }}" }
`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  await server.call('POST', '/flows', flow('Hello'))
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

/** A suite recorded from the execution, under an id of its own. */
async function saveAndRun(
  page: Page,
  { id, execution }: { readonly id: string; readonly execution: string },
): Promise<void> {
  await page.goto(`/ui/tests/new?execution=${execution}`)
  await page.locator('.cm-line', { hasText: 'id: greet-recorded' }).click()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+End')
  await page.keyboard.insertText(`id: ${id}`)
  await page.getByText('No problems.').waitFor()
  await page.getByRole('button', { name: /^Save and run/ }).click()
}

test(
  'J23: a recorded test fails after a change, shows the difference, and keeps it out',
  { skip: NO_BROWSER },
  async () => {
    const id = await server.run('tests/greet')
    const { page, problems, close } = await openTab(browser, server.address)
    await page.goto(`/ui/executions/tests/greet/${id}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Record as test' }).click()
    await page.getByText(`Recorded from the execution ${id}`).waitFor()
    await page.getByText('No problems.').waitFor()
    await page.getByRole('button', { name: /^Save and run/ }).click()
    await page.waitForURL('**/tests/tests/greet-recorded')
    const results = page.getByRole('region', { name: 'Results' })
    const recorded = results.getByRole('region', { name: 'Case recorded' })
    await recorded.getByText('Success').first().waitFor()
    await results.getByText('2 of 3 tasks').waitFor()
    await results.getByText('alone', { exact: true }).waitFor()

    await server.call('PUT', '/flows/tests/greet', flow('Goodbye'))
    await page.getByRole('button', { name: /^Run Ctrl/ }).click()
    await recorded.getByText('Expected').first().waitFor()
    await recorded.getByText('Hello, Ada!').first().waitFor()
    await recorded.getByText('Goodbye, Ada!').first().waitFor()
    assert.deepEqual(await findBarriers(page), [])

    await server.call('PUT', '/flows/tests/greet', flow('Hello'))
    await page.getByRole('button', { name: 'More of this suite' }).click()
    await page.getByRole('menuitem', { name: 'Let it guard saving' }).click()
    await page.getByText('guards saving').first().waitFor()

    await page.goto('/ui/flows/edit/tests/greet/edit')
    await page.locator('.cm-line', { hasText: 'Hello' }).click()
    await page.keyboard.press('Home')
    await page.keyboard.press('Shift+End')
    await page.keyboard.insertText('format: "Goodbye, {{ inputs.name }}!"')
    await page.getByText('No problems. The server would accept it.').waitFor()
    await page.keyboard.press('Control+s')
    await page.getByText('the test suite "greet-recorded", which is required, does not hold').first().waitFor()

    const { revision } = (await server.call('GET', '/flows/tests/greet')) as { readonly revision: number }
    assert.equal(revision, 3)
    assert.deepEqual(
      problems.filter(problem => !problem.includes('422')),
      [],
    )
    await close()
  },
)

test('J23: all suites are run from their list', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/tests')
  await settled(page)
  await page.getByRole('button', { name: 'Run all' }).click()
  await page.getByText('1 of 1 suites hold').waitFor()
  await page.goto('/ui/flows/edit/tests/greet/tests')
  await page.getByRole('region', { name: 'Covered tasks' }).getByText('2 of 3 tasks').waitFor()

  assert.deepEqual(problems, [])
  await close()
})

test('J23: a new suite whose first run is not answered says so on its own page', { skip: NO_BROWSER }, async () => {
  const id = await server.run('tests/greet')
  const { page, close } = await openTab(browser, server.address)
  await page.route(/\/tests\/tests\/greet-late\/run$/, async route => {
    await page.waitForURL('**/tests/tests/greet-late')
    await settled(page)
    await route.abort()
  })
  await saveAndRun(page, { id: 'greet-late', execution: id })
  await page.getByText('The suite could not be run.').waitFor()

  await close()
})

test(
  'J23: the first result of a new suite is shown, though the list of results was read before it',
  { skip: NO_BROWSER },
  async () => {
    const id = await server.run('tests/greet')
    const { page, problems, close } = await openTab(browser, server.address)
    const isRun = page.waitForResponse(response => response.url().endsWith('/tests/tests/greet-early/run'))
    await page.route(
      /\/tests\/results\/search/,
      async route => {
        const response = await route.fetch()
        await isRun
        await route.fulfill({ response })
      },
      { times: 1 },
    )
    await page.route(/\/tests\/tests\/greet-early\/run$/, async route => {
      await page.waitForRequest(/\/tests\/results\/search/)
      await route.continue()
    })
    await saveAndRun(page, { id: 'greet-early', execution: id })
    await page.getByRole('region', { name: 'Case recorded' }).getByText('Success').first().waitFor()

    assert.deepEqual(problems, [])
    await close()
  },
)
