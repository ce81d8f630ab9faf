// Finds the Node that Batuta runs on: the one the project brings as a dependency, or the running one when it is new enough.
// Runs on any Node >= 20, before and after the dependencies are installed.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const NODE_MAJOR_MIN = 24

export function findNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const packed = join(
    ROOT,
    'node_modules',
    `node-${system}-${process.arch}`,
    'bin',
    system === 'win' ? 'node.exe' : 'node',
  )
  if (existsSync(packed)) return packed
  return isNodeNewEnough() ? process.execPath : undefined
}

/** The Node that runs this is one that the project runs on. */
export function isNodeNewEnough() {
  return Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN
}

export function getNode() {
  const node = findNode()
  if (node) return node
  throw new Error(
    `Batuta needs Node ${NODE_MAJOR_MIN} or newer; this is ${process.version}, and npm brings none for ${process.platform}-${process.arch}. ` +
      `Install Node ${NODE_MAJOR_MIN} and start again.`,
  )
}
