// J-access: the first set-up with its token; a viewer, who sees what she may and no more; a token, made and shown once; and what Ada may do here, and why.
// Before that, the way in: who comes without a session is led to the page of sign-in and back, and whose session ends signs in over the page.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser, type Tab } from '../browser.ts'
import { ADMIN, PASSWORD, openPeople, signIn, type People } from '../people.ts'
import { startServer, type BrowserServer } from '../server.ts'

const ADA = 'ada@example.com'
const FLOW = `
id: orders
namespace: company.team
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, message: hello }
`
const ELSEWHERE = FLOW.replace('company.team', 'company.board').replace('orders', 'salaries')
/** Any way in from outside makes a server one that others reach: it asks for its token on every address. */
const REACHABLE = `
server: { trust-proxy: [10.9.9.9] }
sign-in: { ways: [password, proxy], proxy: {} }
`

let browser: Browser
let server: BrowserServer
let people: People
let ada = ''
before(async () => {
  if (NO_BROWSER !== false) return
  browser = await openBrowser()
  server = await startServer()
  await server.call('POST', '/flows', FLOW)
  await server.call('POST', '/flows', ELSEWHERE)
  people = await openPeople(server)
  ada = await people.add({
    username: ADA,
    firstName: 'Ada',
    lastName: 'Lovelace',
    role: 'viewer',
    namespace: 'company.team',
  })
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

/** The browser itself tells of every answer that is a refusal. */
function others({ problems }: Tab, ...statuses: readonly number[]): readonly string[] {
  return problems.filter(problem => !statuses.some(status => problem.includes(`status of ${status}`)))
}

test('J-access: first set-up', { skip: NO_BROWSER }, async () => {
  const fresh = await startServer({ config: REACHABLE })
  try {
    const tab = await openTab(browser, fresh.address)
    const { page } = tab
    await page.goto('/ui/flows')
    await page.getByRole('heading', { name: 'Set up Batuta' }).waitFor()
    const barriers = await findBarriers(page)
    const token = /set-up token[^\n]*?: ([\w-]{20,})/.exec(fresh.printed())?.[1]
    assert.ok(token, fresh.printed())

    await page.getByLabel('Set-up token').fill('wrong-token')
    await page.getByLabel('User name').fill(ADMIN)
    await page.getByLabel(/^Password/).fill(PASSWORD)
    await page.getByText('Strong.').waitFor()
    await page.getByRole('button', { name: 'Create account and sign in' }).click()
    await page.getByText('The server does not know this token.').waitFor()
    await page.getByLabel('Set-up token').fill(token)
    await page.getByRole('button', { name: 'Create account and sign in' }).click()
    await page.getByRole('button', { name: 'Account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor()
    await page.goto('/ui/setup')
    await page.getByText('This server is set up.').waitFor()
    await tab.close()

    assert.deepEqual(barriers, [])
    assert.deepEqual(others(tab, 403, 503, 401), [])
  } finally {
    await fresh.stop()
  }
})

test('whoever comes without a session is led to the sign-in and back', { skip: NO_BROWSER }, async () => {
  const tab = await openTab(browser, server.address)
  const { page } = tab
  await page.goto('/ui/flows/edit/company.team/orders/topology?view=table')
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  const barriers = await findBarriers(page)
  await page.getByLabel('User name or e-mail').fill(ADA)
  await page.getByLabel(/^Password/).fill('not it')
  await page.keyboard.press('Enter')
  await page.getByText('That user name and password do not go together.').waitFor()
  await page.getByLabel(/^Password/).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/ui/flows/edit/company.team/orders/topology?view=table')
  await page.getByRole('heading', { name: 'orders' }).waitFor()

  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByText('You are signed out.').waitFor()
  await page.goto('/ui/flows')
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await tab.close()

  assert.deepEqual(barriers, [])
  assert.deepEqual(others(tab, 401), [])
})

test('whose session ends signs in over the page, and keeps what was typed', { skip: NO_BROWSER }, async () => {
  const tab = await openTab(browser, server.address)
  const { page } = tab
  await signIn(page, ADMIN)
  await page.goto('/ui/kv?new=true')
  const form = page.getByRole('dialog')
  await form.getByLabel('Namespace').fill('company.team')
  await form.getByLabel('Key', { exact: false }).first().fill('cursor')
  await form.getByLabel('Value').fill('42')
  await page.context().clearCookies()

  await form.getByRole('button', { name: 'Save' }).click()
  const over = page.getByRole('dialog', { name: 'Your session has ended' })
  await over.getByLabel(/^Password/).fill(PASSWORD)
  await over.getByRole('button', { name: 'Sign in' }).click()
  await over.waitFor({ state: 'detached' })
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved cursor.').waitFor()
  await tab.close()

  assert.deepEqual(others(tab, 401), [])
})

test('a viewer sees what she may and no more', { skip: NO_BROWSER }, async () => {
  const tab = await openTab(browser, server.address)
  const { page } = tab
  await signIn(page, ADA)
  await page.goto('/ui/flows')
  await page.getByRole('link', { name: 'orders' }).first().waitFor()
  assert.equal(await page.getByText('salaries').count(), 0)
  const rail = page.getByRole('navigation', { name: 'Main' }).first()
  await rail.getByRole('link', { name: 'Flows' }).waitFor()
  for (const hidden of ['Secrets', 'KV', 'Access', 'Audit'])
    assert.equal(await rail.getByRole('link', { name: hidden, exact: true }).count(), 0, hidden)

  const create = page.getByRole('button', { name: 'New flow' })
  assert.equal(await create.getAttribute('aria-disabled'), 'true')
  await create.hover()
  await page.getByRole('tooltip').getByText('You need FLOW:CREATE').waitFor()
  await create.click({ force: true })
  assert.equal(new URL(page.url()).pathname, '/ui/flows')

  await page.goto('/ui/flows/edit/company.team/orders')
  await settled(page)
  assert.equal(await page.getByRole('button', { name: 'Run', exact: true }).getAttribute('aria-disabled'), 'true')
  const asked: string[] = []
  page.on('request', request => asked.push(new URL(request.url()).pathname))
  await page.goto('/ui/flows?run=company.team/orders')
  await page.getByRole('dialog').getByText('You need EXECUTION:CREATE in company.team').first().waitFor()
  await settled(page)
  assert.deepEqual(
    asked.filter(path => path.includes('/validate')),
    [],
    'what would be refused is asked for',
  )
  await page.goto('/ui/admin/iam/users')
  await page.getByText('You may not see this').waitFor()
  await page.getByText('You need USER:READ').waitFor()
  await page.getByRole('link', { name: 'What may I do?' }).click()
  await page.getByText('You are Ada Lovelace.').waitFor()
  const barriers = await findBarriers(page)
  await tab.close()

  assert.deepEqual(barriers, [])
  assert.deepEqual(others(tab, 401, 403, 404), [])
})

test('a token is made and shown once', { skip: NO_BROWSER }, async () => {
  const tab = await openTab(browser, server.address)
  const { page } = tab
  await signIn(page, ADA)
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('menuitem', { name: 'Tokens' }).click()
  await page.getByRole('button', { name: 'New token' }).click()
  const form = page.getByRole('dialog', { name: 'New token' })
  await form.getByLabel('Name').fill('from the command line')
  await form.getByLabel('Look only').check()
  await form.getByRole('button', { name: 'Create' }).click()
  const shown = page.getByRole('dialog', { name: 'Token “from the command line”' })
  const token = await shown.getByRole('status').first().textContent()
  await shown.getByRole('button', { name: 'Copy' }).last().click()
  await shown.getByRole('button', { name: 'Copied' }).waitFor()
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), token)
  const barriers = await findBarriers(page)

  const me = await fetch(`${server.address}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(((await me.json()) as { profile: { username: string } }).profile.username, ADA)

  await shown.getByRole('button', { name: 'Done' }).click()
  await page.reload()
  await page.getByText('from the command line').waitFor()
  assert.equal((await page.content()).includes(token ?? '?'), false)
  await page.getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('Revoked the token').waitFor()
  const after = await fetch(`${server.address}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })
  await tab.close()

  assert.equal(after.status, 401)
  assert.deepEqual(barriers, [])
  assert.deepEqual(others(tab, 401), [])
})

test('what may Ada do here and why', { skip: NO_BROWSER }, async () => {
  const { id: group } = (await people.call('POST', '/main/groups', { name: 'data', membersId: [ada] })) as {
    id: string
  }
  const editor = { type: 'GROUP', externalId: group, roleId: 'editor', namespaceId: 'company.team' }
  await people.call('POST', '/main/bindings', editor)
  const tab = await openTab(browser, server.address)
  const { page } = tab
  await signIn(page, ADMIN)

  await page.goto(`/ui/admin/iam/explain?who=${ada}&what=FLOW:UPDATE&ns=company.team`)
  const answer = page.getByText('Yes: Ada Lovelace may FLOW:UPDATE in company.team')
  await answer.waitFor()
  await answer.locator('..').getByRole('link', { name: 'data' }).waitFor()
  await answer.locator('..').getByRole('link', { name: 'Editor' }).waitFor()
  const barriers = await findBarriers(page)

  await page.getByLabel('in namespace').fill('company.board')
  await page.getByText('No: Ada Lovelace may not FLOW:UPDATE in company.board').waitFor()
  await page.getByRole('button', { name: 'SECRET: See: no' }).click()
  await page.getByText('No: Ada Lovelace may not SECRET:READ in company.board').waitFor()

  await page.goto(`/ui/admin/auditlogs?resource=GROUP`)
  await page.getByText('Chain unbroken').waitFor()
  await page.getByRole('link', { name: /Made GROUP/ }).click()
  await page.getByRole('dialog').getByText('What changed').waitFor()
  const more = await findBarriers(page)
  await tab.close()

  assert.deepEqual([...barriers, ...more], [])
  assert.deepEqual(others(tab, 401), [])
})
