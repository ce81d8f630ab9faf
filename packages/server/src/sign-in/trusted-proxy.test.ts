import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { test } from 'node:test'
import { membershipOf } from './map-groups.ts'
import { newTrust, proxyIdentity } from './trusted-proxy.ts'

const CONFIG = {
  from: ['10.0.0.7', '10.1.0.0/16', 'fd00::/8'],
  headers: {
    user: 'x-forwarded-user',
    email: 'x-forwarded-email',
    name: 'x-forwarded-preferred-username',
    groups: 'x-forwarded-groups',
  },
  groups: { isByName: true, table: new Map(), admins: undefined },
  signOutUrl: undefined,
}
const isTrusted = newTrust(CONFIG.from)
const ADA: IncomingHttpHeaders = {
  'x-forwarded-user': 'ada-1',
  'x-forwarded-preferred-username': 'ada',
  'x-forwarded-email': 'ada@example.com',
  'x-forwarded-groups': 'staff, ops;dev',
}

const read = (headers: IncomingHttpHeaders, peer: string | undefined = '10.0.0.7'): unknown =>
  proxyIdentity({ headers, peer }, CONFIG, isTrusted)

test('a proxy says who it is, and the groups', () => {
  assert.deepEqual(read(ADA), {
    provider: 'proxy',
    subject: 'ada-1',
    username: 'ada',
    email: 'ada@example.com',
    groups: ['staff', 'ops', 'dev'],
  })
  assert.deepEqual(read({ 'x-forwarded-user': 'ada' }), { provider: 'proxy', subject: 'ada', username: 'ada' })
})

test('the same headers from anywhere else name nobody, whatever they say of where they come from', () => {
  const elsewhere = ['10.0.0.8', '10.2.0.1', '127.0.0.1', '::1', '::ffff:10.0.0.8', 'fe80::1', '', 'unix', undefined]
  const lies = { ...ADA, 'x-forwarded-for': '10.0.0.7', 'x-real-ip': '10.0.0.7', forwarded: 'for=10.0.0.7' }

  for (const peer of elsewhere) assert.equal(proxyIdentity({ headers: lies, peer }, CONFIG, isTrusted), undefined, peer)
})

test('addresses are known in each of their spellings, and networks by their bits', () => {
  for (const peer of ['10.0.0.7', '::ffff:10.0.0.7', '10.1.255.255', 'fd12::5', 'fd00::1%eth0'])
    assert.ok(isTrusted(peer), peer)
  assert.equal(newTrust([])('127.0.0.1'), false)
})

test('headers that name several people, or nobody that could be, name nobody', () => {
  for (const user of ['ada, root', '', '   ', 'x'.repeat(257), 'ada\nroot'])
    assert.equal(read({ 'x-forwarded-user': user }), undefined, user)
  assert.equal(read({}), undefined)
})

test('names beyond ASCII are read as UTF-8', () => {
  const sent = Buffer.from('Ægir Þórsson').toString('latin1')

  assert.deepEqual(read({ 'x-forwarded-user': sent }), {
    provider: 'proxy',
    subject: 'Ægir Þórsson',
    username: 'Ægir Þórsson',
  })
})

test('groups outside decide about the groups that a table, a group or a rule hands to them, and about no others', () => {
  const byTable = membershipOf(['/staff', 'ops'], {
    isByName: false,
    table: new Map([
      ['staff', ['people']],
      ['x', ['admins']],
    ]),
    admins: undefined,
  })
  const decided = (name: string, externalNames?: readonly string[]): boolean | undefined =>
    byTable({ name, ...(externalNames === undefined ? {} : { externalNames }) })

  assert.deepEqual(
    [
      decided('people'),
      decided('admins'),
      decided('ops'),
      decided('staff'),
      decided('team', ['ops']),
      decided('other', ['z']),
    ],
    [true, false, undefined, undefined, true, false],
  )
  const byName = membershipOf(['ops'], { isByName: true, table: new Map(), admins: undefined })
  assert.deepEqual([byName({ name: 'ops' }), byName({ name: 'admins' })], [true, false])
  assert.equal(membershipOf([], { isByName: false, table: new Map(), admins: undefined })({ name: 'ops' }), undefined)
})
