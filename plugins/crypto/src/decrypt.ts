import { TaskError, defineTask, p, renderAll } from '@batuta/plugin-sdk'
import { chunksOf, webStream } from './encrypt.ts'
import { isOf, loadOpenPgp, readPrivateKey, readPublicKeys } from './load-openpgp.ts'
import type { OpenPgp, PgpKey } from './load-openpgp.ts'

export const decrypt = defineTask({
  type: 'io.kestra.plugin.crypto.openpgp.Decrypt',
  title: 'Decrypt a file with OpenPGP, and check who signed it.',
  description: 'Needs the library `openpgp`, which is installed by name: it is under the LGPL.',
  properties: {
    from: p.string().dynamic().storageUri().group('main').title('URI of the encrypted file, armored or not.'),
    privateKey: p.string().dynamic().secret().group('connection').title('The private key, as an armored block.'),
    privateKeyPassphrase: p.string().dynamic().secret().group('connection').title('The passphrase of that key.'),
    signUsersKey: p.list(p.string()).dynamic().group('advanced').title('Public keys of those who may have signed.'),
    requiredSignerUsers: p
      .list(p.string())
      .dynamic()
      .group('advanced')
      .title('Who must have signed: names or addresses of these keys.'),
  },
  outputs: [{ name: 'uri', type: 'uri', description: 'The file.' }],
  examples: [
    {
      title: 'Decrypt what a partner sent.',
      full: true,
      code: `id: decrypt_from_partner
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: decrypt
    type: io.kestra.plugin.crypto.openpgp.Decrypt
    from: "{{ inputs.file }}"
    privateKey: "{{ secret('OUR_PRIVATE_KEY') }}"
    privateKeyPassphrase: "{{ secret('OUR_PASSPHRASE') }}"
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    for (const secret of [options.privateKey, options.privateKeyPassphrase]) if (secret !== undefined) ctx.mask(secret)
    if (options.from === undefined) throw new TaskError('`from` names no file')
    if (options.privateKey === undefined) throw new TaskError('`privateKey` holds no key')
    const pgp = await loadOpenPgp()
    const decryptionKeys = [await readPrivateKey(pgp, options.privateKey, options.privateKeyPassphrase)]
    const verificationKeys: PgpKey[] = []
    for (const armored of options.signUsersKey ?? []) verificationKeys.push(...(await readPublicKeys(pgp, armored)))
    const message = await readMessage(pgp, await ctx.files.open(options.from))
    const decrypted = await pgp
      .decrypt({ message, decryptionKeys, verificationKeys, format: 'binary' })
      .catch((cause: unknown) => {
        throw new TaskError('the file cannot be decrypted: it is not for this key, or was changed', { cause })
      })
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield* chunksOf(decrypted.data)
      // Storage keeps a file when it is whole: one that the right people did not sign is never there.
      await checkSigners(decrypted.signatures, verificationKeys, options.requiredSignerUsers ?? [])
    }
    return { uri: await ctx.files.put(bytes(), { extension: '.tmp' }) }
  },
})

async function readMessage(pgp: OpenPgp, bytes: AsyncIterable<Uint8Array>): Promise<unknown> {
  const iterator = bytes[Symbol.asyncIterator]()
  const first = await iterator.next()
  const head: Uint8Array = first.done === true ? new Uint8Array() : first.value
  const all = (async function* (): AsyncGenerator<Uint8Array> {
    yield head
    yield* { [Symbol.asyncIterator]: () => iterator }
  })()
  const isArmored = Buffer.from(head).toString('latin1').trimStart().startsWith('-----BEGIN')
  const stream = webStream(all)
  try {
    if (!isArmored) return await pgp.readMessage({ binaryMessage: stream })
    return await pgp.readMessage({ armoredMessage: stream.pipeThrough(newTextDecoder()) })
  } catch (cause) {
    throw new TaskError('the file is no message of OpenPGP', { cause })
  }
}

function newTextDecoder(): TransformStream<Uint8Array, string> {
  const decoder = new TextDecoder()
  return new TransformStream<Uint8Array, string>({
    transform: (chunk, controller) => controller.enqueue(decoder.decode(chunk, { stream: true })),
  })
}

type Signatures = Awaited<ReturnType<OpenPgp['decrypt']>>['signatures']

/** A signature counts when its key is known and it is valid. */
async function checkSigners(
  signatures: Signatures,
  keys: readonly PgpKey[],
  required: readonly string[],
): Promise<void> {
  if (required.length === 0) return
  if (keys.length === 0) throw new TaskError('`requiredSignerUsers` needs the keys of the signers in `signUsersKey`')
  const valid: PgpKey[] = []
  for (const { keyID, verified } of signatures) {
    const isValid = await verified.catch(() => false)
    if (isValid) valid.push(...keys.filter(key => hasKey(key, keyID)))
  }
  for (const user of required)
    if (!valid.some(key => isOf(key, user)))
      throw new TaskError(`the file is not signed by "${user}", as \`requiredSignerUsers\` asks`)
}

/** The signing key may be one below the key. */
function hasKey(key: PgpKey, id: unknown): boolean {
  return 'getKeys' in key && typeof key.getKeys === 'function' && key.getKeys(id).length > 0
}
