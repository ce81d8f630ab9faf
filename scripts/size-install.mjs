// npm run size:install: what `npm start` installs on this machine, by package, in what its files take on a disk (pages of 4 kB), with and without the Node
// that npm brings. Ends with 1 above the wall. Nothing is fetched: what is counted is what the lock names and `node_modules` holds. Runs on any Node >= 20.
import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './node-path.mjs'
import { KEPT_OF_NODE, packedNodeOf } from './trim-node.mjs'

/** Of what is installed beside Node itself. */
export const WALL_BYTES = 200_000_000
const PAGE_BYTES = 4096
const SHOWN = 25
const MB = 1_000_000

/** What is for tests and rules only is left out, also where it is installed; so are packages for other machines, which are not. */
export function measureInstall() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
  const node = basename(packedNodeOf(ROOT))
  const sizes = Object.entries(packages)
    .filter(([path, item]) => path.includes('node_modules/') && !item.link && !item.dev && !item.devOptional)
    .filter(([path]) => existsSync(join(ROOT, path)))
    .map(([path]) => ({ path, bytes: path.endsWith(`/${node}`) ? nodeBytes(path) : bytesOf(join(ROOT, path)) }))
    .sort((a, b) => b.bytes - a.bytes)
  const isNode = ({ path }) => path.endsWith(`/${node}`)
  return {
    packages: sizes.filter(size => !isNode(size)),
    bytes: sum(sizes.filter(size => !isNode(size))),
    nodeBytes: sum(sizes.filter(isNode)),
  }
}

/** Without what is taken away again. */
function nodeBytes(path) {
  const kept = KEPT_OF_NODE.map(name => join(ROOT, path, name)).filter(place => existsSync(place))
  return kept.reduce((bytes, place) => bytes + (lstatSync(place).isDirectory() ? bytesOf(place) : pagesOf(place)), 0)
}

/** Packages inside of a package have lines of their own in the lock. */
function bytesOf(folder) {
  let bytes = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isFile()) bytes += pagesOf(path)
    else if (entry.isDirectory() && entry.name !== 'node_modules') bytes += bytesOf(path)
  }
  return bytes
}

function pagesOf(path) {
  return Math.ceil(lstatSync(path).size / PAGE_BYTES) * PAGE_BYTES
}

function sum(sizes) {
  return sizes.reduce((bytes, size) => bytes + size.bytes, 0)
}

function print({ packages, bytes, nodeBytes: ofNode }) {
  const mb = count => `${(count / MB).toFixed(1).padStart(7)} MB`
  for (const size of packages.slice(0, SHOWN))
    console.log(`${mb(size.bytes)}  ${size.path.replace('node_modules/', '')}`)
  console.log(`${mb(sum(packages.slice(SHOWN)))}  ${Math.max(0, packages.length - SHOWN)} more packages`)
  console.log(`${mb(bytes)}  where the machine has Node 24 (wall: ${WALL_BYTES / MB} MB)`)
  if (ofNode > 0) console.log(`${mb(bytes + ofNode)}  where npm brings it`)
  if (bytes > WALL_BYTES) process.exitCode = 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) print(measureInstall())
