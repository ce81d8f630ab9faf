// A stranger's server on this machine, until the test ends.
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'

export interface Program {
  readonly url: string
  readonly process: ChildProcess
}

const TRIES_MAX = 300
const TRY_EVERY_MS = 200

export async function startProgram(
  t: TestContext,
  argsOf: (port: number) => readonly [program: string, ...args: string[]],
  { env = {}, health }: { readonly env?: Readonly<Record<string, string>>; readonly health: string },
): Promise<Program> {
  const port = await freePort()
  const [program, ...args] = argsOf(port)
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-4_000)))
  t.after(() => {
    child.kill('SIGCONT')
    child.kill('SIGKILL')
  })
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${output}`)
    const isUp = await fetch(`${url}${health}`).then(
      reply => reply.status < 500,
      () => false,
    )
    if (isUp) return { url, process: child }
    await wait(TRY_EVERY_MS)
  }
  throw new Error(`${program} does not answer: ${output}`)
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
