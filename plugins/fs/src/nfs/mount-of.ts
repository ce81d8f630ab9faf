import { readFile, realpath } from 'node:fs/promises'
import { TaskError } from '@batuta/plugin-sdk'

const MOUNTS = '/proc/mounts'

/** The type of the file system that a path is on. */
export async function mountOf(path: string): Promise<string> {
  const real = await realpath(path)
  const text = await readFile(MOUNTS, 'utf8').catch((cause: unknown) => {
    throw new TaskError(`this worker does not tell what is mounted: ${MOUNTS} cannot be read`, { cause })
  })
  return typeOf(real, text) ?? 'unknown'
}

/** By the longest folder that holds the path; of two mounts of the same folder the later one hides the other. */
export function typeOf(path: string, mounts: string): string | undefined {
  let best: { readonly folder: string; readonly type?: string } = { folder: '' }
  for (const line of mounts.split('\n')) {
    const [, written, type] = line.split(' ')
    if (written === undefined || type === undefined) continue
    const folder = written.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))
    const isAbove = folder === '/' || path === folder || path.startsWith(`${folder}/`)
    if (isAbove && folder.length >= best.folder.length) best = { folder, type }
  }
  return best.type
}
