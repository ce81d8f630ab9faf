import { TaskError, defineTask, p, renderAll } from '@batuta/plugin-sdk'
import { isOf, loadOpenPgp, readPrivateKey, readPublicKeys } from './load-openpgp.ts'
import type { OpenPgp, PgpKey } from './load-openpgp.ts'

export const encrypt = defineTask({
  type: 'io.kestra.plugin.crypto.openpgp.Encrypt',
  title: 'Encrypt a file with OpenPGP, and sign it.',
  description: 'Needs the library `openpgp`, which is installed by name: it is under the LGPL.',
  properties: {
    from: p.string().dynamic().storageUri().group('main').title('URI of the file.'),
    key: p.string().dynamic().group('connection').title('The public keys of the recipients, as armored blocks.'),
    recipients: p
      .list(p.string())
      .dynamic()
      .required()
      .group('main')
      .title('Who may read it: names or addresses of the keys.'),
    signPublicKey: p
      .string()
      .dynamic()
      .group('advanced')
      .title('The public key of the signer; the private one says the same.'),
    signPrivateKey: p.string().dynamic().secret().group('connection').title('The private key that signs.'),
    signPassphrase: p.string().dynamic().secret().group('connection').title('The passphrase of that key.'),
    signUser: p.string().dynamic().group('advanced').title('Whose key it must be.'),
  },
  outputs: [{ name: 'uri', type: 'uri', description: 'The encrypted file.' }],
  examples: [
    {
      title: 'Encrypt a report for a partner.',
      full: true,
      code: `id: encrypt_for_partner
namespace: company.team
inputs:
  - id: file
    type: FILE
tasks:
  - id: encrypt
    type: io.kestra.plugin.crypto.openpgp.Encrypt
    from: "{{ inputs.file }}"
    key: "{{ secret('PARTNER_PUBLIC_KEY') }}"
    recipients:
      - data@partner.example
`,
    },
  ],
  async run(ctx, props) {
    const options = await renderAll(props)
    for (const secret of [options.signPrivateKey, options.signPassphrase]) if (secret !== undefined) ctx.mask(secret)
    if (options.from === undefined) throw new TaskError('`from` names no file')
    if (options.key === undefined) throw new TaskError('`key` holds no public key of the recipients')
    const pgp = await loadOpenPgp()
    const keys = await readPublicKeys(pgp, options.key)
    const encryptionKeys = options.recipients.map(user => keyOf(keys, user))
    const signingKeys = await signersOf(pgp, options)
    const binary = webStream(await ctx.files.open(options.from))
    const text = await pgp.encrypt({
      message: await pgp.createMessage({ binary }),
      ...{ encryptionKeys, ...(signingKeys === undefined ? {} : { signingKeys }) },
      format: 'armored',
    })
    return { uri: await ctx.files.put(chunksOf(text), { extension: '.pgp' }) }
  },
})

function keyOf(keys: readonly PgpKey[], user: string): PgpKey {
  const key = keys.find(each => isOf(each, user))
  if (key !== undefined) return key
  const known = keys.flatMap(each => each.getUserIDs())
  throw new TaskError(`\`key\` has no key of the recipient "${user}"; it has ${known.join(', ')}`)
}

interface Signing {
  readonly signPrivateKey?: string | undefined
  readonly signPassphrase?: string | undefined
  readonly signUser?: string | undefined
}

async function signersOf(
  pgp: OpenPgp,
  { signPrivateKey, signPassphrase, signUser }: Signing,
): Promise<readonly PgpKey[] | undefined> {
  if (signPrivateKey === undefined) return undefined
  const key = await readPrivateKey(pgp, signPrivateKey, signPassphrase)
  if (signUser !== undefined && !isOf(key, signUser))
    throw new TaskError(`the private key is of ${key.getUserIDs().join(', ')}, and not of "${signUser}"`)
  return [key]
}

export function webStream(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    pull: async controller => {
      const { value, done } = await iterator.next()
      if (done === true) controller.close()
      else controller.enqueue(new Uint8Array(value))
    },
    cancel: async () => void (await iterator.return?.()),
  })
}

export async function* chunksOf<T extends string | Uint8Array>(stream: ReadableStream<T>): AsyncGenerator<T> {
  for await (const chunk of stream) yield chunk
}
