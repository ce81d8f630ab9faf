// A process of so many megabytes that starts programs: by itself, then by telling a small child to do it. It times how long it cannot do anything else.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { median } from '../harness/calibrate.ts'

const PROGRAM = '/bin/true'
const TIMES = 30
const MB = 2 ** 20

if (process.argv[2] === 'host') {
  process.on('message', () => {
    spawn(PROGRAM, { stdio: 'ignore' }).on('exit', () => process.send?.('done'))
  })
} else await measure(Number(process.argv[2]))

async function measure(sizeMB: number): Promise<void> {
  // Before the memory grows, as a host that comes with the first job; one that comes later costs once what "itself" says.
  const host = fork(import.meta.filename, ['host'])
  await once(host, 'spawn')
  const ballast = Array.from({ length: Math.ceil(sizeMB / 50) }, () => Buffer.alloc(50 * MB, 1))
  const itself = await repeat(async () => {
    const startMs = performance.now()
    const child = spawn(PROGRAM, { stdio: 'ignore' })
    const heldMs = performance.now() - startMs
    await once(child, 'exit')
    return heldMs
  })
  const byHost = await repeat(async () => {
    const startMs = performance.now()
    host.send('start')
    const heldMs = performance.now() - startMs
    await once(host, 'message')
    return heldMs
  })
  const rssMB = Math.round(process.memoryUsage.rss() / MB)
  // Held until here.
  ballast.length = 0
  host.disconnect()
  process.send?.({
    rssMB,
    itselfMedianMs: round(median(itself)),
    itselfMaxMs: round(Math.max(...itself)),
    hostMedianMs: round(median(byHost)),
    hostMaxMs: round(Math.max(...byHost)),
  })
}

async function repeat(once: () => Promise<number>): Promise<readonly number[]> {
  const times: number[] = []
  for (let count = 0; count < TIMES; count++) times.push(await once())
  return times
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}
