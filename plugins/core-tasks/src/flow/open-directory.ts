import { mkdir, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PRIVATE_FOLDER, copyNamespaceFiles, defineTask, messageOf, p, writeInputFiles } from '@batuta/plugin-sdk'
import type { RunContext } from '@batuta/plugin-sdk'
import { CACHE, MOMENT_FILE, unpack } from './directory-cache.ts'

export const openDirectory = defineTask({
  type: 'io.kestra.plugin.core.flow.WorkingDirectory$Open',
  title: 'The job that makes the folder of a WorkingDirectory.',
  properties: {
    inputFiles: p.any().dynamic().title('Files to write first: a map from path to content or storage URI.'),
    namespaceFiles: p
      .object({
        enabled: p.boolean().dynamic().default(true),
        include: p.list(p.string()).dynamic().default([]),
        exclude: p.list(p.string()).dynamic().default([]),
        namespaces: p.list(p.string()).dynamic(),
        ifExists: p.enum('OVERWRITE', 'FAIL', 'WARN', 'IGNORE').dynamic().default('OVERWRITE'),
        folderPerNamespace: p.boolean().dynamic().default(false),
      })
      .title('Files of the namespace to put into the folder.'),
    cache: CACHE,
  },
  outputs: [],
  examples: [{ title: 'With a file.', code: 'inputFiles:\n  hello.txt: Hello' }],
  async run(ctx, props) {
    await ctx.workingDir.path()
    const cache = await props.cache.render()
    if (cache !== undefined) await restore(ctx, cache.ttl)
    const namespaceFiles = await props.namespaceFiles.render()
    if (namespaceFiles !== undefined) {
      const { namespaces, ...options } = namespaceFiles
      await copyNamespaceFiles(ctx, { ...options, ...(namespaces === undefined ? {} : { namespaces }) })
    }
    const inputFiles = await props.inputFiles.render()
    if (inputFiles !== undefined) await writeInputFiles(ctx, inputFiles)
  },
})

/** What is there is put back, unless it is too old. The moment of it tells later what has changed. */
async function restore(ctx: RunContext, ttlMs: number | undefined): Promise<void> {
  try {
    const entry = await ctx.files.findCache()
    const nowMs = await mark(ctx)
    if (entry === undefined || (ttlMs !== undefined && entry.modifiedMs + ttlMs < nowMs)) return
    await unpack(ctx, entry.uri)
    await mark(ctx)
  } catch (error) {
    ctx.logger.warn(`the cache could not be put back: ${messageOf(error)}`)
  }
}

async function mark(ctx: RunContext): Promise<number> {
  const path = await ctx.workingDir.resolve(`${PRIVATE_FOLDER}/${MOMENT_FILE}`)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, '')
  return (await stat(path)).mtimeMs
}
