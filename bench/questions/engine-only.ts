// The mode `--no-http`: the same flow, driven inside the process of the engine.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Figures } from '../harness/figures.ts'
import type { Ask } from '../harness/question.ts'

const SCRIPT = join(import.meta.dirname, '..', 'engine-only', 'main.ts')
const SECONDS = 10
const CLIENTS = 256

export function runEngineOnly(ask: Ask, flow: string): Figures {
  const flowFile = join(ask.folder, 'flow.yaml')
  writeFileSync(flowFile, flow)
  const profile = ask.profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${ask.profileDir}`]
  const { seconds = SECONDS, clients = CLIENTS } = ask
  ask.say(`the engine alone, ${clients} starts at a time`)
  const args = ['--disable-warning=ExperimentalWarning', ...profile, SCRIPT]
  const run = spawnSync(
    process.execPath,
    [...args, flowFile, ask.folder, ask.store, String(seconds), String(clients)],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  if (run.status !== 0) throw new Error(`the engine alone ended with ${run.signal ?? run.status}`)
  const figures: Figures = JSON.parse(run.stdout)
  return { withoutHttp: true, ...figures }
}
