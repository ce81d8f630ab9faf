// A machine whose power can be cut: user-mode Linux, which is a process. It sees our files through hostfs, read only, and writes to a disk image
// of its own; when the process is killed, what its kernel had not written to the image is gone, as it is when a plug is pulled.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../../bench/harness/server-process.ts'
import { findDescendants } from '../torture/survivors.ts'
import { parseLine, type ConsoleLine } from './console-lines.ts'

export const LINUX = 'linux.uml'
const MEMORY = '1536M'
const IMAGE_MIB = 1024
const WORDS_KEPT = 40

export interface GuestPlace {
  readonly image: string
  /** Where the guest, and afterwards we, mount the image. */
  readonly mountPoint: string
  readonly flowsDir: string
  readonly folder: string
}

export function makePlace(folder: string): GuestPlace {
  const place = {
    folder,
    image: join(folder, 'disk.img'),
    mountPoint: join(folder, 'disk'),
    flowsDir: join(folder, 'flows'),
  }
  mkdirSync(place.mountPoint)
  mkdirSync(place.flowsDir)
  run('truncate', ['-s', `${IMAGE_MIB}M`, place.image])
  run('mkfs.ext4', ['-q', '-F', place.image])
  return place
}

/** What the disk holds, once the journal of its file system is played back. */
export function withDisk<T>({ image, mountPoint }: GuestPlace, use: (folder: string) => T): T {
  run('mount', ['-o', 'loop', image, mountPoint])
  try {
    return use(mountPoint)
  } finally {
    run('umount', [mountPoint])
  }
}

export class GuestMachine {
  readonly #process: ChildProcess
  readonly #exited: Promise<void>
  readonly #words: string[] = []

  constructor(
    place: GuestPlace,
    options: { readonly cut: number; readonly clients: number; onLine(line: ConsoleLine): void },
  ) {
    const script = join(place.folder, 'init')
    writeFileSync(script, initScript(place, options))
    chmodSync(script, 0o755)
    const root = ['root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro']
    const args = [`mem=${MEMORY}`, `ubd0=${place.image}`, ...root, `init=${script}`, 'con0=null,fd:1', 'con=null']
    this.#process = spawn(LINUX, args, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
    this.#exited = new Promise((resolve, reject) => {
      this.#process.once('error', reject)
      this.#process.once('exit', () => resolve())
    })
    const { stdout } = this.#process
    if (!stdout) throw new Error('the console of the guest cannot be read')
    createInterface({ input: stdout }).on('line', text => {
      const line = parseLine(text)
      if (line) options.onLine(line)
      else if (this.#words.push(text) > WORDS_KEPT) this.#words.shift()
    })
  }

  /** What its kernel and its programs said last. */
  get words(): string {
    return this.#words.join('\n')
  }

  get exited(): Promise<void> {
    return this.#exited
  }

  /** Every process of it at once. */
  async cutPower(): Promise<void> {
    const { pid } = this.#process
    if (pid === undefined) return
    const family = findDescendants(pid)
    for (const id of [pid, ...family.map(known => known.id)]) {
      try {
        process.kill(id, 'SIGKILL')
      } catch {
        // It died with the one before.
      }
    }
    await this.#exited
  }
}

function initScript(
  { mountPoint, flowsDir }: GuestPlace,
  { cut, clients }: { readonly cut: number; readonly clients: number },
): string {
  const node = process.execPath
  const guest = join(ROOT, 'tests', 'power-cut', 'guest.ts')
  return `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp
mount -t proc proc /proc
mount -t tmpfs tmpfs /tmp
ip link set lo up || ifconfig lo up
mount -t ext4 /dev/ubda ${mountPoint} || exit 1
${node} --disable-warning=ExperimentalWarning ${guest} ${join(mountPoint, 'data')} ${flowsDir} ${cut} ${clients}
echo "the clients ended by themselves: $?"
sleep 1000
`
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`)
}
