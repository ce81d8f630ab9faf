// J19: a viewer, an editor and an admin of one namespace walk through all pages: nothing of another namespace is shown to them, what they may not see is
// said to be so, and no button is dead without its reason – or alive for what its press would be refused.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Locator, Page, Request, Response } from 'playwright-core'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { openPeople, signIn } from '../people.ts'
import { ROUTES } from '../routes.ts'
import { seed, type Seed } from '../seed.ts'
import { startServer, type BrowserServer } from '../server.ts'

const CANARY = 'canary-of-the-board'
const SALARIES = `id: salaries
namespace: company.board
description: ${CANARY}
labels: { of: ${CANARY} }
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: ${CANARY} }
`
/** Pages of before the sign-in. */
const STRANGERS = ['login', 'setup']
/** What a button begins with that changes something for others. */
const CHANGES =
  /^(new|save|run|delete|edit|upload|import|restart|replay|kill|approve|reject|start|stop|create|invite|give|revoke|restore|enable|disable|purge|rename|move|resume|pause|unlock|add|set)\b/i
/** Of one's own: views, the rail, what is written and not saved, what is only looked at. */
const OWN = [
  /^save (as|this|view|these inputs)/i,
  /^new (token|view)/i,
  /^run(-created| at)/i,
  /^start (of|page|time|typing)/i,
  /^move .* (up|down)$/i,
  /^add (a (task( here)?|block|chart|field|number|condition)|timeseries|bar|pie|table|kpi|markdown)$/i,
  /^(import|pause|edit|edit in the form)$/i,
]

