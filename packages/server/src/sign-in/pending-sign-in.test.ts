import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PENDING_MS, beginSignIn, findPending, forgetPending } from './pending-sign-in.ts'
import { readReturnPath } from './return-path.ts'

const ASKED = { issuer: 'https://id.example', clientId: 'batuta' }
const NOW = 1_700_000_000_000
const about = { returnTo: '/ui/main/flows?page=2', nowMs: NOW, isSecure: true }

const inHeader = (cookie: string): string => `other=1; ${cookie.split(';')[0]}`

test('the browser that began finds what it began, once, for ten minutes', () => {
  const { pending, cookie } = beginSignIn(ASKED, about)
  const find = (nowMs: number): unknown =>
    findPending(ASKED, { state: pending.state, cookies: inHeader(cookie), nowMs })

  assert.deepEqual(find(NOW + 1_000), pending)
  assert.equal(find(NOW + PENDING_MS + 1), undefined)
  assert.match(cookie, /^__Host-batuta-signin-[\w-]{12}=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/)
  assert.match(forgetPending(pending.state, true), /^__Host-batuta-signin-[\w-]{12}=; Path=\/; Max-Age=0;/)
})

test('another browser, another provider or a changed cookie has not begun it', () => {
  const { pending, cookie } = beginSignIn(ASKED, about)
  const { state } = pending
  const cookies = inHeader(cookie)
  const later = cookies.replace(/\.[^.]+\./, `.${(NOW + 5_000_000).toString(36)}.`)
  const elsewhere = cookies.replace(/\.[^.]*\.[^.]*$/, `.${Buffer.from('/ui/other').toString('base64url')}.`)
  const connecting = cookies.replace(/[^.]*$/, Buffer.from('u-1').toString('base64url'))

  assert.equal(findPending(ASKED, { state, cookies: undefined, nowMs: NOW }), undefined)
  assert.equal(findPending({ ...ASKED, issuer: 'https://evil.example' }, { state, cookies, nowMs: NOW }), undefined)
  assert.equal(findPending({ ...ASKED, clientId: 'else' }, { state, cookies, nowMs: NOW }), undefined)
  assert.equal(findPending(ASKED, { state: `${state}x`, cookies, nowMs: NOW }), undefined)
  assert.equal(findPending(ASKED, { state, cookies: later, nowMs: NOW }), undefined)
  for (const changed of [elsewhere, connecting]) {
    assert.notEqual(changed, cookies)
    assert.equal(findPending(ASKED, { state, cookies: changed, nowMs: NOW }), undefined)
  }
})

test('state, nonce and verifier tell nothing of each other, and the page to return to is one of ours', () => {
  const { state, nonce, verifier, returnTo } = beginSignIn(ASKED, { ...about, returnTo: '//evil.example/' }).pending

  assert.equal(new Set([state, nonce, verifier]).size, 3)
  assert.equal(returnTo, '/ui/')
})

test('two sign-ins in two tabs do not disturb each other', () => {
  const [one, two] = [beginSignIn(ASKED, about), beginSignIn(ASKED, about)]
  const cookies = `${inHeader(one.cookie)}; ${inHeader(two.cookie)}`

  assert.deepEqual(findPending(ASKED, { state: one.pending.state, cookies, nowMs: NOW }), one.pending)
  assert.deepEqual(findPending(ASKED, { state: two.pending.state, cookies, nowMs: NOW }), two.pending)
})

test('one returns to pages of ours only', () => {
  for (const good of ['/ui/', '/ui/main/flows?x=%2F%2Fevil#top', '/ui']) assert.equal(readReturnPath(good), good)
  const foreign = [
    undefined,
    '',
    'https://evil.example/ui/',
    '//evil.example/ui/',
    '/\\evil.example/ui/',
    '/\t/evil.example/ui/',
    '\\/evil.example',
    '/ui/../api/v1/main/flows',
    '/ui/%2e%2e/logout',
    '/uix',
    '/.//evil.example',
    '/ui/..//evil.example',
    'javascript:alert(1)',
    `/ui/${'x'.repeat(2_000)}`,
  ]
  for (const path of foreign) assert.equal(readReturnPath(path), '/ui/', String(path))
})
