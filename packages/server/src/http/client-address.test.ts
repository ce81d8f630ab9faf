import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newClientAddress } from './client-address.ts'

const of = (proxies: readonly string[], remoteAddress: string, told?: string): string | undefined => {
  const request: unknown = {
    socket: { remoteAddress },
    headers: told === undefined ? {} : { 'x-forwarded-for': told },
  }
  return newClientAddress(proxies)(request as Parameters<ReturnType<typeof newClientAddress>>[0])
}

test('nobody may say who they are but a proxy that is trusted', () => {
  assert.equal(of([], '203.0.113.5', '198.51.100.1'), '203.0.113.5')
  assert.equal(of(['10.0.0.0/8'], '10.1.2.3', '198.51.100.1'), '198.51.100.1')
  assert.equal(of([], '10.1.2.3', '198.51.100.1'), '10.1.2.3')
})

test('what stands before the hop of a proxy anybody may have written', () => {
  assert.equal(of([], '127.0.0.1', '6.6.6.6, 198.51.100.1'), '198.51.100.1')
  assert.equal(of(['10.0.0.0/8'], '127.0.0.1', '6.6.6.6, 198.51.100.1, 10.0.0.9'), '198.51.100.1')
  assert.equal(of([], '::1', 'unknown, 198.51.100.1:4711'), '198.51.100.1')
  assert.equal(of([], '::ffff:127.0.0.1', '[2001:db8:1:2:3::9]:443'), '2001:db8:1:2::/64')
})

test('a program of this machine that speaks for itself is nobody’s client', () => {
  assert.equal(of([], '127.0.0.1'), undefined)
  assert.equal(of([], '::1', ''), undefined)
})

test('all addresses of one network of IPv6 are one client', () => {
  assert.equal(of([], '2001:db8:0:1::5'), of([], '2001:0db8::1:ffff:0:0:1'))
  assert.notEqual(of([], '2001:db8:0:1::5'), of([], '2001:db8:0:2::5'))
})
