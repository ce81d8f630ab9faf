// J32: people sign in at a real identity provider: what their groups there let them see here, the way out of both, and sessions that somebody ends, that
// the provider ends, and that end with the token.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startOidcProvider, type OidcProvider } from '../../services/oidc-provider.mjs'
import { NO_BROWSER, findBarriers, openBrowser, type Browser, type Page } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const ADMIN = { username: 'admin', password: 'the admin of this journey' }
const SECRET = 'a-secret-of-the-client-and-long-enough'
const skip = NO_BROWSER

let idp: OidcProvider
let server: BrowserServer
let browser: Browser
before(async () => {
  if (skip !== false) return
  idp = await startOidcProvider()
  server = await startServer({ config: configuration() })
  idp.serve(['kept', 'brief'].map(clientOf), { brief: 3 })
  idp.people.set('u-1', { preferred_username: 'ada', email: 'ada@example.com', groups: ['platform'] })
  idp.people.set('u-2', { preferred_username: 'bob', groups: [] })
  browser = await openBrowser()
  for (const namespace of ['company.sales', 'company.legal'])
    await asAdmin('POST', '/flows', flowOf(namespace), 'application/x-yaml')
  const group = (await asAdmin('POST', '/groups', { name: 'sales' })) as { readonly id: string }
  const binding = { type: 'GROUP', externalId: group.id, roleId: 'editor', namespaceId: 'company.sales' }
  await asAdmin('POST', '/bindings', binding)
})
after(async () => {
  if (skip !== false) return
  await browser.close()
  await server.stop()
  await idp.stop()
})

function configuration(): string {
  const provider = (more: object): object => ({
    issuer: idp.issuer,
    'client-secret': SECRET,
    scopes: ['openid', 'profile', 'email', 'groups'],
    groups: { platform: 'sales' },
    ...more,
  })
  const providers = {
    kept: provider({ 'client-id': 'kept' }),
    brief: provider({ 'client-id': 'brief', session: 'token' }),
  }
  return JSON.stringify({ kestra: { server: { 'basic-auth': ADMIN } }, 'sign-in': { providers } })
}

function clientOf(id: string): Parameters<OidcProvider['serve']>[0][number] {
  return {
    client_id: id,
    client_secret: SECRET,
    redirect_uris: [`${server.address}/oauth/callback/${id}`],
    post_logout_redirect_uris: [`${server.address}/ui/login`],
    backchannel_logout_uri: `${server.address}/oauth/backchannel-logout/${id}`,
    backchannel_logout_session_required: true,
  }
}

function flowOf(namespace: string): string {
  const task = '{ id: say, type: io.kestra.plugin.core.log.Log, message: hello }'
  return `id: report\nnamespace: ${namespace}\ntasks:\n  - ${task}\n`
}

