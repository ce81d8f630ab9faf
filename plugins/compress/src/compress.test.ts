import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { deflateRawSync, zstdCompressSync } from 'node:zlib'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { COMPRESSIONS } from './codec/codecs.ts'
import { tasks } from './index.ts'

/** `TEXT` as other programs compressed it. */
const BY_OTHERS = {
  XZ: [
    '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AgHAR1dACoaCKIDJWbxS3jFogX/LubZ0iAarTT44h3oQTb63AZpuzzkEDQnCeuzZuPtN5jtkq3VJ0UIMF5dcR2x4loPWXKbm07mEh4d6UQWoMC6Vm40+r9rvsfNzRxRnYxWH0hWb4pt82RO8n8N9nBkTHwtIAixiVs32K5uvS2Z7gDkw7jzDEWrltk1eCX5Bn6MxxktNBKSRwxY7/WXN7jy4bz/ap35r4hLxksTzqO2Yrb7ohYi5rgfb7scGdgGuAj2jNdcFkeLwqEFkbJA03MsX1o4Ab3cCKMZw4lVyYxxkRIvbOPxO93q0V8Kl2MmsySgYqDP7+84STbGgMY83RhhpbOdsSq0g0VDUpyT1Rb7yiAzBNSbhHrIdQ4e7IlKUinU6gAAAAD/c5OVZple4gABuQKIEAAApPibsLHEZ/sCAAAAAARZWg==',
    '/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4AgHAR1dACoaCKIDJWbxS3jFogX/LubZ0iAarTT44h3oQTb63AZpuzzkEDQnCeuzZuPtN5jtkq3VJ0UIMF5dcR2x4loPWXKbm07mEh4d6UQWoMC6Vm40+r9rvsfNzRxRnYxWH0hWb4pt82RO8n8N9nBkTHwtIAixiVs32K5uvS2Z7gDkw7jzDEWrltk1eCX5Bn6MxxktNBKSRwxY7/WXN7jy4bz/ap35r4hLxksTzqO2Yrb7ohYi5rgfb7scGdgGuAj2jNdcFkeLwqEFkbJA03MsX1o4Ab3cCKMZw4lVyYxxkRIvbOPxO93q0V8Kl2MmsySgYqDP7+84STbGgMY83RhhpbOdsSq0g0VDUpyT1Rb7yiAzBNSbhHrIdQ4e7IlKUinU6gAAAAB/yVoTTSRlmeCt1aoGh9mRcICUiA1NnvsApoJFw4Kj7AAB0QKIEAAAk3U8VLbp3xwCAAAAAApZWg==',
  ],
  LZMA: [
    'XQAAgAD//////////wAqGgiiAyVm8Ut4xaIF/y7m2dIgGq00+OId6EE2+twGabs85BA0Jwnrs2bj7TeY7ZKt1SdFCDBeXXEdseJaD1lym5tO5hIeHelEFqDAulZuNPq/a77Hzc0cUZ2MVh9IVm+KbfNkTvJ/DfZwZEx8LSAIsYlbN9iubr0tme4A5MO48wxFq5bZNXgl+QZ+jMcZLTQSkkcMWO/1lze48uG8/2qd+a+IS8ZLE86jtmK2+6IWIua4H2+7HBnYBrgI9ozXXBZHi8KhBZGyQNNzLF9aOAG93AijGcOJVcmMcZESL2zj8Tvd6tFfCpdjJrMkoGKgz+/vOEk2xoDGPN0YYaWznbEqtINFQ1Kck9UW+8ogMwTUm4R6yHUOHuyJSlq8ZyJ//7WGAAA=',
  ],
  BZIP2: [
    'QlpoOTFBWSZTWV9n1xUAAQZ/////////////////////////////////////////////sAF5oMJMABMAATAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAxQBMBMAAAEwAAAABMAjAAjAAAAAAAABMABMCMTAAAAE0yYAAAAAAAJKlMTKep6jelNMTIAABoAAAAAAAAANNA0PUb1I0AAAAAAAAAAAAAAAAAAAAACUMPzZu4f3LqOO468j0fgGXsggZDBQcJIoWGkckksmk8PKWEkESAhoBF0AQ0AiIAQ+AQwAh8AiYTGZTOaTWHm03nE5nRw2AAAAgHQ2dnh6fH6AgoSGiIqMjpCSlJaYmp3zT1BRUlNUVVb6fVXWFlaW1w4BBBD/WSy2az2i02q12y2263xF2AREsgIuMUAi5tgERQAi6tAIqbcBD4BF3iwEQoCKS0Ah28dAIeAIvL8AiuvXICIwBEW9ARXnICK4AhkBD1/AQ04ARAgIggERjcBDpwAivtwEMgIg3YCIBgBEIwAhm9gIsMMAixNr5G32/X/AYHBYOCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp+goaKjpKWmp6ipqqusra6vsLGys7S1tre4ubq7vL2+v8DBwsPExcbHyMnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5ufo6err7O3u7/Dx8vP09fb3+Pn6+/z9F3JFOFCQX2fXFQ=',
  ],
}
const TEXT = Buffer.concat([
  Buffer.from('The quick brown fox jumps over the lazy dog. '.repeat(40)),
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
])

