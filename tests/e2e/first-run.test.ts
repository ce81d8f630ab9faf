// What a newcomer sees: one command, one line with an address, examples that are there, are valid and run. On a checkout that is installed
// and built; the same from nothing is `npm run test:fresh`.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { apiOf } from './api-of.ts'
import { ROOT, startBatuta, type StartedBatuta } from './batuta.ts'
import { commandLine } from './command-line.ts'

const EXAMPLES = readdirSync(join(ROOT, 'examples')).sort()

let checkout: string
let batuta: StartedBatuta

before(async () => {
  checkout = makeCheckout()
  batuta = await startBatuta({ root: checkout })
})

after(async () => {
  await batuta.stop()
  rmSync(checkout, { recursive: true, force: true, maxRetries: 5 })
})

test('the first start fills the folder of flows with the examples, and the server knows them', async () => {
  const { json } = await apiOf(batuta.address).call('GET', '/flows/search?size=100')

  assert.deepEqual(readdirSync(join(checkout, 'flows')).sort(), EXAMPLES)
  const known = (json?.['results'] ?? []) as readonly { readonly id: string; readonly namespace: string }[]
  assert.deepEqual(known.map(({ id }) => `${id}.yaml`).sort(), EXAMPLES)
  assert.ok(EXAMPLES.length >= 6)
})

test('one line names the address', () => {
  const lines = batuta.printed().split('\n')

  const addresses = lines.filter(line => line.includes('http://'))
  assert.equal(addresses.length, 1, batuta.printed())
  assert.ok(addresses[0]?.endsWith(batuta.address))
})

test('every example is valid', async () => {
  const { exitCode, stdout } = await commandLine(batuta.address)('flow', 'validate', join(checkout, 'flows'))

  assert.equal(exitCode, 0, stdout)
  assert.doesNotMatch(stdout, /error:/)
  assert.equal(stdout.split('\n').filter(line => line.startsWith('✓')).length, EXAMPLES.length)
})

test('the first flow runs', async () => {
  const run = commandLine(batuta.address)

  const { exitCode, stdout } = await run('flow', 'run', 'examples.hello-world', '-i', 'name=Ada', '--wait')

  assert.equal(exitCode, 0)
  assert.match(stdout, /SUCCESS/)
  assert.match(stdout, /greeting: Hello, Ada!/)
})

test('a later start takes the folder of flows as it is', async () => {
  await batuta.stop()
  rmSync(join(checkout, 'flows', 'hello-world.yaml'))

  batuta = await startBatuta({ root: checkout })

  assert.ok(!readdirSync(join(checkout, 'flows')).includes('hello-world.yaml'))
  const { status } = await apiOf(batuta.address).call('GET', '/flows/examples/hello-world')
  assert.equal(status, 200, 'a flow that was saved stays, also without its file')
})

/** As a clone that was installed and built: what is large is shared with this one. */
function makeCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-checkout-'))
  for (const name of ['scripts', 'examples', 'blueprints', 'package.json', 'package-lock.json']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true, preserveTimestamps: true })
  }
  for (const name of ['node_modules', 'dist', 'packages', 'plugins']) symlinkSync(join(ROOT, name), join(folder, name))
  return folder
}
