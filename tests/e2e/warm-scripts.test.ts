// Scripts that are forked from a kept interpreter, as a user meets them: they survive the death of whatever runs them, and leave nothing.
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
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

for (const isolation of ISOLATIONS)
  test(`server and host are killed at once while a zygote runs a script, isolation ${isolation}`, async t => {
    const { start, gate } = await prepare(t, isolation)
    const first = await start()
    await first.api.save(flowOf(gate))
    const { id } = await first.api.start('e2e.warm')
    await whenHeld(first.api, id)
    const family = findDescendants(first.serverPid)
    assert.ok(family.length >= 3, 'the host, the zygote and the script')

    for (const pid of [first.serverPid, ...childrenOf(first.serverPid)]) process.kill(pid, 'SIGKILL')
    await sleep(SURVIVORS_MS)
    const survivors = stillAlive(family).map(({ command }) => command)
    const second = await start()
    writeFileSync(gate, '')
    const ended = await second.api.whenEnded(id, RUN_MAX_MS)

    assert.deepEqual(survivors, [])
    assert.equal(ended.state.current, 'SUCCESS')
    const log = (await second.api.logs(id)).map(({ message }) => message)
    assert.ok(log.includes(`isolation ${isolation}, forked from a kept interpreter`), log.join('\n'))
  })

async function prepare(t: TestContext, isolation: string) {
  const places = makePlaces()
  const started: { stop(): Promise<void> }[] = []
  t.after(async () => {
    for (const batuta of started) await batuta.stop()
    places.remove()
  })
  const start = async () => {
    const batuta = await startBatuta({ ...places, environment: { BATUTA_SCRIPT_ISOLATION: isolation } })
    started.push(batuta)
    return { api: apiOf(batuta.address), serverPid: batuta.serverPid }
  }
  return { start, gate: join(places.home, 'gate') }
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

function isInstalled(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, name)))
}
