// The Node that npm brings is half of what is installed. Where the machine has one that is new enough it goes again; elsewhere what goes is what only
// serves to compile against it. Runs on any Node >= 20, with nothing else installed.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** What stays of the package: the program, who made it, and its licence. */
export const KEPT_OF_NODE = ['bin', 'package.json', 'LICENSE']

/** The folder of the package for this machine, whether it is there or not. */
export function packedNodeOf(root) {
  const system = process.platform === 'win32' ? 'win' : process.platform
  return join(root, 'node_modules', `node-${system}-${process.arch}`)
}

/** @param hasOwnNode whether the machine has a Node that the project runs on. */
export function trimPackedNode(root, hasOwnNode) {
  const folder = packedNodeOf(root)
  if (!existsSync(folder)) return
  if (hasOwnNode) return rmSync(folder, { recursive: true, force: true })
  for (const name of readdirSync(folder))
    if (!KEPT_OF_NODE.includes(name)) rmSync(join(folder, name), { recursive: true, force: true })
}
