// J26. Every address that Kestra ever had leads to a page, with its tabs and in front of it the tenant; every link of the page answers; what is unknown names
// what is near.
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

const EXECUTION_TABS = ['overview', 'gantt', 'logs', 'topology', 'outputs', 'metrics', 'dependencies', 'auditlogs']
const FLOW_TABS =
  'overview topology executions editor edit revisions triggers logs metrics dependencies concurrency auditlogs'
const NAMESPACE_TABS =
  'overview editor files flows executions dependencies kv edit variables plugin-defaults secrets audit-logs'

function kestraRoutes({ failed }: Seed): readonly string[] {
  return [
    ...[
      '/welcome',
      '/welcome/success',
      '/setup',
      '/login',
      '/dashboards',
      '/dashboards/default',
      '/dashboards/default/edit',
    ],
    ...[
      '/flows',
      '/flows/search?q=hello',
      '/flows/new',
      '/flows/new?copy=examples.hello-world',
      '/executions',
      '/taskruns',
    ],
    ...['/logs', '/namespaces', '/kv', '/secrets', '/plugins', '/plugins/groups/core', '/plugins/groups/core/log'],
    ...[
      '/blueprints/flow/community',
      '/plugins/io.kestra.plugin.core.log.Log',
      '/plugins/io.kestra.plugin.core.log.Log/1.0.0',
    ],
    ...['/docs/index', '/templates', '/templates/edit/tests/old', '/settings', '/preferences', '/search'],
    ...['/admin/triggers', '/admin/triggers/manage', '/admin/triggers/add', '/admin/stats', '/admin/stats/executions'],
    ...[
      '/admin/concurrency-limits',
      '/admin/mcp-servers',
      '/apps',
      '/tests',
      '/assets',
      '/admin/iam',
      '/admin/tenants',
    ],
    ...['/admin/auditlogs', '/admin/instance', '/admin/quotas', '/admin/policies', '/deploy/targets'],
    '/flows/edit/examples/hello-world/revisions?revisionLeft=1&revisionRight=1',
    ...EXECUTION_TABS.map(tab => `/executions/tests/broken/${failed}/${tab}`),
    ...FLOW_TABS.split(' ').map(tab => `/flows/edit/examples/hello-world/${tab}`),
    ...NAMESPACE_TABS.split(' ').map(tab => `/namespaces/edit/tests/${tab}`),
  ]
}

/** The heading of the page that an address comes to. */
async function headingAt(page: Page, path: string): Promise<string> {
  await page.goto(`/ui${path}`)
  await settled(page)
  const heading = page.getByRole('main').getByRole('heading', { level: 1 })
  await heading.waitFor()
  return await heading.innerText()
}

test('J26: every route and tab of Kestra resolves, with and without the tenant', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  const lost: string[] = []

  for (const [index, path] of kestraRoutes(seeded).entries()) {
    const prefix = index % 2 === 0 ? '/main' : ''
    const heading = await headingAt(page, `${prefix}${path}`)
    // What there is not here is explained: only an address that nobody knows is lost.
    if (heading === '' || (await page.getByText('There is nothing at').count()) > 0) lost.push(path)
  }

  assert.deepEqual(lost, [])
  assert.deepEqual(problems, [])
  await close()
})

/** What differs from row to row: one of each is enough. */
function kindOf(href: string): string {
  return href
    .replace(/\/executions\/[^/?]+\/[^/?]+\/[^/?]+/, '/executions/*')
    .replace(/\/flows\/edit\/[^/?]+\/[^/?]+/, '/flows/edit/*')
    .replace(/\/namespaces\/edit\/[^/?]+/, '/namespaces/edit/*')
    .replace(/\/plugins\/[^/?]+/, '/plugins/*')
    .replace(/\/blueprints\/[^?]+/, '/blueprints/*')
    .replace(/\?.*$/, '')
}

test('J26: every link of the pages answers', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  const seen = new Map<string, string>([['/ui/dashboards', '/ui/dashboards']])
  const lost: string[] = []

  for (const [, href] of seen) {
    await page.goto(href)
    await settled(page)
    const heading = page.getByRole('main').getByRole('heading', { level: 1 })
    await heading.waitFor()
    if ((await heading.innerText()) === 'Not found') lost.push(href)
    const links = await page
      .locator('a[href^="/ui"]')
      .evaluateAll(found =>
        (found as { getAttribute(name: string): string | null }[]).map(a => a.getAttribute('href') ?? ''),
      )
    for (const link of links) if (!seen.has(kindOf(link))) seen.set(kindOf(link), link)
  }

  assert.ok(seen.size > 40, `${seen.size} kinds of links`)
  assert.deepEqual(lost, [])
  assert.deepEqual(problems, [])
  await close()
})

test('J26: what is unknown names what is near, and holds no barrier', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)

  await page.goto('/ui/executons')
  await page.getByRole('link', { name: 'Did you mean Executions?' }).waitFor()
  await page.goto('/ui/flow/tests/hello-world')
  const near = page.getByRole('region', { name: 'Of a name like that' })
  await near.getByRole('link', { name: 'hello-world' }).waitFor()
  const barriers = await findBarriers(page)
  await near.getByRole('link', { name: 'hello-world' }).click()
  await page.getByRole('heading', { level: 1, name: 'hello-world' }).waitFor()

  assert.deepEqual([...barriers, ...problems], [])
  await close()
})