async function asAdmin(method: string, path: string, body?: unknown, type = 'application/json'): Promise<unknown> {
  const authorization = `Basic ${Buffer.from(`${ADMIN.username}:${ADMIN.password}`).toString('base64')}`
  const url = path.startsWith('/api/') ? path : `/api/v1/main${path}`
  const reply = await fetch(server.address + url, {
    method,
    headers: { authorization, 'content-type': type },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await reply.text()
  assert.ok(reply.ok, `${method} ${path} answered ${reply.status}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

async function newPage(): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.address, locale: 'en-GB', timezoneId: 'UTC' })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  return page
}

/** From the page of the sign-in, by its button, through the pages of the provider. */
async function signIn(page: Page, login: string, provider = 'kept'): Promise<void> {
  await page.locator(`a[href^="/oauth/login/${provider}"]`).click()
  await page.locator('input[name=login]').fill(login)
  await page.locator('input[name=password]').fill('any')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL(`${server.address}/ui/**`)
}

const onSignIn = (page: Page): Promise<void> => page.waitForURL(/\/ui\/login/)

/** What the API tells this browser. */
async function statusOf(page: Page, path: string): Promise<number> {
  return (await page.request.get(`${server.address}/api/v1/main${path}`)).status()
}

test(
  'who is not signed in is asked who they are, signs in at the provider and comes back to where they were going',
  { skip },
  async () => {
    const page = await newPage()
    await page.goto('/ui/flows')
    await onSignIn(page)

    await signIn(page, 'u-1')

    await page.waitForURL(/\/ui\/(main\/)?flows/)
    await page.getByRole('link', { name: 'report' }).first().waitFor()
    await page.context().close()
  },
)

test('groups of the provider decide what is seen, and what is not seen is not there', { skip }, async () => {
  const [ada, bob] = [await newPage(), await newPage()]
  for (const [page, login] of [
    [ada, 'u-1'],
    [bob, 'u-2'],
  ] as const) {
    await page.goto('/ui/flows')
    await onSignIn(page)
    await signIn(page, login)
  }

  await ada.goto('/ui/flows')
  await ada.getByText('company.sales').first().waitFor()
  assert.equal(await ada.getByText('company.legal').count(), 0)
  const flows = [await statusOf(ada, '/flows/company.sales/report'), await statusOf(ada, '/flows/company.legal/report')]
  assert.deepEqual(flows, [200, 404])
  assert.equal(await statusOf(bob, '/flows/company.sales/report'), 404)
  await Promise.all([ada.context().close(), bob.context().close()])
})

test('signing out leads through the provider, and back shows nothing any more', { skip }, async () => {
  const page = await newPage()
  await page.goto('/ui/flows')
  await onSignIn(page)
  await signIn(page, 'u-1')
  await page.getByRole('link', { name: 'report' }).first().waitFor()
  const cookies = await page.context().cookies(server.address)
  const session = cookies.find(({ name }) => name === 'batuta-session')
  assert.deepEqual([session?.httpOnly, session?.sameSite], [true, 'Lax'])

  await page.evaluate(`location.assign('/logout')`)
  await page.getByRole('button', { name: /sign me out/i }).click()
  await onSignIn(page)

  assert.equal(await statusOf(page, '/flows/company.sales/report'), 401)
  await page.goBack()
  await page.goto('/ui/flows')
  await onSignIn(page)
  await page.context().close()
})

test('a session that an administrator ends is over with the next thing one does', { skip }, async () => {
  const page = await newPage()
  await page.goto('/ui/flows')
  await onSignIn(page)
  await signIn(page, 'u-2')
  const users = (await asAdmin('GET', '/api/v1/users?size=100')) as {
    readonly results: readonly { readonly id: string; readonly username: string }[]
  }
  const bob = users.results.find(({ username }) => username === 'bob')
  assert.ok(bob)

  await asAdmin('DELETE', `/api/v1/users/${bob.id}/refresh-token`)

  assert.equal(await statusOf(page, '/flows/search'), 401)
  await page.goto('/ui/executions')
  await onSignIn(page)
  await page.context().close()
})

test('signing out at the provider ends the session here', { skip }, async () => {
  const page = await newPage()
  await page.goto('/ui/flows')
  await onSignIn(page)
  await signIn(page, 'u-1')
  const there = await page.context().newPage()

  await there.goto(`${idp.issuer}/session/end?client_id=kept`)
  await there.getByRole('button', { name: /sign me out/i }).click()
  await there.getByText(/sign-out success/i).waitFor()

  assert.equal(await statusOf(page, '/flows/search'), 401)
  await page.context().close()
})

test('a session that ends with the token does', { skip }, async () => {
  const page = await newPage()
  await page.goto('/ui/flows')
  await onSignIn(page)
  const opening = page.waitForResponse(reply => reply.url().includes('/oauth/callback/brief'))
  await signIn(page, 'u-1', 'brief')
  assert.match((await (await opening).allHeaders())['set-cookie'] ?? '', /^batuta-session=./m)

  // As long as the token lives, which the provider of this test says: three seconds.
  for (let status = 200; status !== 401; status = await statusOf(page, '/flows/search')) assert.equal(status, 200)

  await page.goto('/ui/flows')
  await onSignIn(page)
  await page.context().close()
})

test('a sign-in that was called off at the provider is told in words', { skip }, async () => {
  const page = await newPage()
  await page.goto('/oauth/login/kept')
  await page.getByRole('link', { name: /cancel/i }).click()

  await page.waitForURL(/\/ui\/login\?error=denied/)
  await page
    .getByText(/called off|declined|cancel/i)
    .first()
    .waitFor()
  await page.context().close()
})

test('whoever runs the server sees how people sign in, and asks a provider, without a secret', { skip }, async () => {
  const page = await newPage()
  await page.goto('/ui/admin/iam/sign-in')
  await page.getByLabel('User name').fill(ADMIN.username)
  await page.getByLabel(/^Password/).fill(ADMIN.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()

  const provider = page.getByRole('region', { name: 'Identity provider Kept' })
  await provider.getByText(idp.issuer).first().waitFor()
  await provider.getByText('with a secret').waitFor()
  await provider.getByText('platform').waitFor()
  await provider.getByRole('button', { name: 'Ask it now' }).click()
  await provider.getByText(`It answers and fits: ${idp.issuer}`).waitFor()

  assert.equal((await page.content()).includes(SECRET), false)
  assert.deepEqual(await findBarriers(page), [])
  await page.context().close()
})
