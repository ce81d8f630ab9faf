// Looks through a packed package before anything of it is written: packages are modules of a few megabytes, and what grows beyond all measure, has more files
// than any package, or holds links and devices beside files, is none.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { BatutaError } from '@batuta/core'

const PLAIN_BYTES_MAX = 2 ** 30
const RATIO_MAX = 200
const RATIO_FREE_BYTES = 64 * 2 ** 20
const ENTRIES_MAX = 50_000
const BLOCK = 512
/** Files, folders, and what says more of the entry behind it. */
const KINDS: ReadonlySet<string> = new Set(['0', '\0', '5', 'x', 'g', 'L'])

/** @throws {BatutaError} `plugin-invalid` with what is wrong with it. */
export async function judgeTarball(path: string): Promise<void> {
  const { size } = await stat(path)
  const judge = new TarJudge(Math.min(PLAIN_BYTES_MAX, Math.max(RATIO_FREE_BYTES, size * RATIO_MAX)))
  try {
    await pipeline(createReadStream(path), createGunzip(), async chunks => {
      for await (const chunk of chunks) judge.take(chunk)
    })
  } catch (cause) {
    if (cause instanceof BatutaError) throw cause
    throw refused('is damaged, or no packed package', cause)
  }
}

class TarJudge {
  readonly #bytesMax: number
  #bytes = 0
  #entries = 0
  /** Of the file that is passed over. */
  #left = 0
  #head: Buffer = Buffer.alloc(0)

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  take(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.#bytesMax) throw refused(`unpacks to more than ${this.#bytesMax} bytes`)
    let at = 0
    while (at < chunk.length) {
      const passed = Math.min(this.#left, chunk.length - at)
      this.#left -= passed
      at += passed
      const part = chunk.subarray(at, at + BLOCK - this.#head.length)
      at += part.length
      if (part.length > 0) this.#head = Buffer.concat([this.#head, part])
      if (this.#head.length < BLOCK) continue
      this.#judge(this.#head)
      this.#head = Buffer.alloc(0)
    }
  }

  #judge(head: Buffer): void {
    if (head[0] === 0) return // The end, or what fills it up.
    if (++this.#entries > ENTRIES_MAX) throw refused(`has more than ${ENTRIES_MAX} files`)
    const name = head.toString('utf8', 0, 100).replace(/\0.*$/s, '')
    const kind = head.toString('latin1', 156, 157)
    if (!KINDS.has(kind)) throw refused(`has "${name}", which is a link or a device and no file`)
    const size = Number.parseInt(head.toString('latin1', 124, 136), 8)
    if (!(size >= 0)) throw refused('is damaged, or no packed package')
    this.#left = Math.ceil(size / BLOCK) * BLOCK
  }
}

function refused(what: string, cause?: unknown): BatutaError {
  return new BatutaError('plugin-invalid', `The plugin cannot be installed: the package ${what}.`, { cause })
}
