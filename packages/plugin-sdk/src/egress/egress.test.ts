import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { connect, createServer, isIP, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { bareAddress, kindOfAddress, type AddressKind } from './address-kind.ts'
import { newEgress, type Egress } from './egress.ts'
import { egressRulesOf, OPEN_EGRESS, type EgressRules } from './egress-rules.ts'
import { PUBLIC_TARGETS, SSRF_TARGETS } from './ssrf-targets.ts'

const CLOSED: EgressRules = { ...OPEN_EGRESS, isPrivateOpen: false, isLoopbackOpen: false }

/** As every HTTP client of ours does it: the address that a URL is read as. */
function hostOf(target: string): string {
  return new URL(`http://${target}/`).hostname
}

function found(egress: Egress, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    egress.lookup(name, { all: true }, (error, addresses) =>
      error
        ? reject(error)
        : resolve(
            [addresses]
              .flat()
              .map(each => (typeof each === 'string' ? each : each.address))
              .join(' '),
          ),
    )
  })
}

/** A resolver that answers as it is told, the last answer for ever. */
function resolverOf(...answers: readonly (readonly string[])[]) {
  let asked = 0
  const find: Parameters<typeof newEgress>[1] = (_host, _options, done) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? []
    done(
      null,
      addresses.map((address): LookupAddress => ({ address, family: isIP(address) })),
    )
  }
  return { find, asked: () => asked }
}

const targets = Object.entries(SSRF_TARGETS) as [Exclude<AddressKind, 'public'>, readonly string[]][]

test('the table is long enough', () => {
  const written = targets.flatMap(([, list]) => list)

  assert.ok(written.length >= 120, String(written.length))
  assert.equal(new Set(written).size, written.length)
})

test('whichever way an address is written, it is known for what it is', () => {
  for (const [kind, list] of targets)
    for (const target of list) assert.equal(kindOfAddress(hostOf(target)), kind, `${target} read as ${hostOf(target)}`)
  for (const target of PUBLIC_TARGETS) assert.equal(kindOfAddress(hostOf(target)), 'public', target)
  assert.equal(kindOfAddress('fe80::1%eth0'), 'metadata')
  assert.equal(kindOfAddress('::ffff:10.0.0.1%1'), 'private')
  assert.equal(kindOfAddress('169.254.169.254.'), 'metadata')
  assert.equal(kindOfAddress('nonsense'), 'reserved')
})

test('with private networks closed none of them is called, by address or by name, and the internet is', async () => {
  const egress = newEgress(CLOSED)
  for (const target of targets.flatMap(([, list]) => list)) {
    const host = hostOf(target)
    assert.throws(() => egress.checkHost(host), /may not be called/, target)
    const { find } = resolverOf([bareAddress(host)])
    await assert.rejects(found(newEgress(CLOSED, find), 'innocent.example'), /may not be called/, target)
  }
  for (const target of PUBLIC_TARGETS) assert.doesNotThrow(() => egress.checkHost(hostOf(target)), target)
})

test('unless an installation says otherwise, only what hands out credentials is closed', async () => {
  const egress = newEgress(OPEN_EGRESS)

  for (const [kind, list] of targets)
    for (const target of list) {
      if (kind === 'metadata') assert.throws(() => egress.checkHost(hostOf(target)), /metadata service/, target)
      else assert.doesNotThrow(() => egress.checkHost(hostOf(target)), target)
    }
  const { find } = resolverOf(['169.254.169.254'])
  await assert.rejects(found(newEgress(OPEN_EGRESS, find), 'metadata.google.internal'), /metadata service/)
  assert.equal(await found(egress, '127.0.0.1'), '127.0.0.1')
})

test('numbers that the system takes for addresses are judged as addresses', async () => {
  // These reach the system’s resolver as they are where no URL is read: in the host of a database, for one.
  for (const written of ['2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518'])
    await assert.rejects(found(newEgress(OPEN_EGRESS), written), /may not be called/, written)
})

