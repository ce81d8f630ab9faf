// Files sealed with a password: AES-256-GCM with a key that takes long to guess. A file says itself how its key was made:
// "BTSEAL1\n", the kind of derivation, its three numbers, salt, nonce, the sealed bytes, and the tag that vouches for all of it.
import { argon2, createCipheriv, createDecipheriv, pbkdf2, randomBytes } from 'node:crypto'
import { TaskError } from '@batuta/plugin-sdk'
import type { ByteStream } from '@batuta/plugin-sdk'

const MAGIC = 'BTSEAL1\n'
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32
const HEAD_BYTES = MAGIC.length + 1 + 12 + SALT_BYTES + NONCE_BYTES

export const DERIVATIONS = ['PBKDF2_SHA256', 'ARGON2ID'] as const
export interface Derivation {
  readonly kind: (typeof DERIVATIONS)[number]
  /** Of PBKDF2 its iterations, of Argon2 its passes. */
  readonly rounds: number
  readonly memoryKiB: number
  readonly parallelism: number
}

const ROUNDS_MAX = 100_000_000
const MEMORY_KIB_MAX = 4 * 1024 * 1024
const PARALLELISM_MAX = 64

export async function* seal(
  bytes: AsyncIterable<Uint8Array>,
  password: string,
  derivation: Derivation,
): AsyncGenerator<Uint8Array> {
  checkDerivation(derivation)
  const head = Buffer.alloc(HEAD_BYTES)
  head.write(MAGIC)
  head[MAGIC.length] = DERIVATIONS.indexOf(derivation.kind)
  head.writeUInt32LE(derivation.rounds, MAGIC.length + 1)
  head.writeUInt32LE(derivation.memoryKiB, MAGIC.length + 5)
  head.writeUInt32LE(derivation.parallelism, MAGIC.length + 9)
  randomBytes(SALT_BYTES + NONCE_BYTES).copy(head, MAGIC.length + 13)
  const { salt, nonce } = partsOf(head)
  const cipher = createCipheriv('aes-256-gcm', await keyOf(password, salt, derivation), nonce)
  cipher.setAAD(head)
  yield head
  for await (const chunk of bytes) yield cipher.update(chunk)
  yield cipher.final()
  yield cipher.getAuthTag()
}

/** Fails at the end when the password is wrong or a byte was changed: nothing of it may be used before. */
export async function* unseal(stream: ByteStream, password: string): AsyncGenerator<Uint8Array> {
  const head = Buffer.from(await stream.take(HEAD_BYTES).catch(() => Buffer.alloc(HEAD_BYTES)))
  const kind = DERIVATIONS[head[MAGIC.length] ?? 255]
  if (head.toString('latin1', 0, MAGIC.length) !== MAGIC || kind === undefined)
    throw new TaskError('the file was not encrypted by FileEncrypt')
  const derivation = {
    kind,
    rounds: head.readUInt32LE(MAGIC.length + 1),
    memoryKiB: head.readUInt32LE(MAGIC.length + 5),
    parallelism: head.readUInt32LE(MAGIC.length + 9),
  }
  checkDerivation(derivation)
  const { salt, nonce } = partsOf(head)
  const decipher = createDecipheriv('aes-256-gcm', await keyOf(password, salt, derivation), nonce)
  decipher.setAAD(head)
  for (;;) {
    const ahead = await stream.peek(PIECE + TAG_BYTES)
    if (ahead.length <= TAG_BYTES) break
    const piece = Buffer.from(ahead.subarray(0, Math.min(PIECE, ahead.length - TAG_BYTES)))
    await stream.skip(piece.length)
    yield decipher.update(piece)
  }
  const tag = await stream.peek(TAG_BYTES)
  if (tag.length !== TAG_BYTES) throw new TaskError('the file ends too early')
  decipher.setAuthTag(tag)
  try {
    yield decipher.final()
  } catch (cause) {
    throw new TaskError('the file cannot be decrypted: the password is wrong, or the file was changed', { cause })
  }
}

const PIECE = 64 * 1024

function partsOf(head: Buffer): { readonly salt: Buffer; readonly nonce: Buffer } {
  const from = MAGIC.length + 13
  return { salt: head.subarray(from, from + SALT_BYTES), nonce: head.subarray(from + SALT_BYTES) }
}

function checkDerivation({ rounds, memoryKiB, parallelism }: Derivation): void {
  if (
    rounds < 1 ||
    rounds > ROUNDS_MAX ||
    memoryKiB < 8 ||
    memoryKiB > MEMORY_KIB_MAX ||
    parallelism < 1 ||
    parallelism > PARALLELISM_MAX
  )
    throw new TaskError(
      'the derivation of the key asks for more, or less, than can be given: see `iterations`, `memory` and `parallelism`',
    )
}

function keyOf(password: string, salt: Buffer, { kind, rounds, memoryKiB, parallelism }: Derivation): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, key: Buffer): void => (error === null ? resolve(key) : reject(error))
    if (kind === 'PBKDF2_SHA256') return pbkdf2(password, salt, rounds, KEY_BYTES, 'sha256', done)
    const parameters = {
      message: Buffer.from(password),
      nonce: salt,
      parallelism,
      tagLength: KEY_BYTES,
      memory: memoryKiB,
      passes: rounds,
    }
    argon2('argon2id', parameters, done)
  })
}
