// Scripts that are forked from a kept interpreter, as a user meets them: they survive the death of whatever runs them, and leave nothing.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { findDescendants, stillAlive } from '../torture/survivors.ts'
import { apiOf, type Api } from './api-of.ts'
import { startBatuta } from './batuta.ts'
import { makePlaces } from './places.ts'
import { childrenOf, processIn } from './processes.ts'
import { until } from './until.ts'

const SURVIVORS_MS = 2_000
const RUN_MAX_MS = 60_000
const ISOLATIONS = ['process', ...(isInstalled('bwrap') ? ['bubblewrap'] : [])]

/** How much later than the server its host is killed: while it ends what it runs because the server has gone. */
const HOST_LATER_MS = [4, 8, 12]

for (const isolation of ISOLATIONS) {
  test(`server and host are killed at once while a zygote runs a script, isolation ${isolation}`, async t => {
    const { start, gate } = await prepare(t, isolation)
    const { id, survivors } = await kill(await start(), 0)
    const second = await start()
    writeFileSync(gate, '')
    const ended = await second.api.whenEnded(id, RUN_MAX_MS)

    assert.deepEqual(survivors, [])
    assert.equal(ended.state.current, 'SUCCESS')
    const log = (await second.api.logs(id)).map(({ message }) => message)
    assert.ok(log.includes(`isolation ${isolation}, forked from a kept interpreter`), log.join('\n'))
  })

  for (const laterMs of HOST_LATER_MS)
    test(`the host is killed ${laterMs} ms after its server, in the midst of ending a script, isolation ${isolation}`, async t => {
      const { start } = await prepare(t, isolation)
      const { survivors } = await kill(await start(), laterMs)
      assert.deepEqual(survivors, [])
    })
}

/** Runs the flow until its script is held, kills the server and, so much later, its host; what of them lives on after two seconds. */
async function kill({ api, serverPid }: Started, hostLaterMs: number) {
  const { id } = await api.start('e2e.warm')
  await whenHeld(api, id)
  const family = findDescendants(serverPid)
  assert.ok(family.length >= 3, 'the host, the zygote and the script')
  const hosts = childrenOf(serverPid)

  process.kill(serverPid, 'SIGKILL')
  spin(hostLaterMs)
  for (const pid of hosts) killIfThere(pid)
  await sleep(SURVIVORS_MS)
  return { id, survivors: stillAlive(family).map(({ command }) => command) }
}

interface Started {
  readonly api: Api
  readonly serverPid: number
}

async function prepare(t: TestContext, isolation: string) {
  const places = makePlaces()
  const started: { stop(): Promise<void> }[] = []
  // A sandbox has a /tmp of its own: what is to be seen from outside lies in a folder that it is given.
  const gates = join(places.home, 'gates')
  mkdirSync(gates)
  const gate = join(gates, 'gate')
  const environment = { BATUTA_SCRIPT_ISOLATION: isolation, BATUTA_SCRIPT_WRITABLE: gates }
  t.after(async () => {
    for (const batuta of started) await batuta.stop()
    places.remove()
  })
  const start = async (): Promise<Started> => {
    const batuta = await startBatuta({ ...places, environment })
    started.push(batuta)
    const api = apiOf(batuta.address)
    await api.save(flowOf(gate))
    return { api, serverPid: batuta.serverPid }
  }
  return { start, gate }
}

function flowOf(gate: string): string {
  return `id: warm
namespace: e2e
tasks:
  - id: before
    type: io.kestra.plugin.scripts.python.Script
    script: print("before")
  - id: held
    type: io.kestra.plugin.scripts.python.Script
    script: |
      import os, subprocess, time
      subprocess.Popen(["setsid", "sleep", "300"])
      print("held in", os.getcwd(), flush=True)
      while not os.path.exists("${gate}"):
          time.sleep(0.02)
  - id: last
    type: io.kestra.plugin.scripts.python.Script
    script: print("last")
`
}

async function whenHeld(api: Api, executionId: string): Promise<number> {
  return await until('the script says that it is held', async () => {
    const folders = (await api.logs(executionId)).flatMap(({ message }) => /^held in (.+)$/.exec(message)?.[1] ?? [])
    return folders.map(processIn).find(pid => pid !== undefined)
  })
}

/** Without the event loop: a timer is late by as much as is to be tried. */
function spin(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs;);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was quicker, and has ended by itself.
  }
}

function isInstalled(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, name)))
}
