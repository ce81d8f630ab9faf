// node scripts/with-node.mjs FILE [ARG ...]: runs FILE on the Node of the project and ends as it ends.
import { spawn } from 'node:child_process'
import { ROOT, getNode } from './node-path.mjs'

const child = spawn(getNode(), ['--disable-warning=ExperimentalWarning', ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: ROOT,
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => {
  if (signal) process.kill(process.pid, signal)
  else process.exit(code ?? 1)
})
