// npm run test:fresh [-- --with-tests]: what a newcomer goes through, from nothing. Clones what is committed into a temporary folder, gives
// npm an empty cache, starts, runs the first example, stops; with the flag it runs all tests there as well. Says how long each step took.
// For every night, not for every change: it fetches all dependencies. Runs on any Node >= 20.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from './node-path.mjs'

const START_MAX_MS = 10 * 60_000
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+/

const { values } = parseArgs({ options: { 'with-tests': { type: 'boolean', default: false } } })
const home = mkdtempSync(join(tmpdir(), 'batuta-fresh-'))
const clone = join(home, 'batuta')
const environment = { ...process.env, npm_config_cache: join(home, 'npm-cache') }

try {
  await timed('git clone', () => run('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, clone], ROOT))
  const server = await timed('npm start, until it answers', startServer)
  try {
    const args = ['flow', 'run', 'examples.hello-world', '-i', 'name=newcomer', '--wait']
    await timed('the first run of an example', () =>
      run(join(clone, 'bin', 'batuta'), args, clone, { ...environment, BATUTA_SERVER: server.address }),
    )
  } finally {
    await server.stop()
  }
  if (values['with-tests']) await timed('npm test', () => run('npm', ['test'], clone))
} catch (error) {
  say(error.message)
  process.exitCode = 1
} finally {
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })
}

async function timed(step, act) {
  const startedMs = performance.now()
  const result = await act()
  say(`${step}: ${((performance.now() - startedMs) / 1000).toFixed(1)} s`)
  return result
}

function run(command, args, cwd, env = environment) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? `code ${code}`}`)),
    )
  })
}

function startServer() {
  // A group of its own, so that the server below npm can be stopped with it.
  const child = spawn('npm', ['start', '--', '--port', '0'], {
    cwd: clone,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const ended = new Promise(resolve => child.once('exit', resolve))
  const stop = async () => {
    const isRunning = child.exitCode === null && child.signalCode === null
    if (isRunning && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    await ended
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      void stop()
      reject(new Error(`npm start gave no address within ${START_MAX_MS / 60_000} minutes`))
    }, START_MAX_MS)
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`npm start ended with code ${code} before it answered`)))
    child.stdout.on('data', chunk => {
      process.stdout.write(chunk)
      const address = ADDRESS.exec(String(chunk))?.[0]
      if (address === undefined) return
      clearTimeout(timer)
      resolve({ address, stop })
    })
  })
}

function say(line) {
  process.stderr.write(`test:fresh: ${line}\n`)
}
