import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generateKey } from 'openpgp'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, ValueMap } from '@batuta/plugin-sdk'
import { decrypt } from './decrypt.ts'
import { encrypt } from './encrypt.ts'

test('a file is encrypted for its recipients, signed, and read by nobody else', async t => {
  const run = await createTestRunContext()
  t.after(() => run.close())
  const newKey = (name: string): Promise<unknown> =>
    generateKey({
      userIDs: [{ name, email: `${name}@example.com` }],
      passphrase: `of ${name}`,
      format: 'armored',
    } as never)
  const [ada, bob] = [await newKey('ada'), await newKey('bob')] as unknown as [Keys, Keys]
  const task = (definition: unknown, properties: ValueMap): Promise<TestResult> =>
    runTask(definition as TaskDefinition, properties, run)
  const text = 'secret words, many of them; '.repeat(2_000)
  const from = await run.ctx.files.put(text)

  const sealed = await task(encrypt, {
    ...{ from, key: ada.publicKey, recipients: ['ada@example.com'] },
    ...{ signPrivateKey: bob.privateKey, signPassphrase: 'of bob', signUser: 'bob' },
  })
  assert.equal(sealed.message, undefined)
  const uri = String(sealed.outputs['uri'])
  const open = (keys: Keys, passphrase: string, more: ValueMap = {}): Promise<TestResult> =>
    task(decrypt, { from: uri, privateKey: keys.privateKey, privateKeyPassphrase: passphrase, ...more })

  assert.match(await run.ctx.files.readText(uri), /^-----BEGIN PGP MESSAGE-----/)
  const opened = await open(ada, 'of ada', { signUsersKey: [bob.publicKey], requiredSignerUsers: ['bob@example.com'] })
  assert.equal(opened.message, undefined)
  assert.equal(await run.ctx.files.readText(String(opened.outputs['uri'])), text)
  assert.match((await open(bob, 'of bob')).message ?? '', /it is not for this key, or was changed/)
  assert.match((await open(ada, 'wrong')).message ?? '', /the passphrase does not unlock/)
  const unsigned = await open(ada, 'of ada', { signUsersKey: [ada.publicKey], requiredSignerUsers: ['ada'] })
  assert.match(unsigned.message ?? '', /is not signed by "ada"/)
  const nobody = await task(encrypt, { from, key: ada.publicKey, recipients: ['eve'] })
  assert.match(nobody.message ?? '', /has no key of the recipient "eve"; it has ada <ada@example.com>/)
})

interface Keys {
  readonly publicKey: string
  readonly privateKey: string
}
