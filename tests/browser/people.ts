// Users of a server that asks who one is: the first one is made as the page of the set-up makes it, the others as an administrator makes them.
import type { Page } from './browser.ts'
import type { BrowserServer } from './server.ts'

/** Long, and in no list of what leaks. */
export const PASSWORD = 'correct horse battery staple 7'
export const ADMIN = 'grace@example.com'

export interface People {
  /** As the administrator. */
  call(method: string, path: string, body?: unknown): Promise<unknown>
  /** Makes a user with a role in a namespace; returns the id. */
  add(user: NewPerson): Promise<string>
}

export interface NewPerson {
  readonly username: string
  readonly firstName: string
  readonly lastName: string
  readonly role?: string
  readonly namespace?: string
}

/** From now on everybody has to sign in. */
export async function openPeople(server: BrowserServer): Promise<People> {
  const headers = {
    authorization: `Basic ${Buffer.from(`${ADMIN}:${PASSWORD}`).toString('base64')}`,
    'content-type': 'application/json',
  }
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const reply = await fetch(`${server.address}/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  await call('POST', '/setup', { username: ADMIN, password: PASSWORD, firstName: 'Grace', lastName: 'Hopper' })
  const add = async ({ username, role, namespace, ...names }: NewPerson): Promise<string> => {
    const { id } = (await call('POST', '/users', { email: username, password: PASSWORD, ...names })) as { id: string }
    if (role !== undefined)
      await call('POST', '/main/bindings', {
        type: 'USER',
        externalId: id,
        roleId: role,
        ...(namespace === undefined ? {} : { namespaceId: namespace }),
      })
    return id
  }
  return { call, add }
}

/** By the page, as people do. */
export async function signIn(page: Page, username: string, password: string = PASSWORD): Promise<void> {
  await page.goto('/ui/login')
  await page.getByLabel('User name or e-mail').fill(username)
  await page.getByLabel(/^Password/).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Account of' }).waitFor()
}
