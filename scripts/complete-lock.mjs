// node scripts/complete-lock.mjs: adds to package-lock.json what npm leaves out when a registry does not carry a package for another
// platform. `npm ci` takes a lock without these entries for one that is out of step, and refuses it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT } from './node-path.mjs'

const FILE = join(ROOT, 'package-lock.json')
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']

/** Entries of optional packages that the lock names and does not hold. */
export function findOmitted({ packages }) {
  return Object.values(packages).flatMap(({ optionalDependencies = {}, dev }) =>
    Object.entries(optionalDependencies)
      .map(([name, version]) => [`node_modules/${name}`, version])
      .filter(([path, version]) => /^\d/.test(version) && packages[path] === undefined)
      .map(([path, version]) => [path, describe(path, version, dev)]),
  )
}

function describe(path, version, dev) {
  const words = path.slice(path.lastIndexOf('/') + 1).split('-')
  const system = words.find(word => SYSTEMS.includes(word))
  const processor = PROCESSORS.find(name => words.includes(name))
  // Without a platform npm would try to install it here, which is what failed in the first place.
  if (system === undefined || processor === undefined) throw new Error(`for which platform is ${path}?`)
  const libc = words.some(word => word.startsWith('musl'))
    ? 'musl'
    : words.some(word => word.startsWith('gnu'))
      ? 'glibc'
      : undefined
  return {
    version,
    cpu: [processor],
    ...(dev && { dev: true }),
    ...(libc && { libc: [libc] }),
    optional: true,
    os: [system],
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(FILE, 'utf8'))
  const omitted = findOmitted(lock)
  const byPath = ([a], [b]) => (a < b ? -1 : 1)
  lock.packages = Object.fromEntries([...Object.entries(lock.packages), ...omitted].sort(byPath))
  writeFileSync(FILE, `${JSON.stringify(lock, undefined, 2)}\n`)
  console.log(`added ${omitted.length} entries`)
}
