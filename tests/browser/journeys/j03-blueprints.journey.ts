// J3: each of the blueprints is pasted into the editor: it is valid or all its problems are listed with their lines; it is saved, drawn, and run.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const SOURCES = ['blueprints', 'examples'].flatMap(folder =>
  readdirSync(join(ROOT, folder))
    .filter(file => file.endsWith('.yaml'))
    .map(file => readFileSync(join(ROOT, folder, file), 'utf8')),
)
/** These need a database, a model, a channel, a subflow that is saved before, or a file of somebody else; that they begin is enough. */
const ALONE = new Set(['postgres-etl', 'ask-an-api', 'subflow-parent', 'ai-reviews', 'failure-alert', 'failure-ticket'])
/** Its address is asked for, and nobody gives one here. */
const ASKING = new Set(['csv-report'])
/** What the others come to, where it is no success. */
const ENDS: Readonly<Record<string, string>> = {
  'fail-and-fix': 'FAILED',
  'clean-up-whatever-happens': 'FAILED',
  'go-on-after-a-failure': 'WARNING',
  'approve-by-a-human': 'PAUSED',
  'four-eyes': 'PAUSED',
}
const PATIENCE_MS = 60_000

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

interface Named {
  readonly id: string
  readonly namespace: string
}

function nameOf(source: string): Named {
  const field = (key: string): string => new RegExp(`^${key}: *(\\S+)`, 'm').exec(source)?.[1] ?? ''
  return { id: field('id'), namespace: field('namespace') }
}

async function paste(page: Page, source: string): Promise<void> {
  await page.goto('/ui/flows/new?template=empty')
  await page.locator('.cm-content').click()
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(source)})`)
  await page.keyboard.press('Control+v')
  const problems = page.getByRole('region', { name: 'Problems' })
  // What is only warned of is listed and no obstacle.
  await problems
    .getByText('The server would accept it.')
    .or(problems.getByRole('button', { name: /Line \d+/i }).first())
    .waitFor()
}

interface ExecutionState {
  readonly state: { readonly current: string }
}

/** Until it ends or waits for a person. */
async function stateOf(id: string): Promise<string> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const { state } = (await server.call('GET', `/executions/${id}`)) as ExecutionState
    const isOver = ['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED'].includes(state.current)
    const isAsking = state.current === 'PAUSED' && (await isAskingSomebody(id))
    if (isOver || isAsking || Date.now() > deadline) return state.current
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

async function isAskingSomebody(id: string): Promise<boolean> {
  const { results } = (await server.call('GET', '/human-tasks')) as {
    readonly results: readonly { readonly executionId: string }[]
  }
  return results.some(({ executionId }) => executionId === id)
}

test('J3: at least thirty blueprints come with the program', { skip: NO_BROWSER }, async () => {
  const tab = await openTab(browser, server.address)
  await tab.page.goto('/ui/blueprints')
  await settled(tab.page)
  await tab.page.getByText(`${SOURCES.length} blueprints`).waitFor()

  assert.ok(SOURCES.length >= 30)
  assert.deepEqual(tab.problems, [])
  await tab.close()
})

test('J3: one that is used is in the editor as it is', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/blueprints?q=dependencies')
  await page
    .getByRole('navigation', { name: 'Blueprints' })
    .getByRole('link', { name: /^Steps with dependencies/ })
    .click()
  await page.getByRole('button', { name: 'Use', exact: true }).click()
  await page.waitForURL('**/flows/new?blueprintId=steps-with-dependencies')
  await page.locator('.cm-line', { hasText: 'id: steps-with-dependencies' }).waitFor()

  assert.deepEqual(problems, [])
  await close()
})

test('J3: all problems of a broken one are listed with their lines', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  const broken = (SOURCES.find(source => nameOf(source).id === 'choose-by-value') ?? '')
    .replace('type: SELECT', 'type: SELECTED')
    .replace('core.flow.Switch', 'core.flow.Swich')
  await page.goto('/ui/flows/new?template=empty')
  await page.locator('.cm-content').click()
  await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(broken)})`)
  await page.keyboard.press('Control+v')
  const list = page.getByRole('region', { name: 'Problems' })
  const lineOf = (text: string): number => broken.split('\n').findIndex(line => line.includes(text)) + 1
  for (const text of ['SELECTED', 'Swich'])
    await list
      .getByRole('button', { name: new RegExp(`Line ${lineOf(text)}\\b`, 'i') })
      .first()
      .waitFor()

  assert.deepEqual(problems, [])
  await close()
})

for (const source of SOURCES) {
  const { id, namespace } = nameOf(source)
  test(`J3: ${id} is pasted, accepted, saved, drawn and run`, { skip: NO_BROWSER }, async () => {
    const { page, problems, close } = await openTab(browser, server.address)
    await paste(page, source)
    await page.keyboard.press('Control+s')
    await page.waitForURL(`**/flows/edit/${namespace}/${id}/edit`)
    await page.goto(`/ui/flows/edit/${namespace}/${id}/topology`)
    const first = /^tasks:\n(?:.*\n)*?\s*- \{? *id: *([\w-]+)/m.exec(source)?.[1] ?? ''
    await page.locator('.react-flow__node', { hasText: first }).first().waitFor()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: `Run ${id}` })
    if (ASKING.has(id)) {
      await dialog.waitFor()
      assert.deepEqual(problems, [])
      return await close()
    }
    if (/^inputs:/m.test(source)) await dialog.getByRole('button', { name: /^Run/ }).click()
    await page.waitForURL(new RegExp(`/ui/executions/${namespace}/${id}/`))

    if (!ALONE.has(id)) assert.equal(await stateOf(page.url().split(/[/?]/)[7] ?? ''), ENDS[id] ?? 'SUCCESS')
    assert.deepEqual(problems, [])
    await close()
  })
}