async function openRun(t: TestContext): Promise<TestRun> {
  const run = await createTestRunContext()
  t.after(() => run.close())
  return run
}

async function compress(run: TestRun, name: string, properties: ValueMap): Promise<TestResult> {
  const task = tasks.find(({ type }) => type.endsWith(`.${name}`)) as TaskDefinition
  return await runTask(task, properties, run)
}

async function bytesAt(run: TestRun, uri: unknown): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await run.ctx.files.open(String(uri))) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Texts that shrink, numbers that do not, and long runs. */
function sample(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let seed = 1
  for (let at = 0; at < size; at++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    bytes[at] = at % 50_000 < 20_000 ? 97 + (seed >>> 29) : at % 50_000 < 30_000 ? seed >>> 24 : 65
  }
  return bytes
}

const BOTH_WAYS = COMPRESSIONS.filter(name => !['DEFLATE64', 'LZMA', 'XZ', 'Z'].includes(name))

for (const compression of BOTH_WAYS)
  test(`${compression} gives back what it took`, async t => {
    const run = await openRun(t)
    for (const size of [0, 1, 100, 300_000]) {
      const from = await run.ctx.files.put(sample(size))

      const packed = await compress(run, 'FileCompress', { from, compression })
      assert.equal(packed.message, undefined)
      const plain = await compress(run, 'FileDecompress', { from: String(packed.outputs['uri']), compression })

      assert.equal(plain.message, undefined)
      assert.ok((await bytesAt(run, plain.outputs['uri'])).equals(sample(size)), `${size}`)
      if (size > 1000) assert.ok((await bytesAt(run, packed.outputs['uri'])).length < size * 0.8)
    }
  })

test('what other programs compressed is read', async t => {
  const run = await openRun(t)
  for (const [compression, files] of Object.entries(BY_OTHERS))
    for (const file of files) {
      const from = await run.ctx.files.put(Buffer.from(file, 'base64'))

      const plain = await compress(run, 'FileDecompress', { from, compression })

      assert.equal(plain.message, undefined)
      assert.ok((await bytesAt(run, plain.outputs['uri'])).equals(TEXT), compression)
    }
})

test('what is broken, or of another kind, is said; nothing of it is kept', async t => {
  const run = await openRun(t)
  for (const compression of COMPRESSIONS) {
    if (['SNAPPY', 'LZ4_BLOCK', 'BROTLI'].includes(compression)) continue
    const from = await run.ctx.files.put(Buffer.from('this is no compressed file at all, and never was one'))

    const result = await compress(run, 'FileDecompress', { from, compression })

    assert.equal(result.state, 'FAILED', compression)
    assert.match(result.message ?? '', /the file|cannot be read here/, compression)
  }
  const [xz = ''] = BY_OTHERS.XZ
  const changed = Buffer.from(xz, 'base64')
  changed[60] = (changed[60] ?? 0) ^ 1
  const result = await compress(run, 'FileDecompress', { from: await run.ctx.files.put(changed), compression: 'XZ' })
  assert.match(result.message ?? '', /broken/)
  const written = await compress(run, 'FileCompress', { from: await run.ctx.files.put('x'), compression: 'Z' })
  assert.match(written.message ?? '', /Z can be read, but not written; use one of .*GZIP/)
})

test('what was made to fill a disk is stopped on its way there, and nothing of it is kept', async t => {
  const run = await openRun(t)
  const zeros = Buffer.alloc(300 * 2 ** 20)
  const from = await run.ctx.files.put(zstdCompressSync(zeros))
  const tar = await run.ctx.files.put(
    zstdCompressSync(Buffer.concat([tarOfZeros('a.txt', 3), tarOfZeros('zeros', zeros.length)])),
  )

  const file = await compress(run, 'FileDecompress', { from, compression: 'ZSTD' })
  const archive = await compress(run, 'ArchiveDecompress', { from: tar, algorithm: 'TAR', compression: 'ZSTD' })

  for (const { message } of [file, archive])
    assert.match(message ?? '', /grows to more than 2000 times its size when it is decompressed/)
  const left: string[] = []
  for await (const { uri } of run.store.list('kestra:///test/flow/executions/e1/')) left.push(uri)
  assert.deepEqual(left.toSorted(), [from, tar].toSorted())
})

