// Puts the outputs of an attempt where the server finds them: in the outcome while they are small; what is large of them in files that are on disk
// before the outcome leaves, each with a mark in its place, so that the small ones stay at hand.
import {
  disarm,
  ENCRYPTED_TYPE,
  encodeValue,
  holdsSealed,
  fromPlain,
  isList,
  isMap,
  mapEntries,
  mapFrom,
  storedMark,
} from '@batuta/core'
import type { Value } from '@batuta/core'
import { keyText, messageOf, sealSecrets, storageUri, TaskError } from '@batuta/plugin-sdk'
import type { HostJob, Outcome, SecretMask, TaskOutputs } from '@batuta/plugin-sdk'
import type { Ended, HostRoom } from './run-job.ts'

export type Kept = Pick<Outcome, 'state' | 'message' | 'outputs' | 'isSealed' | 'isSpilled'>

/** What is kept among values at all; more belongs into a file. */
const OUTPUTS_MAX_CHARS = 64 * 2 ** 20
/** Parts below this share of the limit stay where they are. */
const PIECE_SHARE = 8

export interface KeepRoom extends HostRoom {
  readonly mask: SecretMask
  /** The text encrypted; null where there is no key. */
  readonly seal: (text: string) => Promise<Value>
  /** What was encrypted for this attempt: nothing else is opened for whoever reads its outputs. */
  readonly sealed: Set<string>
}

/** What goes into a cache is kept as what goes into the journal. */
export async function sealOutputs(outputs: TaskOutputs, room: KeepRoom): Promise<TaskOutputs> {
  if (room.mask.isEmpty) return outputs
  const given = Object.entries(outputs).filter(([, value]) => value !== undefined && value !== null)
  const sealed = await sealSecrets(fromPlain(Object.fromEntries(given)), room)
  return isMap(sealed) ? Object.fromEntries(mapEntries(sealed)) : {}
}

export async function keepOutputs(ended: Ended, job: HostJob, room: KeepRoom): Promise<Kept> {
  const { outputs, ...rest } = ended
  if (outputs === undefined) return rest
  try {
    // A null at the top means that the task does not have this output; inside a value it is a value.
    const given = Object.entries(outputs).filter(([, value]) => value !== undefined && value !== null)
    const plain = fromPlain(Object.fromEntries(given))
    const own = room.mask.isEmpty ? plain : await sealSecrets(plain, room)
    const encoded = encodeValue(own)
    // A task may have encrypted some of them itself; cipher texts from elsewhere are opened for nobody.
    const hasSealed = encoded.includes(ENCRYPTED_TYPE)
    const value = hasSealed ? disarm(own, cipher => room.sealed.has(cipher)) : own
    const kept = hasSealed && holdsSealed(value) ? { ...rest, isSealed: true } : rest
    const text = value === own ? encoded : encodeValue(value)
    const inlineMax = room.init.limits.outputsInlineMaxBytes
    if (text.length <= inlineMax) return { ...kept, outputs: text }
    if (text.length > OUTPUTS_MAX_CHARS) throw tooLarge(text.length)
    const spilled = encodeValue(await new Spill(job, room).spill(value))
    if (spilled.length > inlineMax) throw tooLarge(text.length)
    return { ...kept, outputs: spilled, isSpilled: true }
  } catch (error) {
    const message = `the outputs cannot be kept: ${messageOf(error)}`
    return { state: rest.state === 'KILLED' ? 'KILLED' : 'FAILED', message: rest.message ?? message }
  }
}

function tooLarge(chars: number): TaskError {
  return new TaskError(
    `they have ${chars} characters, at most ${OUTPUTS_MAX_CHARS} are kept as values (OUTPUT_TOO_LARGE): write them to a file (store: true, outputFiles) and pass its URI on`,
  )
}

class Spill {
  readonly #job: HostJob
  readonly #room: HostRoom
  readonly #pieceMax: number
  #count = 0

  constructor(job: HostJob, room: HostRoom) {
    this.#job = job
    this.#room = room
    this.#pieceMax = Math.floor(room.init.limits.outputsInlineMaxBytes / PIECE_SHARE)
  }

  /** Maps are looked through; texts and lists that are large, and maps that stay so, go as a whole. */
  async spill(value: Value, isTop = true): Promise<Value> {
    if (typeof value === 'string') return value.length > this.#pieceMax ? await this.#store(value) : value
    if (value === null || typeof value !== 'object' || (!isList(value) && !isMap(value))) return value
    if (encodeValue(value).length <= this.#pieceMax) return value
    if (isList(value)) return await this.#store(value)
    const entries: [string, Value][] = []
    for (const [key, item] of mapEntries(value)) entries.push([key, await this.spill(item, false)])
    const smaller = mapFrom(entries)
    return isTop || encodeValue(smaller).length <= this.#pieceMax ? smaller : await this.#store(value)
  }

  async #store(value: Value): Promise<Value> {
    const { filesPrefix, key } = this.#job
    const [text, format] = typeof value === 'string' ? [value, 'TEXT' as const] : [encodeValue(value), 'JSON' as const]
    const name = `outputs-${keyText(key)}-${++this.#count}.${format === 'TEXT' ? 'txt' : 'json'}`
    const entry = await this.#room.store.put(storageUri(filesPrefix, name), text)
    return storedMark(entry.uri, entry.sizeBytes, format)
  }
}