test('a name that answers otherwise the second time is judged the second time, and one socket asks once', async t => {
  const calls: string[] = []
  const server = createServer(socket => {
    calls.push('reached')
    socket.end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const { find, asked } = resolverOf(['93.184.215.14'], ['127.0.0.1'])
  const egress = newEgress(CLOSED, find)

  const first = await found(egress, 'rebind.example')
  const second = await new Promise<string>(resolve => {
    connect({ port, host: 'rebind.example', lookup: egress.lookup })
      .on('connect', () => resolve('connected'))
      .on('error', error => resolve(error.message))
  })

  assert.equal(first, '93.184.215.14')
  assert.match(second, /may not be called/)
  assert.deepEqual([calls, asked()], [[], 2])
})

test('of the addresses of a name only those are used that may be', async () => {
  const { find } = resolverOf(['10.0.0.1', '8.8.8.8', '::1'])

  assert.equal(await found(newEgress(CLOSED, find), 'mixed.example'), '8.8.8.8')
})

test('a name without an address fails as such', async () => {
  await assert.rejects(found(newEgress(CLOSED, resolverOf([]).find), 'empty.example'), /it has no address/)
})

test('what is listed is open, and nothing else; what is denied stays shut', async () => {
  const listed = (allow: readonly string[], deny: readonly string[] = []): EgressRules => ({
    ...CLOSED,
    mode: 'listed',
    allow,
    deny,
  })
  const tries = async (rules: EgressRules, name: string, address: string): Promise<boolean> =>
    await found(newEgress(rules, resolverOf([address]).find), name).then(
      () => true,
      () => false,
    )

  assert.equal(await tries(listed(['api.example.com']), 'API.example.com', '8.8.8.8'), true)
  assert.equal(await tries(listed(['api.example.com']), 'other.example.com', '8.8.8.8'), false)
  assert.equal(await tries(listed(['*.example.com']), 'deep.api.example.com', '10.0.0.1'), true)
  assert.equal(await tries(listed(['*.example.com']), 'example.com', '8.8.8.8'), false)
  assert.equal(await tries(listed(['*.example.com']), 'evilexample.com', '8.8.8.8'), false)
  assert.equal(await tries(listed(['10.1.0.0/16']), 'inside.example', '10.1.2.3'), true)
  assert.equal(await tries(listed(['10.1.0.0/16']), 'inside.example', '10.2.2.3'), false)
  assert.equal(await tries(listed(['*.example.com'], ['bad.example.com']), 'bad.example.com', '8.8.8.8'), false)
  assert.equal(await tries({ ...OPEN_EGRESS, deny: ['8.8.0.0/16'] }, 'dns.example', '8.8.8.8'), false)
  assert.equal(await tries({ ...OPEN_EGRESS, mode: 'none' }, 'any.example', '8.8.8.8'), false)
  assert.throws(() => newEgress(listed(['api.example.com'])).checkHost('other.example.com'), /only what is listed/)
})

test('a metadata service must be named outright', () => {
  const opens = (allow: readonly string[], host: string): boolean => {
    try {
      newEgress({ ...OPEN_EGRESS, allow }).checkHost(host)
      return true
    } catch {
      return false
    }
  }

  assert.equal(opens(['169.254.169.254'], '169.254.169.254'), true)
  assert.equal(opens(['169.254.169.254'], '[::ffff:169.254.169.254]'), true)
  assert.equal(opens(['169.254.169.254'], '169.254.170.2'), false)
  assert.equal(opens(['0.0.0.0/0', '169.254.0.0/16', '*'], '169.254.169.254'), false)
})

test('the nearest namespace of a configuration counts', () => {
  const rules: EgressRules = { ...CLOSED, mode: 'none' }
  const settings = { ...OPEN_EGRESS, byNamespace: { 'a.b': rules } }

  assert.equal(egressRulesOf(settings, 'a.b'), rules)
  assert.equal(egressRulesOf(settings, 'a.b.c.d'), rules)
  assert.equal(egressRulesOf(settings, 'a').mode, 'open')
  assert.equal(egressRulesOf(settings, 'a.bc').mode, 'open')
  assert.equal(egressRulesOf(settings, 'constructor').mode, 'open')
})
