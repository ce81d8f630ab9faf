// Where the kernel keeps its groups of processes for us: one tree for all controllers (version 2), or one for each (version 1), or, on systems that
// have both, whichever a controller is bound to. What is mounted need not be the whole tree: a container sees its own branch.
import { join, relative } from 'node:path'

export type Controller = 'memory' | 'pids' | 'cpu'

export interface CgroupPlace {
  readonly version: 1 | 2
  /** The top of what we see. */
  readonly top: string
  /** The folder of the group that we are in. */
  readonly own: string
}

interface Mount {
  readonly type: string
  readonly root: string
  readonly place: string
  readonly options: readonly string[]
}

/** As the kernel tells it: `/proc/self/mountinfo` and `/proc/self/cgroup`. In version 2 any controller may be missing nevertheless. */
export function findCgroups(
  controllers: readonly Controller[],
  mountInfo: string,
  ownGroups: string,
): ReadonlyMap<Controller, CgroupPlace> {
  const mounts = mountInfo.split('\n').flatMap(readMount)
  const groups = ownGroups.split('\n').map(line => /^\d+:([^:]*):(.*)$/.exec(line))
  const found = controllers.flatMap((controller): readonly (readonly [Controller, CgroupPlace])[] => {
    const older = mounts.find(({ type, options }) => type === 'cgroup' && options.includes(controller))
    const mount = older ?? mounts.find(({ type }) => type === 'cgroup2')
    const group = groups.find(line =>
      older === undefined ? line?.[1] === '' : line?.[1]?.split(',').includes(controller),
    )?.[2]
    if (mount === undefined || group === undefined) return []
    return [[controller, placeOf(mount, group, older === undefined ? 2 : 1)]]
  })
  return new Map(found)
}

function placeOf({ root, place }: Mount, group: string, version: 1 | 2): CgroupPlace {
  const way = relative(root, group)
  // A group that is told from above of what is mounted lies at its top, as far as we can see.
  return { version, top: place, own: way.startsWith('..') ? place : join(place, way) }
}

/** `36 35 98:0 /root /place rw,noatime shared:1 - cgroup2 cgroup rw,…`, with spaces and the like in octal. */
function readMount(line: string): readonly Mount[] {
  const [before = '', after = ''] = line.split(' - ')
  const [, , , root, place] = before.split(' ')
  const [type = '', , options = ''] = after.split(' ')
  if (root === undefined || place === undefined || !type.startsWith('cgroup')) return []
  return [{ type, root: unescaped(root), place: unescaped(place), options: options.split(',') }]
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 8)))
}
