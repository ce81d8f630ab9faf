// A command that only shows whether it can be run here.
import { spawn } from 'node:child_process'
import type { Argv } from './bubblewrap.ts'

const LIFE_MS = 5_000
const SAID_CHARS_MAX = 500

/** Why it failed, in its own words where it has any; undefined when it went well. */
export function runOnce([file, ...args]: Argv): Promise<string | undefined> {
  return new Promise(resolve => {
    const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: LIFE_MS, killSignal: 'SIGKILL' })
    let said = ''
    child.stderr.on('data', chunk => (said = (said + String(chunk)).slice(0, SAID_CHARS_MAX)))
    child.once('error', error => resolve(error.message))
    child.once('close', code => resolve(code === 0 ? undefined : said.trim() || `it ended with ${code}`))
  })
}
