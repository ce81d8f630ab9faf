// A file system of a few megabytes that can be filled to the last block. Where nothing can be mounted there is none.
import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CHUNK_BYTES = 4096

export class SmallDisk {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Undefined where file systems cannot be mounted. */
  static mount(sizeMib: number): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'batuta-disk-'))
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'tmpfs', folder])
    if (status !== 0) {
      rmdirSync(folder)
      return undefined
    }
    chmodSync(folder, 0o777)
    return new SmallDisk(folder)
  }

  fill(): void {
    const file = openSync(this.#ballast, 'a')
    try {
      for (;;) writeSync(file, Buffer.alloc(CHUNK_BYTES, 'x'))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    } finally {
      closeSync(file)
    }
  }

  makeRoom(): void {
    rmSync(this.#ballast)
  }

  unmount(): void {
    spawnSync('umount', ['-l', this.folder])
    rmdirSync(this.folder)
  }

  get #ballast(): string {
    return join(this.folder, 'ballast')
  }
}
