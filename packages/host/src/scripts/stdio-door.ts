// Where forked scripts bring their output streams: a socket in a folder that only we may enter. A script that was forked by its zygote has no
// pipe to us, so it knocks twice, once per stream, with the token that the zygote was told; whoever knows no token is turned away.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Streams {
  readonly stdout: Socket
  readonly stderr: Socket
}

export interface Guest {
  readonly token: string
  readonly streams: Promise<Streams>
  /** Nobody waits for it any more. */
  forget(): void
}

interface Awaited {
  stdout?: Socket
  stderr?: Socket
  readonly resolve: (streams: Streams) => void
}

const TOKEN_BYTES = 16
const HEADER_CHARS = TOKEN_BYTES * 2 + 1
const KNOCK_MS = 5_000
/** Of the kernel's address of a socket, less the end. */
const SOCKET_PATH_BYTES = 107

export class StdioDoor {
  readonly #server: Server
  readonly #awaited = new Map<string, Awaited>()
  readonly path: string
  /** The folder that a sandbox must show. */
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
    this.path = join(folder, 's')
    this.#server = createServer(socket => void this.#greet(socket))
  }

  /** In the folder when its path is short enough for a socket, else among the temporary files. */
  static async open(parent: string): Promise<StdioDoor> {
    const own = join(parent, '.door')
    const isShort = Buffer.byteLength(join(own, 's')) <= SOCKET_PATH_BYTES
    if (isShort) await mkdir(own, { recursive: true, mode: 0o700 })
    const door = new StdioDoor(isShort ? own : await mkdtemp(join(tmpdir(), 'batuta-door-')))
    await rm(door.path, { force: true })
    door.#server.listen(door.path)
    await once(door.#server, 'listening')
    door.#server.unref()
    return door
  }

  expect(): Guest {
    const token = randomBytes(TOKEN_BYTES).toString('hex')
    const { promise, resolve } = Promise.withResolvers<Streams>()
    this.#awaited.set(token, { resolve })
    return { token, streams: promise, forget: () => this.#forget(token) }
  }

  async close(): Promise<void> {
    for (const token of this.#awaited.keys()) this.#forget(token)
    this.#server.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  #forget(token: string): void {
    const awaited = this.#awaited.get(token)
    this.#awaited.delete(token)
    awaited?.stdout?.destroy()
    awaited?.stderr?.destroy()
  }

  async #greet(socket: Socket): Promise<void> {
    socket.on('error', () => undefined)
    socket.setTimeout(KNOCK_MS, () => socket.destroy())
    const header = await readHeader(socket)
    const awaited = this.#awaited.get(header.slice(0, -1))
    const name = header.endsWith('o') ? 'stdout' : 'stderr'
    if (awaited === undefined || awaited[name] !== undefined) {
      socket.destroy()
      return
    }
    socket.setTimeout(0)
    awaited[name] = socket
    const { stdout, stderr } = awaited
    if (stdout === undefined || stderr === undefined) return
    this.#awaited.delete(header.slice(0, -1))
    awaited.resolve({ stdout, stderr })
  }
}

/** Empty when the caller goes away before it has said who it is. */
function readHeader(socket: Socket): Promise<string> {
  return new Promise(resolve => {
    const look = (): void => {
      const header: unknown = socket.read(HEADER_CHARS)
      if (header instanceof Uint8Array) end(Buffer.from(header).toString('latin1'))
    }
    const leave = (): void => end('')
    const end = (header: string): void => {
      socket.off('readable', look).off('end', leave).off('close', leave)
      resolve(header)
    }
    socket.on('readable', look).on('end', leave).on('close', leave)
    look()
  })
}
