// What our compression writes, the programs of the system read, and the other way round.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { tasks } from '@batuta/compress'
import { createTestRunContext, findOnPath, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { environmentOf, unpackOnce } from '../../scripts/debian-packages.mjs'

const PROGRAMS = ['gzip', 'bzip2', 'xz', 'zstd', 'lz4', 'tar', 'zip', 'unzip', 'ar'] as const
const PACKAGES = ['gzip', 'bzip2', 'xz-utils', 'zstd', 'lz4', 'tar', 'zip', 'unzip', 'binutils']
const isHere = PROGRAMS.every(name => findOnPath([name], process.env['PATH'] ?? '') !== undefined)
const env = isHere ? process.env : environmentOf(unpackOnce('compress', PACKAGES))

async function bytesAt(run: TestRun, uri: unknown): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await run.ctx.files.open(String(uri))) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function runOf(run: TestRun, name: string, properties: ValueMap): Promise<TestResult> {
  const result = await runTask(tasks.find(({ type }) => type.endsWith(`.${name}`)) as TaskDefinition, properties, run)
  assert.equal(result.message, undefined, name)
  return result
}

function pipe(command: string, args: readonly string[], input: Buffer): Buffer {
  const { stdout, status, stderr } = spawnSync(command, args, { env, input, maxBuffer: 1 << 28 })
  assert.equal(status, 0, `${command}: ${stderr.toString()}`)
  return stdout
}

/** Our own sources: text with all that text has, some megabytes of it. */
async function sample(): Promise<Buffer> {
  const lock = await readFile('package-lock.json')
  return Buffer.concat(Array.from({ length: 8 }, () => lock))
}

const WAYS: Readonly<Record<string, { readonly pack: readonly string[]; readonly unpack?: readonly string[] }>> = {
  GZIP: { pack: ['gzip', '-c'], unpack: ['gzip', '-dc'] },
  BZIP2: { pack: ['bzip2', '-c'], unpack: ['bzip2', '-dc'] },
  XZ: { pack: ['xz', '-c'] },
  LZMA: { pack: ['xz', '--format=lzma', '-c'] },
  ZSTD: { pack: ['zstd', '-qc'], unpack: ['zstd', '-dqc'] },
  LZ4_FRAME: { pack: ['lz4', '-qc'], unpack: ['lz4', '-dqc'] },
}

for (const [compression, { pack, unpack }] of Object.entries(WAYS))
  test(`${compression} and ${pack[0]} understand one another`, async t => {
    const run = await createTestRunContext()
    t.after(() => run.close())
    const bytes = await sample()

    const packed = pipe(pack[0] ?? '', pack.slice(1), bytes)
    const plain = await runOf(run, 'FileDecompress', { from: await run.ctx.files.put(packed), compression })
    assert.ok((await bytesAt(run, plain.outputs['uri'])).equals(bytes))

    if (unpack === undefined) return
    const ours = await runOf(run, 'FileCompress', { from: await run.ctx.files.put(bytes), compression })
    assert.ok(pipe(unpack[0] ?? '', unpack.slice(1), await bytesAt(run, ours.outputs['uri'])).equals(bytes))
  })

for (const [algorithm, pack, unpack] of [
  ['TAR', ['tar', '-cf', 'x', 'a.txt', 'deep'], ['tar', '-xf', 'y']],
  ['ZIP', ['zip', '-qr', 'x', 'a.txt', 'deep'], ['unzip', '-q', 'y']],
] as const)
  test(`${algorithm} archives and ${pack[0]} understand one another`, async t => {
    const run = await createTestRunContext()
    t.after(() => run.close())
    const folder = await run.ctx.workingDir.path()
    const name = `deep/${'x'.repeat(120)}/ü.txt`
    await mkdir(join(folder, 'deep', 'x'.repeat(120)), { recursive: true })
    await writeFile(join(folder, 'a.txt'), 'a')
    await writeFile(join(folder, name), 'long')

    const { status, stderr } = spawnSync(pack[0], pack.slice(1), { env, cwd: folder })
    assert.equal(status, 0, stderr.toString())
    const archive = await readFile(join(folder, algorithm === 'ZIP' ? 'x.zip' : 'x'))
    const plain = await runOf(run, 'ArchiveDecompress', { algorithm, from: await run.ctx.files.put(archive) })
    const files = plain.outputs['files'] as Record<string, string>
    assert.deepEqual(Object.keys(files).toSorted(), ['a.txt', name])
    assert.equal((await bytesAt(run, files[name])).toString(), 'long')

    const ours = await runOf(run, 'ArchiveCompress', { algorithm, from: { ...files } })
    await mkdir(join(folder, 'out'))
    await writeFile(join(folder, 'out', 'y'), await bytesAt(run, ours.outputs['uri']))
    const out = spawnSync(unpack[0], unpack.slice(1), { env, cwd: join(folder, 'out') })
    assert.equal(out.status, 0, out.stderr.toString())
    assert.equal(await readFile(join(folder, 'out', name), 'utf8'), 'long')
  })
