// npm start: installs and builds what is not up to date, then runs the server. Plain JavaScript for any Node >= 20: nothing is there yet
// when it runs. stdout belongs to the server, which prints its address; progress goes to stderr.
import { spawn } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isUpToDate } from './build-stamp.mjs'
import { ensureInstalled } from './install.mjs'
import { ROOT, getNode } from './node-path.mjs'
import { runNode } from './run-node.mjs'

const USAGE = `usage: npm start -- [--port N] [--host ADDRESS] [--data DIR] [--flows DIR] [--config FILE]`
// No text becomes code in the control plane, whatever a library would like. An idle server collects its garbage (give-back-memory.ts) and keeps what it
// has compiled. A young generation of 8 MB a half costs no speed (B01) and halves what a loop of a million iterations takes (B03).
const SERVER_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--expose-gc',
  '--no-flush-bytecode',
  '--max-semi-space-size=8',
  '--disallow-code-generation-from-strings',
]
const SHELL_LOOK_MS = 500

const options = readOptions()
try {
  await ensureInstalled('runtime', say)
  if (!isUpToDate()) await runNode(['scripts/build.mjs'])
  if (options.flows === undefined) fillFlows()
  startServer()
} catch (error) {
  say(error.message)
  process.exitCode = 1
}

function readOptions() {
  const text = { type: 'string' }
  try {
    return parseArgs({ options: { port: text, host: text, data: text, flows: text, config: text } }).values
  } catch (error) {
    say(`${error.message}\n${USAGE}`)
    process.exit(2)
  }
}

function fillFlows() {
  const flows = join(ROOT, 'flows')
  if (existsSync(flows) || !existsSync(join(ROOT, 'examples'))) return
  cpSync(join(ROOT, 'examples'), flows, { recursive: true })
  say('filled ./flows with the examples')
}

function startServer() {
  const child = spawn(getNode(), [...SERVER_FLAGS, join(ROOT, 'dist', 'cli.js'), 'server', 'local', ...serverArgs()], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  stopWithShell(child)
  child.on('error', error => {
    say(`the server could not be started: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/** Whoever stops npm stops the shell between npm and us, which does not pass it on: its end is the sign. */
function stopWithShell(child) {
  if (process.env.npm_lifecycle_event === undefined) return
  const shell = process.ppid
  const look = () => {
    if (process.ppid === shell) setTimeout(look, SHELL_LOOK_MS).unref()
    else child.kill('SIGTERM')
  }
  look()
}

/** Only what was asked for: the rest is up to the configuration. Paths count from the folder where npm was called. */
function serverArgs() {
  const from = process.env.INIT_CWD ?? process.cwd()
  const paths = ['data', 'flows', 'config']
  return Object.entries(options).flatMap(([name, value]) => [
    `--${name}`,
    paths.includes(name) ? resolve(from, value) : value,
  ])
}

function say(line) {
  process.stderr.write(`batuta: ${line}\n`)
}
