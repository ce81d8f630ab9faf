// J24: the session ends while somebody writes; they sign in over the page, what they wrote is still there and is saved; who signs out leaves nothing of
// it in this browser. The sign-in at a provider is J32's.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { ADMIN, PASSWORD, openPeople, signIn } from '../people.ts'
import { startServer, type BrowserServer } from '../server.ts'

const FLOW = `id: written
namespace: tests
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: before
`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  await server.call('POST', '/flows', FLOW)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

test(
  'J24: a session that ends costs nobody what they wrote, and one that is over leaves nothing',
  { skip: NO_BROWSER },
  async () => {
    const people = await openPeople(server)
    const { page, problems, close } = await openTab(browser, server.address)
    await signIn(page, ADMIN)
    await page.goto('/ui/flows/edit/tests/written/edit')
    await settled(page)
    await page.locator('.cm-line', { hasText: 'message: before' }).click()
    await page.keyboard.press('End')
    await page.keyboard.type(' and after')
    await page.getByText('not saved').first().waitFor()

    // Somebody ends all of their sessions elsewhere.
    await people.call('DELETE', '/me/sessions')
    await page.keyboard.press('ControlOrMeta+s')
    const over = page.getByRole('dialog', { name: 'Your session has ended' })
    await over.getByLabel(/^Password/).fill(PASSWORD)
    await over.getByRole('button', { name: 'Sign in' }).click()
    await over.waitFor({ state: 'detached' })
    await page.locator('.cm-line', { hasText: 'message: before and after' }).click()
    await page.keyboard.press('ControlOrMeta+s')
    await page.getByText('Saved as revision 2.').waitFor()
    const saved = (await people.call('GET', '/main/flows/tests/written?source=true')) as { readonly source: string }
    assert.match(saved.source, /message: before and after/)

    // What is not saved yet is kept in this browser for as long as somebody is signed in, and not for who comes next.
    await page.keyboard.press('End')
    await page.keyboard.type(', and never')
    const kept = async (): Promise<string> =>
      (await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })')) as string
    await page.evaluate(`new Promise(resolve => {
      const isKept = () => Object.values(localStorage).some(text => text.includes('and never'))
      const look = () => (isKept() ? resolve() : requestAnimationFrame(look))
      look()
    })`)
    await page.getByRole('button', { name: 'Account of' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByText('There are changes of one flow').waitFor()
    await page.getByRole('button', { name: 'Delete and sign out' }).click()
    await page.getByText('You are signed out.').waitFor()
    assert.doesNotMatch(await kept(), /written|before and after|Grace/)
    const cookies = await page.context().cookies()
    assert.deepEqual(
      cookies.filter(({ name }) => name === 'batuta-session'),
      [],
    )

    await page.goBack()
    await page.getByLabel('User name or e-mail').waitFor()
    assert.equal(await page.getByText('message: before').count(), 0)
    await page.goto('/ui/flows/edit/tests/written/edit')
    await page.getByLabel('User name or e-mail').waitFor()
    await close()

    // The browser itself tells of every answer that is a refusal.
    assert.deepEqual(
      problems.filter(problem => !problem.includes('status of 401')),
      [],
    )
  },
)