/** A file of zeros, as a tar archive has it. */
function tarOfZeros(name: string, size: number): Buffer {
  const head = Buffer.alloc(512)
  head.write(name)
  head.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  head.write('        0', 148)
  const sum = head.reduce((all, byte) => all + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([head, Buffer.alloc(Math.ceil(size / 512) * 512)])
}

for (const [algorithm, compression] of [
  ['TAR', 'GZIP'],
  ['TAR', 'BZIP2'],
  ['ZIP', undefined],
  ['JAR', undefined],
  ['CPIO', 'ZSTD'],
  ['AR', undefined],
] as const)
  test(`files go into an archive and come out (${algorithm} ${compression ?? ''})`, async t => {
    const run = await openRun(t)
    const long = `${'folder/'.repeat(30)}a file with ünïcode.txt`
    const one = await run.ctx.files.put('one')
    const two = await run.ctx.files.put(sample(5001))
    const empty = await run.ctx.files.put('')
    const more = compression === undefined ? {} : { compression }

    const packed = await compress(run, 'ArchiveCompress', {
      ...{ algorithm, ...more },
      from: JSON.stringify({ 'a.txt': one, [long]: two, 'e/empty.csv': empty }),
    })
    assert.equal(packed.message, undefined)
    const plain = await compress(run, 'ArchiveDecompress', { algorithm, from: String(packed.outputs['uri']), ...more })

    assert.equal(plain.message, undefined)
    const files = plain.outputs['files'] as Record<string, string>
    assert.deepEqual(Object.keys(files).toSorted(), ['a.txt', 'e/empty.csv', long].toSorted())
    assert.equal((await bytesAt(run, files['a.txt'])).toString(), 'one')
    assert.ok((await bytesAt(run, files[long])).equals(sample(5001)))
    assert.match(files['e/empty.csv'] ?? '', /\.csv$/)
    assert.deepEqual(
      plain.metrics.map(({ name, value }) => [name, value]),
      [
        ['size', 5004],
        ['count', 3],
      ],
    )
  })

test('names that lead out of an archive are refused, whatever the archive', async t => {
  const run = await openRun(t)
  const file = await run.ctx.files.put('x')
  for (const name of ['../x', '/etc/passwd', 'a/../../x', 'C:\\x', 'a\\b', ''])
    for (const algorithm of ['TAR', 'ZIP']) {
      const result = await compress(run, 'ArchiveCompress', { algorithm, from: { [name]: file } })
      assert.match(result.message ?? '', /leads out of its folder/, name)
    }
  for (const [algorithm, archive] of [
    ['TAR', tarOf('../../etc/x')],
    ['ZIP', zipOf('../x')],
    ['AR', Buffer.from(`!<arch>\n${'/etc/x'.padEnd(16)}${'0'.padEnd(32)}${'1'.padEnd(10)}\`\nx\n`)],
  ] as const) {
    const result = await compress(run, 'ArchiveDecompress', { algorithm, from: await run.ctx.files.put(archive) })
    assert.equal(result.state, 'FAILED', algorithm)
    assert.match(result.message ?? '', /leads out|invalid relative path/)
  }
})

function tarOf(name: string): Buffer {
  const block = Buffer.alloc(1536)
  block.write(name)
  block.write('00000000001\0', 124)
  block.write('        ', 148)
  block.write('0', 156)
  const sum = block.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function zipOf(name: string): Buffer {
  const body = deflateRawSync('x')
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50)
  local.writeUInt16LE(8, 8)
  local.writeUInt32LE(body.length, 18)
  local.writeUInt32LE(1, 22)
  local.writeUInt16LE(name.length, 26)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50)
  central.writeUInt16LE(8, 10)
  central.writeUInt32LE(body.length, 20)
  central.writeUInt32LE(1, 24)
  central.writeUInt16LE(name.length, 28)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(46 + name.length, 12)
  end.writeUInt32LE(30 + name.length + body.length, 16)
  return Buffer.concat([local, Buffer.from(name), body, central, Buffer.from(name), end])
}

for (const keyDerivation of ['PBKDF2_SHA256', 'ARGON2ID'])
  test(`a file is sealed with a password and opened with it alone (${keyDerivation})`, async t => {
    const run = await openRun(t)
    const from = await run.ctx.files.put(sample(200_000))

    const sealed = await compress(run, 'FileEncrypt', {
      ...{ from, password: 'correct horse', keyDerivation },
      ...{ iterations: 1000, memory: 64, argon2TimeCost: 1 },
    })
    assert.equal(sealed.message, undefined)
    const uri = String(sealed.outputs['uri'])
    const open = (password: string, file = uri): Promise<TestResult> =>
      compress(run, 'FileDecrypt', { from: file, password })

    assert.ok((await bytesAt(run, (await open('correct horse')).outputs['uri'])).equals(sample(200_000)))
    assert.match((await open('wrong')).message ?? '', /the password is wrong, or the file was changed/)
    const changed = await bytesAt(run, uri)
    changed[1000] = (changed[1000] ?? 0) ^ 1
    assert.match((await open('correct horse', await run.ctx.files.put(changed))).message ?? '', /was changed/)
    assert.match((await open('x', from)).message ?? '', /was not encrypted by FileEncrypt/)
  })
