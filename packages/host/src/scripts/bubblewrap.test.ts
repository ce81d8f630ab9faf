import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { enclose, probeBubblewrap, type SandboxView } from './bubblewrap.ts'

test('a sandbox shows of the hidden places what is to be read or written, and of the others all', async t => {
  const { folder, see, isPossible } = await openPlace(t)
  if (!isPossible) return t.skip('no sandbox can be made here')

  const whole = see({ hidden: [folder], readable: [join(folder, 'cache')], writable: [join(folder, 'work', 'a')] })
  const parts = see({
    hidden: [join(folder, 'database'), join(folder, 'cache'), join(folder, 'work')],
    readable: [join(folder, 'cache')],
    writable: [join(folder, 'work', 'a'), tmpdir()],
  })

  assert.equal(whole, 'cache work / library / a / database: / read only')
  assert.equal(parts, 'cache database work / library / a / database: / read only')
})

async function openPlace(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'batuta-sandbox-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const name of ['cache', 'work/a', 'work/b']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'database'), 'rows')
  writeFileSync(join(folder, 'cache', 'library'), 'code')
  const script = `cd ${folder}; echo $(ls) / $(ls cache) / $(ls work) / database: $(cat database) / $(touch cache/x || echo read only); touch work/a/x`
  const see = (view: SandboxView): string => {
    const [file, ...args] = enclose(view, ['/bin/sh', '-c', script])
    return spawnSync(file, args, { encoding: 'utf8' }).stdout.trim()
  }
  const isPossible = (await probeBubblewrap({ hidden: [], readable: [] }, join(folder, 'work'))) === undefined
  return { folder, see, isPossible }
}
