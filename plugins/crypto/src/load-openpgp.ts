// OpenPGP is a library under the LGPL: it is not part of what is installed by default, and loaded only where somebody has installed it.
import { TaskError } from '@batuta/plugin-sdk'

export interface PgpKey {
  getUserIDs(): string[]
}

interface Verification {
  readonly keyID: unknown
  readonly verified: Promise<boolean>
}

/** As much of the library as is used. */
export interface OpenPgp {
  readKeys(options: { readonly armoredKeys: string }): Promise<PgpKey[]>
  readPrivateKey(options: { readonly armoredKey: string }): Promise<PgpKey & { isDecrypted(): boolean }>
  decryptKey(options: { readonly privateKey: PgpKey; readonly passphrase: string }): Promise<PgpKey>
  createMessage(options: { readonly binary: ReadableStream<Uint8Array> }): Promise<unknown>
  readMessage(
    options:
      { readonly binaryMessage: ReadableStream<Uint8Array> } | { readonly armoredMessage: ReadableStream<string> },
  ): Promise<unknown>
  encrypt(options: {
    readonly message: unknown
    readonly encryptionKeys: readonly PgpKey[]
    readonly signingKeys?: readonly PgpKey[]
    readonly format: 'armored'
  }): Promise<ReadableStream<string>>
  decrypt(options: {
    readonly message: unknown
    readonly decryptionKeys: readonly PgpKey[]
    readonly verificationKeys?: readonly PgpKey[]
    readonly format: 'binary'
  }): Promise<{ readonly data: ReadableStream<Uint8Array>; readonly signatures: readonly Verification[] }>
}

const NAME = 'openpgp'

export async function loadOpenPgp(): Promise<OpenPgp> {
  try {
    // Not by its name in the text: it would be sought when the program is built.
    const library: OpenPgp = await import(NAME)
    return library
  } catch (cause) {
    throw new TaskError(
      `OpenPGP is not installed: its library is under the LGPL and comes with nothing by default. Install it beside the server with \`npm install ${NAME}@6\``,
      { cause },
    )
  }
}

export async function readPrivateKey(
  pgp: OpenPgp,
  armoredKey: string,
  passphrase: string | undefined,
): Promise<PgpKey> {
  const key = await pgp.readPrivateKey({ armoredKey }).catch((cause: unknown) => {
    throw new TaskError(
      'the private key cannot be read: it must be an armored block (-----BEGIN PGP PRIVATE KEY BLOCK-----)',
      { cause },
    )
  })
  if (key.isDecrypted()) return key
  if (passphrase === undefined) throw new TaskError('the private key is locked: give its passphrase')
  return await pgp.decryptKey({ privateKey: key, passphrase }).catch(() => {
    throw new TaskError('the passphrase does not unlock the private key')
  })
}

export async function readPublicKeys(pgp: OpenPgp, armoredKeys: string): Promise<readonly PgpKey[]> {
  return await pgp.readKeys({ armoredKeys }).catch((cause: unknown) => {
    throw new TaskError(
      'the public key cannot be read: it must be an armored block (-----BEGIN PGP PUBLIC KEY BLOCK-----)',
      { cause },
    )
  })
}

/** By name or address; a key has several. */
export function isOf(key: PgpKey, user: string): boolean {
  const wanted = user.trim().toLowerCase()
  return key.getUserIDs().some(id => {
    const known = id.toLowerCase()
    return known === wanted || known.includes(`<${wanted}>`) || known.split(' <')[0] === wanted
  })
}
