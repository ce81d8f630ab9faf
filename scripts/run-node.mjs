// Runs a program on the Node of the project to its end; its stdout goes to stderr.
import { spawn } from 'node:child_process'
import { ROOT, getNode } from './node-path.mjs'

export function runNode(args) {
  const child = spawn(getNode(), ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: ROOT,
    stdio: ['ignore', process.stderr, 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${args[0]} ended with ${signal ?? `code ${code}`}`)),
    )
  })
}
