// What a script sees inside a sandbox: the machine's files as the server's user may read them, and none that it may change but its working folder and what
// the installation names; not the server's own data, of which only the working folder, the kept libraries and the door are there; a /tmp of its own;
// no sockets of the machine's services, which would do for it what it may not do itself; its own processes and no others; the network; a /dev without
// disks. It gains no rights by setuid programs, and root keeps the capabilities that root of an ordinary container has. All of it dies with its first
// process, and that with us.
import { existsSync, realpathSync, readdirSync, statSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, relative, sep } from 'node:path'
import { runOnce } from './run-once.ts'

export type Argv = readonly [string, ...string[]]

export interface SandboxPlaces {
  /** Folders, hidden with all that is below them, and files. */
  readonly hidden: readonly string[]
  /** Shown again, to be read only. */
  readonly readable: readonly string[]
}

/** Empty ones stand in their places: whatever lies there is other people's, or calls somebody who has more rights. */
const PRIVATE: readonly string[] = ['/tmp', '/var/tmp', '/run']
/** Where systems keep how names are resolved, in /run. */
const RESOLVERS: readonly string[] = ['systemd/resolve', 'resolvconf', 'NetworkManager', 'connman', 'nscd'].map(
  name => `/run/${name}`,
)

export interface SandboxView extends SandboxPlaces {
  /** Shown again, to be written to. */
  readonly writable: readonly string[]
}

/** The capabilities of Docker's root but for making devices: enough for package managers and servers, too little to leave. */
const ROOT_CAPABILITIES: readonly string[] = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_NET_BIND_SERVICE',
  'CAP_NET_RAW',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
]

/** Root may turn them without any capability, and `kernel/core_pattern` starts programs outside; bubblewrap takes them for read-only, as they look. */
const KERNEL_SWITCHES: readonly string[] = ['/proc/sys', '/proc/fs']

/** Devices that programs compute with. */
const COMPUTING_DEVICE = /^(?:nvidia.*|dri|kfd|accel)$/

export interface EncloseOptions {
  /** The descriptor on which the number of the sandbox's first process is told. */
  readonly infoFd?: number
  /** Set inside, and not on the process that watches the sandbox. */
  readonly env?: Readonly<Record<string, string>>
}

export function enclose(view: SandboxView, argv: Argv, { infoFd, env = {} }: EncloseOptions = {}): Argv {
  const isRoot = process.getuid?.() === 0
  return [
    'bwrap',
    ...['--die-with-parent', '--new-session', '--unshare-pid', '--unshare-ipc'],
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc'],
    ...devicesOf('/dev').flatMap(path => ['--dev-bind-try', path, path]),
    ...(isRoot ? KERNEL_SWITCHES.flatMap(path => ['--ro-bind-try', path, path]) : []),
    ...mountsOf(view),
    // Root would keep all of them otherwise; everybody else has none to keep.
    ...['--cap-drop', 'ALL'],
    ...(isRoot ? ROOT_CAPABILITIES.flatMap(name => ['--cap-add', name]) : []),
    ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
    ...(infoFd === undefined ? [] : ['--info-fd', String(infoFd)]),
    '--',
    ...argv,
  ]
}

/** What comes later lies upon what came before: so a folder that is shown above a hidden one does not show that again. */
function mountsOf(view: SandboxView): readonly string[] {
  // Nothing can be mounted on a link.
  const placed = (paths: readonly string[]): readonly string[] => [
    ...new Set(paths.filter(path => existsSync(path)).map(path => realpathSync(path))),
  ]
  const hidden = placed(view.hidden)
  const own = placed([...PRIVATE, tmpdir()])
  const isHidden = (path: string): boolean => hidden.some(folder => isInside(path, folder))
  const isCovered = (path: string): boolean => isHidden(path) || own.some(folder => isInside(path, folder))
  return [
    ...own.flatMap(path => ['--tmpfs', path]),
    ...RESOLVERS.flatMap(path => ['--ro-bind-try', path, path]),
    ...view.writable.filter(path => !isHidden(path)).flatMap(path => ['--bind-try', path, path]),
    ...hidden.flatMap(path => (statSync(path).isDirectory() ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path])),
    ...view.readable.filter(isCovered).flatMap(path => ['--ro-bind-try', path, path]),
    ...view.writable.filter(isHidden).flatMap(path => ['--bind', path, path]),
  ]
}

/** Bubblewrap tells it as JSON. Undefined when it made no sandbox. */
export async function readLeader(info: AsyncIterable<unknown>): Promise<number | undefined> {
  let text = ''
  for await (const chunk of info) text += String(chunk)
  const leader = /"child-pid":\s*(\d+)/.exec(text)?.[1]
  return leader === undefined ? undefined : Number(leader)
}

/** Whether a sandbox like ours can be made here; why not, if not. Tried with the very options that are used. */
export async function probeBubblewrap(places: SandboxPlaces, workDir: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'it needs Linux'
  const folder = join(workDir, '.probe')
  await mkdir(folder, { recursive: true })
  const argv: Argv = ['/bin/sh', '-c', 'cd "$0" && : > written', folder]
  const hindrance = await runOnce(enclose({ ...places, writable: [folder] }, argv))
  await rm(folder, { recursive: true, force: true })
  return hindrance
}

/** Or the folder itself. */
function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function devicesOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter(name => COMPUTING_DEVICE.test(name))
    .map(name => join(folder, name))
}