const PEOPLE = {
  viewer: { username: 'vera@example.com', firstName: 'Vera', lastName: 'Molnar' },
  editor: { username: 'edith@example.com', firstName: 'Edith', lastName: 'Clarke' },
  admin: { username: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' },
} as const
type Role = keyof typeof PEOPLE

/** On the page a button of this name: whether it is alive, by role. What is switched off names the permission. */
const BUTTONS: readonly {
  readonly page: string
  readonly button: string
  readonly need: string
  readonly may: readonly Role[]
}[] = [
  { page: '/ui/flows', button: 'New flow', need: 'FLOW:CREATE', may: ['editor', 'admin'] },
  { page: '/ui/flows/edit/tests/approval', button: 'Run', need: 'EXECUTION:CREATE', may: ['editor', 'admin'] },
  { page: '/ui/namespaces/edit/tests/files', button: 'New file', need: 'FILE:CREATE', may: ['editor', 'admin'] },
  { page: '/ui/namespaces/edit/tests/variables', button: 'Set variables', need: 'NAMESPACE:UPDATE', may: ['admin'] },
  { page: '/ui/apps', button: 'New app', need: 'APP:CREATE', may: ['editor', 'admin'] },
]

let server: BrowserServer
let browser: Browser
let seeded: Seed
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  seeded = await seed(server)
  await server.call('POST', '/flows', SALARIES)
  await server.run('company.board/salaries')
  await server.call('PUT', '/namespaces/company.board/kv/bonus', JSON.stringify(CANARY))
  const people = await openPeople(server)
  for (const [role, person] of Object.entries(PEOPLE)) await people.add({ ...person, role, namespace: 'tests' })
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

interface Switch {
  readonly name: string
  readonly isOff: boolean
  /** Of one that is off. */
  readonly reason: string
}

/** Buttons and entries of menus, those of closed menus too. */
async function switchesOf(page: Page): Promise<readonly Switch[]> {
  return (await page.evaluate(`[...document.querySelectorAll('button, [role^=menuitem]')].map(button => ({
    name: (button.getAttribute('aria-label') ?? button.textContent).trim(),
    isOff: button.disabled || button.ariaDisabled === 'true',
    reason: button.getAttribute('data-tip') ?? button.querySelector('[class*=why]')?.textContent ?? '',
  }))`)) as readonly Switch[]
}

/** An answer is here a moment before the page tells of it. */
async function isThere(what: Locator): Promise<boolean> {
  return await what.waitFor({ state: 'attached' }).then(
    () => true,
    () => false,
  )
}

/** Until the page knows who looks at it, nothing of it is switched off. */
async function isRecognised(page: Page): Promise<void> {
  await settled(page)
  await page.getByRole('button', { name: 'Account of' }).waitFor()
}

async function textOf(reply: Response): Promise<string> {
  try {
    return await reply.text()
  } catch {
    return '' // The page has gone on, and the browser has let it go.
  }
}

for (const role of ['viewer', 'editor', 'admin'] as const)
  test(`J19: ${role} of a namespace over all pages`, { skip: NO_BROWSER }, async () => {
    const { page, problems, close } = await openTab(browser, server.address)
    await signIn(page, PEOPLE[role].username)
    const found: string[] = []
    let refused: string[] = []
    /** An answer to a page that was left is none of the next one's. */
    const askers = new WeakMap<Request, string[]>()
    page.on('request', request => askers.set(request, refused))
    page.on('response', reply => {
      const { pathname } = new URL(reply.url())
      if (!pathname.startsWith('/api/') || pathname.endsWith('/live')) return
      if (reply.status() === 403) askers.get(reply.request())?.push(pathname)
      void textOf(reply).then(text => {
        if (text.includes(CANARY)) found.push(`${pathname} tells of another namespace`)
      })
    })

    for (const { name, path } of ROUTES.filter(route => !STRANGERS.includes(route.name))) {
      refused = []
      await page.goto(path(seeded))
      await isRecognised(page)
      const said = page.getByText(/You need [A-Z_]+:[A-Z]+|Not allowed here|may not see|not one of yours/).first()
      if (refused.length > 0 && !(await isThere(said))) found.push(`${name}: nothing is said of ${refused.join(', ')}`)
      if (refused.some(path => path.endsWith('/resume/validate')))
        found.push(`${name} asks for a form that nobody may send`)
      if ((await page.content()).includes(CANARY)) found.push(`${name} shows another namespace`)
      const switches = await switchesOf(page)
      for (const { name: button, isOff, reason } of switches) {
        const isOwn = OWN.some(pattern => pattern.test(button))
        if (isOff && (reason === '' || reason === button))
          found.push(`${name}: “${button}” is dead and does not say why`)
        if (role === 'viewer' && !isOff && CHANGES.test(button) && !isOwn) found.push(`${name}: “${button}” is alive`)
      }
    }
    await close()

    assert.deepEqual([...new Set(found)], [])
    assert.deepEqual(
      problems.filter(problem => !/status of 40[134]/.test(problem)),
      [],
    )
  })

test(
  'J19: what a role may do is alive, what it may not says which permission is missing',
  { skip: NO_BROWSER },
  async () => {
    for (const role of ['viewer', 'editor', 'admin'] as const) {
      const { page, close } = await openTab(browser, server.address)
      await signIn(page, PEOPLE[role].username)
      for (const { page: path, button: name, need, may } of BUTTONS) {
        await page.goto(path)
        await isRecognised(page)
        const button = page.getByRole('main').getByRole('button', { name, exact: true }).first()
        await button.waitFor()
        const isOff = (await button.getAttribute('aria-disabled')) === 'true'
        assert.equal(isOff, !may.includes(role), `${role}, ${path}: ${name}`)
        if (!isOff) continue
        await button.hover()
        await page.getByRole('tooltip').getByText(`You need ${need}`).waitFor()
      }
      await close()
    }
  },
)

test('J19: an editor runs a flow of the namespace, and none of another', { skip: NO_BROWSER }, async () => {
  const { page, close } = await openTab(browser, server.address)
  await signIn(page, PEOPLE.editor.username)
  await page.goto('/ui/flows/edit/tests/broken')
  await settled(page)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^Run/ }).click()
  await page.waitForURL(/\/ui\/(main\/)?executions\/tests\/broken\//)

  await page.goto('/ui/flows/edit/company.board/salaries')
  await settled(page)
  await page
    .getByText(/not found|no flow|nothing here|there is no/i)
    .first()
    .waitFor()
  assert.equal((await page.content()).includes(CANARY), false)
  await close()
})
