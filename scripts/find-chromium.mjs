// Finds the browser of the browser tests, or installs it where that is one command: Chromium of the system, never one that a package downloads.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const INSTALL_MAX_MS = 10 * 60_000
const PLACES = [
  process.env.BATUTA_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

export const HOW_TO = 'no Chromium is here (Debian: apt-get install chromium; elsewhere name one by BATUTA_CHROMIUM)'

/** Its path, or undefined. */
export function findChromium() {
  return PLACES.find(path => path !== undefined && path !== '' && existsSync(path))
}

/** The same, after an attempt to install it on a Debian whose root we are. */
export function ensureChromium(say) {
  const found = findChromium()
  if (found !== undefined) return found
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    say('installing chromium for the browser tests …')
    run(['update', '-qq'])
    run(['install', '-y', '-qq', '--no-install-recommends', 'chromium'])
  }
  const path = findChromium()
  if (path === undefined) say(`the browser tests are left out: ${HOW_TO}`)
  return path
}

function run(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', args, { stdio: ['ignore', process.stderr, 'inherit'], timeout: INSTALL_MAX_MS, env })
}
